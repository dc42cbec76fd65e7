use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::backend::{Backend, Backends};
use super::clock::Clock;
use super::conn;
use super::knobs::Knobs;
use super::transport::{Counted, Transport};
use super::{Action, Counts, Message};

/// What a front and its connections have in common.
pub(crate) struct Shared {
    knobs: Mutex<Knobs>,
    counts: watch::Sender<Counts>,
    open: Mutex<Connections>,
    backends: Backends,
}

#[derive(Default)]
struct Connections {
    last: u64,
    running: HashMap<u64, Running>,
}

struct Running {
    idle: Arc<AtomicBool>,
    task: JoinHandle<()>,
}

impl Shared {
    pub(crate) fn new(knobs: Knobs, backends: Backends) -> Arc<Self> {
        Arc::new(Self {
            knobs: Mutex::new(knobs),
            counts: watch::Sender::default(),
            open: Mutex::default(),
            backends,
        })
    }

    pub(crate) fn knobs(&self) -> MutexGuard<'_, Knobs> {
        self.knobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn counts(&self) -> &watch::Sender<Counts> {
        &self.counts
    }

    pub(crate) fn backend(&self) -> Box<dyn Backend> {
        (self.backends)()
    }

    fn open(&self) -> MutexGuard<'_, Connections> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts and keeps a request, and says what it meets.
    pub(crate) fn meet(&self, request: &Message) -> Action {
        let mut knobs = self.knobs();
        knobs.record(request);
        let admitted = knobs.admits(request);
        self.counts.send_modify(|counts| {
            counts.requests += 1;
            counts.refused += u64::from(!admitted);
        });
        if admitted {
            knobs.choose(request)
        } else {
            unauthorized()
        }
    }

    /// Serves one connection on `runtime` until it closes or is cut.
    pub(crate) fn serve<T: Transport>(
        self: &Arc<Self>,
        runtime: &Handle,
        clock: Clock,
        transport: T,
    ) {
        self.counts.send_modify(|counts| {
            counts.connections += 1;
            counts.open += 1;
        });
        // Held over the insertion, so that the end of the task comes after it.
        let mut open = self.open();
        open.last += 1;
        let entry = Entry {
            shared: Arc::clone(self),
            id: open.last,
            idle: Arc::default(),
            clock,
        };
        let (id, idle) = (entry.id, Arc::clone(&entry.idle));
        let wire = Counted::new(transport, self.counts.clone());
        let task = runtime.spawn(conn::serve(entry, wire));
        open.running.insert(id, Running { idle, task });
    }

    /// Cuts the connections, or only the idle ones; they are closed when this
    /// returns.
    pub(crate) async fn cut(&self, only_idle: bool) {
        for task in self.take(only_idle) {
            task.abort();
            // Cut or ended by itself: closed either way.
            let _ = task.await;
        }
    }

    /// Cuts all connections and does not wait.
    pub(crate) fn abandon(&self) {
        for task in self.take(false) {
            task.abort();
        }
    }

    fn take(&self, only_idle: bool) -> Vec<JoinHandle<()>> {
        let mut open = self.open();
        let meant = |running: &mut Running| !only_idle || running.idle.load(Ordering::SeqCst);
        let taken = open.running.extract_if(|_, running| meant(running));
        taken.map(|(_, running)| running.task).collect()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("knobs", &self.knobs())
            .field("counts", &*self.counts.borrow())
            .finish_non_exhaustive()
    }
}

/// One connection's place among the open ones, given up on drop.
pub(crate) struct Entry {
    shared: Arc<Shared>,
    id: u64,
    idle: Arc<AtomicBool>,
    clock: Clock,
}

impl Entry {
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Whether it waits for a request.
    pub(crate) fn idle(&self) -> &AtomicBool {
        &self.idle
    }

    pub(crate) fn clock(&self) -> Clock {
        self.clock
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.shared.open().running.remove(&self.id);
        self.shared.counts.send_modify(|counts| counts.open -= 1);
    }
}

/// What sqld answers to a token that it does not accept.
fn unauthorized() -> Action {
    let body = r#"{"error":"Authentication failed: The JWT is invalid"}"#;
    let answer = Message::response(401, body);
    Action::Answer(answer.with_header("content-type", "application/json"))
}
