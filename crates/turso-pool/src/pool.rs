//! The pool as its users see it.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use turso_conn::{Acquire, Connect, ErrorKind};

use crate::acquire::{self, Request};
use crate::shared::Shared;
use crate::time::deadline;
use crate::{Builder, Config, DemandMetrics, Error, Lease, Meta, Result, Stats, Status, maintain};

/// Lends connections that it keeps open between two users.
///
/// Clones are handles to the same pool. When the last one is dropped the pool
/// is closed as by [`close`](Self::close). A pool belongs to the runtime in
/// which it was built, or first used: its own tasks run there.
pub struct Pool<C: Connect + 'static> {
    handle: Arc<Handle<C>>,
}

/// A handle to a pool that does not keep it open.
pub struct WeakPool<C: Connect + 'static> {
    handle: Weak<Handle<C>>,
}

/// What all clones of a pool have, and no lease or task does: its end is the
/// end of the pool.
struct Handle<C: Connect + 'static> {
    shared: Arc<Shared<C>>,
}

impl<C: Connect + 'static> Drop for Handle<C> {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl<C: Connect + 'static> Pool<C> {
    /// A pool to be configured.
    pub fn builder(connector: C) -> Builder<C> {
        Builder::new(connector)
    }

    pub(crate) fn from_shared(shared: Arc<Shared<C>>) -> Self {
        let handle = Arc::new(Handle { shared });
        Self { handle }
    }

    pub(crate) fn shared(&self) -> &Arc<Shared<C>> {
        &self.handle.shared
    }

    /// Lends a connection within
    /// [`acquire_timeout`](crate::Config::acquire_timeout).
    ///
    /// An idle one if there is one, the one that was used last; else the next to
    /// come back or to be opened, first come, first served. A connection that
    /// was silent for long is checked first.
    ///
    /// # Errors
    /// [`Timeout`](ErrorKind::Timeout) at the deadline, with the pool's numbers
    /// and the last connect error; [`Closed`](ErrorKind::Closed);
    /// [`Busy`](ErrorKind::Busy) when too many wait already; the connect error
    /// at once when only a new connection could help and connecting has failed
    /// for good, or too often of late.
    ///
    /// # Cancellation
    /// Gives up the place in the queue. A connection being opened for it goes
    /// to the next.
    #[track_caller]
    pub fn acquire(&self) -> impl Future<Output = Result<Lease<C>>> + Send {
        self.acquire_timeout(self.shared().config.acquire_timeout)
    }

    /// The same as [`acquire`](Self::acquire), within `limit`.
    ///
    /// # Errors
    /// As [`acquire`](Self::acquire).
    ///
    /// # Cancellation
    /// As [`acquire`](Self::acquire).
    #[track_caller]
    pub fn acquire_timeout(
        &self,
        limit: Duration,
    ) -> impl Future<Output = Result<Lease<C>>> + Send {
        let site = Location::caller();
        acquire::acquire(self.shared(), Request { limit, site })
    }

    /// Lends an idle connection; `None` when there is none. It does not wait
    /// for other users or for a new connection, only for the check or hook of
    /// an idle one, where that is due.
    ///
    /// # Errors
    /// [`Closed`](ErrorKind::Closed), or what the hook `before_acquire` says
    /// about a connection that is new.
    ///
    /// # Cancellation
    /// The connection goes back.
    #[track_caller]
    pub fn try_acquire(&self) -> impl Future<Output = Result<Option<Lease<C>>>> + Send {
        let site = Location::caller();
        let limit = self.shared().config.acquire_timeout;
        acquire::try_acquire(self.shared(), Request { limit, site })
    }

    /// Sets how many connections there may be. 0 lends nothing until it is
    /// raised again. Connections that are too many are closed: idle ones now,
    /// lent ones when they come back. Adaptive sizing goes on from there, within
    /// its own bounds.
    ///
    /// A closed pool stays closed.
    pub fn resize(&self, size: usize) {
        let now = Instant::now();
        self.shared().act(now, |state, effects| {
            state.set_target(size, effects);
            if let Some(sizer) = &mut state.sizer {
                sizer.resized(now);
            }
        });
    }

    /// Closes the idle connections that `keep` does not want, and says how many
    /// those were. Meanwhile the idle ones count as leased. A panic in `keep`
    /// goes through to the caller; the connections it has not seen stay.
    pub fn retain(&self, keep: impl FnMut(&C::Conn, Meta) -> bool) -> usize {
        acquire::retain(self.shared(), keep)
    }

    /// The pool at this moment.
    pub fn status(&self) -> Status {
        self.shared().state().status()
    }

    /// What the pool has done so far.
    pub fn stats(&self) -> Stats {
        self.shared().state().stats(Instant::now())
    }

    /// What adaptive sizing saw in its last interval; `None` with fixed sizing.
    pub fn demand(&self) -> Option<DemandMetrics> {
        let state = self.shared().state();
        state.sizer.as_ref().map(|sizer| *sizer.seen())
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.shared().config
    }

    /// The connector.
    pub fn connector(&self) -> &C {
        &self.shared().connector
    }

    /// Does what is due at `now`: pings, replaces, opens and closes connections,
    /// reports leaks, decides about the size. Says when something will be due
    /// next. What takes time (pings, dials) is started, not waited for.
    ///
    /// The pool's own task calls it; others may, too, for instance after a long
    /// suspend.
    pub fn maintain(&self, now: Instant) -> Option<Instant> {
        maintain::step(self.shared(), now)
    }

    /// Closes the pool: those who wait and those who come get
    /// [`Closed`](ErrorKind::Closed), idle connections are closed now, lent ones
    /// when they come back, and the pool's tasks end. Does not wait for
    /// anything. A second time it does nothing.
    pub fn close(&self) {
        self.shared().close();
    }

    /// Whether the pool was closed.
    pub fn is_closed(&self) -> bool {
        self.shared().is_closed()
    }

    /// [Closes](Self::close) the pool and waits until all its connections have
    /// come back and are closed, at most for `limit`.
    ///
    /// # Errors
    /// [`Timeout`](ErrorKind::Timeout) with the number of leases that are still
    /// held. They work on, and their connections are closed when they end.
    ///
    /// # Cancellation
    /// The pool is closed all the same.
    pub async fn drain(&self, limit: Duration) -> Result<()> {
        self.close();
        let last_moment = deadline(Instant::now(), limit);
        loop {
            let departure = self.shared().departures.notified();
            let status = self.status();
            if status.open() == 0 {
                return Ok(());
            }
            if timeout_at(last_moment, departure).await.is_err() {
                let context = format!("leases were still held after {limit:?}");
                return Err(Error::new(ErrorKind::Timeout, context).with_status(status));
            }
        }
    }

    /// A handle that does not keep the pool open.
    pub fn downgrade(&self) -> WeakPool<C> {
        let handle = Arc::downgrade(&self.handle);
        WeakPool { handle }
    }
}

impl<C: Connect + 'static> WeakPool<C> {
    /// The pool, unless its last handle was dropped.
    pub fn upgrade(&self) -> Option<Pool<C>> {
        let handle = self.handle.upgrade()?;
        Some(Pool { handle })
    }
}

impl<C: Connect + 'static> Acquire for Pool<C> {
    type Lease = Lease<C>;

    #[track_caller]
    fn acquire(&self) -> impl Future<Output = turso_conn::Result<Lease<C>>> + Send {
        let lease = Pool::acquire(self);
        async move { Ok(lease.await?) }
    }
}

impl<C: Connect + 'static> Clone for Pool<C> {
    fn clone(&self) -> Self {
        let handle = Arc::clone(&self.handle);
        Self { handle }
    }
}

impl<C: Connect + 'static> Clone for WeakPool<C> {
    fn clone(&self) -> Self {
        let handle = Weak::clone(&self.handle);
        Self { handle }
    }
}

impl<C: Connect + 'static> fmt::Debug for Pool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

impl<C: Connect + 'static> fmt::Debug for WeakPool<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakPool").finish_non_exhaustive()
    }
}
