//! A connection on loan.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use turso_conn::Connect;

use crate::recycle;
use crate::shared::Shared;
use crate::slot::{ConnectionId, Meta, Slot};
use crate::state::Why;

/// A connection on loan from a [`Pool`](crate::Pool), given back when dropped.
///
/// It can be dropped anywhere: in a panic, outside a runtime, after the pool
/// is gone. A connection that has to be cleaned first is cleaned in a task of
/// the pool and counts as leased until then. Forgetting a lease
/// ([`std::mem::forget`]) loses its place in the pool for good; so does
/// holding it for ever, and both are reported after
/// [`leak_after`](crate::Config::leak_after).
#[must_use = "a lease that is not used only keeps others waiting"]
pub struct Lease<C: Connect + 'static> {
    /// Invariant: there until dropped or detached.
    slot: Option<Box<Slot<C::Conn>>>,
    shared: Arc<Shared<C>>,
    fate: Fate,
    since: Instant,
}

/// What becomes of a lease's connection at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It was used: it is cleaned first.
    Recycle,
    /// It is fit for its next user.
    Keep,
    /// It is closed.
    Close(Why),
}

impl<C: Connect + 'static> Lease<C> {
    /// The pool's own, to do something with the connection.
    pub(crate) fn new(shared: Arc<Shared<C>>, slot: Box<Slot<C::Conn>>, fate: Fate) -> Self {
        let since = slot.used();
        Self {
            slot: Some(slot),
            shared,
            fate,
            since,
        }
    }

    /// A lease for a user.
    pub(crate) fn lent(shared: Arc<Shared<C>>, slot: Box<Slot<C::Conn>>, now: Instant) -> Self {
        Self {
            slot: Some(slot),
            shared,
            fate: Fate::Recycle,
            since: now,
        }
    }

    /// Which connection of its pool it is.
    pub fn id(&self) -> ConnectionId {
        self.slot().id
    }

    /// The time since the connection was opened.
    pub fn age(&self) -> Duration {
        self.slot().meta(Instant::now()).age
    }

    /// How long nobody had used the connection when this lease began.
    pub fn idle_for(&self) -> Duration {
        self.slot().idle_for(self.since)
    }

    /// Closes the connection at the end of the lease, and lets the pool open
    /// another when needed: for a connection found not to work.
    pub fn mark_broken(&mut self) {
        self.fate = Fate::Close(Why::Broken);
    }

    /// Takes the connection out of the pool for good. The pool may open
    /// another in its place.
    pub fn detach(mut self) -> C::Conn {
        let slot = self.slot.take().unwrap_or_else(|| gone());
        let now = Instant::now();
        self.shared
            .act(now, |state, _| state.leave(&slot, Why::Detached, now));
        self.shared.departures.notify_waiters();
        slot.conn
    }

    /// How long the connection had not been known to work when this lease began.
    pub(crate) fn silence(&self) -> Duration {
        self.since.saturating_duration_since(self.slot().proven())
    }

    pub(crate) fn shared(&self) -> &Arc<Shared<C>> {
        &self.shared
    }

    pub(crate) fn set_fate(&mut self, fate: Fate) {
        self.fate = fate;
    }

    pub(crate) fn meta(&self, now: Instant) -> Meta {
        self.slot().meta(now)
    }

    pub(crate) fn slot(&self) -> &Slot<C::Conn> {
        match &self.slot {
            Some(slot) => slot,
            None => gone(),
        }
    }

    pub(crate) fn slot_mut(&mut self) -> &mut Slot<C::Conn> {
        match &mut self.slot {
            Some(slot) => slot,
            None => gone(),
        }
    }
}

/// `Drop` can only take the connection out of the lease by leaving a `None`
/// behind, which nobody sees.
#[cold]
fn gone() -> ! {
    unreachable!("a lease has its connection until it is dropped")
}

impl<C: Connect + 'static> Drop for Lease<C> {
    fn drop(&mut self) {
        let Some(slot) = self.slot.take() else {
            return;
        };
        match self.fate {
            Fate::Recycle => recycle::give_back(&self.shared, slot),
            Fate::Keep => self.shared.put(slot, Instant::now()),
            Fate::Close(why) => self.shared.discard(slot, why),
        }
    }
}

impl<C: Connect + 'static> Deref for Lease<C> {
    type Target = C::Conn;

    fn deref(&self) -> &C::Conn {
        &self.slot().conn
    }
}

impl<C: Connect + 'static> DerefMut for Lease<C> {
    fn deref_mut(&mut self) -> &mut C::Conn {
        &mut self.slot_mut().conn
    }
}

impl<C: Connect + 'static> fmt::Debug for Lease<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("id", &self.id())
            .finish_non_exhaustive()
    }
}
