//! A connection with what the pool knows about it.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

use crate::lent::Row;

/// Tells the connections of one pool apart: counted from 1 in the order in
/// which they were opened, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(pub(crate) u64);

impl ConnectionId {
    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// What hooks and [`retain`](crate::Pool::retain) are told about a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meta {
    /// Which connection of its pool it is.
    pub id: ConnectionId,
    /// The time since it was opened.
    pub age: Duration,
    /// How long nobody has used it. While it is lent: how long nobody had
    /// before.
    pub idle_for: Duration,
}

/// A connection and its stamps. Boxed, so that moving it is moving a pointer.
#[derive(Debug)]
pub(crate) struct Slot<Conn> {
    pub(crate) conn: Conn,
    pub(crate) id: ConnectionId,
    pub(crate) row: Row,
    opened: Instant,
    expires: Option<Instant>,
    used: Instant,
    proven: Instant,
    fresh: bool,
}

impl<Conn> Slot<Conn> {
    pub(crate) fn new(
        conn: Conn,
        id: ConnectionId,
        now: Instant,
        expires: Option<Instant>,
    ) -> Self {
        Self {
            conn,
            id,
            row: Row::default(),
            opened: now,
            expires,
            used: now,
            proven: now,
            fresh: true,
        }
    }

    /// When it is too old; drawn once.
    pub(crate) fn expires(&self) -> Option<Instant> {
        self.expires
    }

    pub(crate) fn is_over_aged(&self, now: Instant) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }

    /// The end of its last use; opening it counts as one.
    pub(crate) fn used(&self) -> Instant {
        self.used
    }

    pub(crate) fn set_used(&mut self, now: Instant) {
        self.used = now;
        self.proven = now;
        self.fresh = false;
    }

    /// Nobody has used it yet.
    pub(crate) fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// When it was last known to work.
    pub(crate) fn proven(&self) -> Instant {
        self.proven
    }

    pub(crate) fn set_proven(&mut self, now: Instant) {
        self.proven = now;
    }

    pub(crate) fn idle_for(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.used)
    }

    pub(crate) fn meta(&self, now: Instant) -> Meta {
        Meta {
            id: self.id,
            age: now.saturating_duration_since(self.opened),
            idle_for: self.idle_for(now),
        }
    }
}
