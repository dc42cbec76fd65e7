//! Opening connections, each in a task of its own: whoever asked may go away,
//! and the next one gets what was opened.

use std::sync::Arc;

use tokio::time::Instant;
use turso_conn::{Connect, Error, ErrorKind, Result};

use crate::contain::contained;
use crate::hooks;
use crate::shared::Shared;
use crate::slot::Slot;
use crate::time::{after, deadline, random, shortened};

/// The largest part of its lifetime that a connection loses to chance.
const LIFETIME_JITTER: f64 = 0.1;

/// One of the connections that the books have as being opened.
///
/// Invariant: it is taken off the books once, at the end or when dropped.
pub(crate) struct Dial<C: Connect + 'static> {
    shared: Arc<Shared<C>>,
    ended: bool,
}

impl<C: Connect + 'static> Dial<C> {
    /// Stands for one that was counted as being opened.
    pub(crate) fn new(shared: &Arc<Shared<C>>) -> Self {
        Self {
            shared: Arc::clone(shared),
            ended: false,
        }
    }

    /// Opens it, with nobody to tell how that went.
    pub(crate) async fn run_alone(self) {
        if let Err(error) = self.run().await {
            tracing::debug!(%error, source = ?std::error::Error::source(&error), "could not open a connection");
        }
    }

    /// Opens it and hands it to whoever waits first.
    pub(crate) async fn run(mut self) -> Result<()> {
        let work = self.shared.unless_closed(open(&self.shared));
        let outcome = work.await;
        self.ended = true;
        match outcome {
            Some(Ok(slot)) => {
                self.opened(slot);
                Ok(())
            }
            Some(Err(error)) => {
                self.failed(error.clone());
                Err(error)
            }
            None => {
                self.dropped();
                Err(Error::new(ErrorKind::Closed, "the pool was closed"))
            }
        }
    }

    fn opened(&self, slot: Box<Slot<C::Conn>>) {
        let now = Instant::now();
        self.shared
            .act(now, |state, effects| match state.opened(slot, now) {
                crate::state::Put::Kept(waker) => effects.wakers.extend(waker),
                crate::state::Put::Refused(slot) => effects.garbage.push(slot),
            });
    }

    fn failed(&self, error: Error) {
        let now = Instant::now();
        self.shared
            .act(now, |state, effects| state.dial_failed(error, now, effects));
    }

    fn dropped(&self) {
        self.shared.state().dial_dropped();
        self.shared.departures.notify_waiters();
    }
}

impl<C: Connect + 'static> Drop for Dial<C> {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if self.shared.is_closed() {
            self.dropped();
        } else {
            // Tasks are dropped when their runtime ends. Trying again at once
            // would meet the same end.
            let context = "the runtime of the pool has ended";
            self.failed(Error::new(ErrorKind::Closed, context));
        }
    }
}

async fn open<C: Connect>(shared: &Shared<C>) -> Result<Box<Slot<C::Conn>>> {
    let limit = deadline(Instant::now(), shared.config.connect_timeout);
    contained("opening a connection", limit, async {
        let conn = shared.connector.connect().await?;
        let now = Instant::now();
        let life = shared.config.max_lifetime;
        let life = life.map(|life| shortened(life, LIFETIME_JITTER, random()));
        let slot = Slot::new(conn, shared.next_id(), now, after(now, life));
        let mut slot = Box::new(slot);
        let meta = slot.meta(now);
        hooks::run(shared.hooks.after_connect.as_ref(), &mut slot.conn, meta).await?;
        Ok(slot)
    })
    .await
}
