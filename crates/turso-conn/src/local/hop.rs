//! One unit of work on a blocking thread, watched from outside.

use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, timeout_at};

use super::call::Call;
use super::session::Session;
use crate::{Error, ErrorKind, Result};

/// How often a late unit of work is interrupted. Once is enough where interrupts
/// are held ([`Session::hold_interrupts`]); VACUUM and PRAGMAs run without.
const NUDGE: Duration = Duration::from_millis(5);

/// How long a unit of work is waited for after its deadline. It ends within
/// milliseconds unless the medium itself does not answer.
const STALLED: Duration = Duration::from_secs(5);

/// A connection's session as its owner holds it: the lock, and a handle that
/// can interrupt whoever is inside.
pub(super) struct Hop {
    session: Arc<Mutex<Session>>,
    interrupt: libsql::Connection,
}

impl Hop {
    pub(super) fn new(session: Session) -> Self {
        let interrupt = session.conn().clone();
        Self {
            session: Arc::new(Mutex::new(session)),
            interrupt,
        }
    }

    /// The session, if nothing is running in it.
    pub(super) fn try_session(&self) -> Option<tokio::sync::MutexGuard<'_, Session>> {
        self.session.try_lock().ok()
    }

    /// The session, once what a cancelled call left running has ended.
    pub(super) async fn session(&self, deadline: Instant) -> Result<OwnedMutexGuard<Session>> {
        let session = Arc::clone(&self.session).lock_owned();
        timeout_at(deadline, session)
            .await
            .map_err(|_| Error::new(ErrorKind::Timeout, "waiting for a cancelled call to end"))
    }

    /// Runs `work` on a blocking thread and waits for it until the deadline,
    /// then makes it end. `stalled` is the kind when even that does not help.
    ///
    /// # Cancellation
    /// The work is told to stop and holds the session until it has.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        deadline: Instant,
        stalled: ErrorKind,
        work: impl FnOnce(&mut Session, &Call) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let runtime = runtime()?;
        let mut session = self.session(deadline).await?;
        let call = Arc::new(Call::within(
            deadline.saturating_duration_since(Instant::now()),
        ));
        let stopper = Stopper {
            call: Arc::clone(&call),
            interrupt: &self.interrupt,
            armed: true,
        };
        let task = runtime.spawn_blocking(move || session.unit(|session| work(session, &call)));
        stopper.watch(task, deadline, stalled).await
    }
}

/// The runtime that blocking work is given to.
pub(super) fn runtime() -> Result<Handle> {
    Handle::try_current().map_err(|error| {
        Error::new(ErrorKind::Misuse, "used outside a tokio runtime").with_source(error)
    })
}

/// What became of a blocking task.
pub(super) fn joined<T>(answer: Result<Result<T>, JoinError>) -> Result<T> {
    answer.unwrap_or_else(|error| {
        let kind = if error.is_panic() {
            ErrorKind::Bug
        } else {
            ErrorKind::Closed
        };
        // The panic's own message is not kept: it may show what was stored.
        Err(Error::new(kind, "the blocking thread did not finish"))
    })
}

/// Stops the work at the deadline, and when the caller drops its future before
/// the work has ended.
struct Stopper<'a> {
    call: Arc<Call>,
    interrupt: &'a libsql::Connection,
    armed: bool,
}

impl Stopper<'_> {
    async fn watch<T>(
        mut self,
        mut task: JoinHandle<Result<T>>,
        deadline: Instant,
        stalled: ErrorKind,
    ) -> Result<T> {
        if let Ok(answer) = timeout_at(deadline, &mut task).await {
            self.armed = false;
            return joined(answer);
        }
        let give_up = Instant::now() + STALLED;
        while Instant::now() < give_up {
            self.stop();
            if let Ok(answer) = timeout_at(Instant::now() + NUDGE, &mut task).await {
                self.armed = false;
                return joined(answer);
            }
        }
        Err(Error::new(stalled, "the medium does not answer"))
    }

    fn stop(&self) {
        self.call.stop();
        // It cannot fail, and there would be nobody to tell.
        let _ = self.interrupt.interrupt();
    }
}

impl Drop for Stopper<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.stop();
        }
    }
}
