//! What all handles, leases and tasks of one pool have in common.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Poll, Waker};

use tokio::runtime::{EnterGuard, Handle};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;
use turso_conn::Connect;

use crate::config::Config;
use crate::contain::dispose;
use crate::dial::Dial;
use crate::hooks::Hooks;
use crate::slot::{ConnectionId, Slot};
use crate::state::{Effects, Put, State, Why};

pub(crate) struct Shared<C: Connect> {
    pub(crate) connector: C,
    pub(crate) config: Arc<Config>,
    pub(crate) hooks: Hooks<C::Conn>,
    /// Wakes the maintenance task before its deadline.
    pub(crate) nudge: Notify,
    /// Rings when a connection has left the pool.
    pub(crate) departures: Notify,
    /// Whether the maintenance task was started.
    pub(crate) maintained: AtomicBool,
    state: Mutex<State<C::Conn>>,
    /// Set together with `State::closed`, for those without the lock.
    closed: AtomicBool,
    closing: watch::Sender<bool>,
    home: OnceLock<Handle>,
    ids: AtomicU64,
}

impl<C: Connect> Shared<C> {
    pub(crate) fn new(connector: C, config: Config, hooks: Hooks<C::Conn>) -> Self {
        let config = Arc::new(config);
        Self {
            connector,
            hooks,
            nudge: Notify::new(),
            departures: Notify::new(),
            maintained: AtomicBool::new(false),
            state: Mutex::new(State::new(Arc::clone(&config), Instant::now())),
            config,
            closed: AtomicBool::new(false),
            closing: watch::Sender::new(false),
            home: OnceLock::new(),
            ids: AtomicU64::new(0),
        }
    }

    /// The books. No foreign code runs under this lock, so it cannot be
    /// poisoned; if it were, the data would still be whole.
    pub(crate) fn state(&self) -> MutexGuard<'_, State<C::Conn>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    pub(crate) fn next_id(&self) -> ConnectionId {
        ConnectionId(self.ids.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// The runtime on which the pool's own tasks run: the first one it meets.
    pub(crate) fn home(&self) -> Option<&Handle> {
        if self.home.get().is_none()
            && let Ok(handle) = Handle::try_current()
        {
            return Some(self.home.get_or_init(|| handle));
        }
        self.home.get()
    }

    /// Makes sure that foreign code finds a runtime, as far as there is one.
    pub(crate) fn enter(&self) -> Option<EnterGuard<'_>> {
        match Handle::try_current() {
            Ok(_) => None,
            Err(_) => self.home.get().map(Handle::enter),
        }
    }

    /// Runs a task of the pool's own. Without a runtime it is dropped at once.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(home) = self.home() {
            drop(home.spawn(task));
        }
    }

    /// Runs `work` to its end, or until the pool is closed.
    pub(crate) async fn unless_closed<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut closing = self.closing.subscribe();
        let mut closed = pin!(closing.wait_for(|closed| *closed));
        let mut work = pin!(work);
        poll_fn(|cx| {
            if closed.as_mut().poll(cx).is_ready() {
                return Poll::Ready(None);
            }
            work.as_mut().poll(cx).map(Some)
        })
        .await
    }
}

impl<C: Connect + 'static> Shared<C> {
    /// Changes the books, starts what is due then, and does outside the lock
    /// what has to be done there.
    pub(crate) fn act<R>(
        self: &Arc<Self>,
        now: Instant,
        change: impl FnOnce(&mut State<C::Conn>, &mut Effects<C::Conn>) -> R,
    ) -> R {
        let mut effects = Effects::default();
        let mut state = self.state();
        let answer = change(&mut state, &mut effects);
        state.plan(now, &mut effects);
        drop(state);
        self.perform(effects);
        answer
    }

    pub(crate) fn perform(self: &Arc<Self>, effects: Effects<C::Conn>) {
        effects.wakers.into_iter().for_each(Waker::wake);
        if !effects.garbage.is_empty() {
            effects.garbage.into_iter().for_each(dispose);
            self.departures.notify_waiters();
        }
        for _ in 0..effects.dials {
            self.spawn(Dial::new(self).run_alone());
        }
        if effects.nudge {
            self.nudge.notify_one();
        }
    }

    /// Takes back a connection that is fit for its next user.
    pub(crate) fn put(self: &Arc<Self>, slot: Box<Slot<C::Conn>>, now: Instant) {
        let put = self.state().put(slot, now);
        self.settle(put, now);
    }

    /// What remains to be done after a [`Put`].
    pub(crate) fn settle(self: &Arc<Self>, put: Put<C::Conn>, now: Instant) {
        match put {
            Put::Kept(None) => (),
            Put::Kept(Some(waker)) => waker.wake(),
            Put::Refused(slot) => self.act(now, |_, effects| effects.garbage.push(slot)),
        }
    }

    /// Closes a leased connection.
    pub(crate) fn discard(self: &Arc<Self>, slot: Box<Slot<C::Conn>>, why: Why) {
        let now = Instant::now();
        self.act(now, |state, effects| {
            state.leave(&slot, why, now);
            effects.garbage.push(slot);
        });
    }

    /// Lends nothing any more. A second time it does nothing.
    pub(crate) fn close(self: &Arc<Self>) {
        if self.closed.swap(true, Ordering::Relaxed) {
            return;
        }
        let now = Instant::now();
        self.act(now, |state, effects| state.close(now, effects));
        self.closing.send_replace(true);
    }
}
