//! One connection, lent to one after the other.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard};

use crate::{Acquire, Connect, Error, ErrorKind, Result};

/// The simplest [`Acquire`]: one connection behind a first-come, first-served lane.
///
/// Opened when first needed or by [`open`](Self::open); made fit again before
/// each next use, and replaced when that fails. Clones share the lane. Meant
/// for a program's one writer, for `:memory:`, and for tests.
pub struct Single<C: Connect> {
    connector: Arc<C>,
    lane: Arc<Mutex<Slot<C::Conn>>>,
}

struct Slot<Conn> {
    conn: Option<Conn>,
}

impl<C: Connect> Single<C> {
    /// A lane whose connection is opened when it is first needed.
    pub fn new(connector: C) -> Self {
        let slot = Slot { conn: None };
        Self {
            connector: Arc::new(connector),
            lane: Arc::new(Mutex::new(slot)),
        }
    }

    /// A lane whose connection is open.
    ///
    /// # Errors
    /// Those of [`Connect::connect`].
    ///
    /// # Cancellation
    /// What was half opened is closed.
    pub async fn open(connector: C) -> Result<Self> {
        let conn = connector.connect().await?;
        let lane = Arc::new(Mutex::new(Slot { conn: Some(conn) }));
        Ok(Self {
            connector: Arc::new(connector),
            lane,
        })
    }

    /// The connector.
    pub fn connector(&self) -> &C {
        &self.connector
    }
}

impl<C: Connect + 'static> Acquire for Single<C> {
    type Lease = SingleLease<C::Conn>;

    /// Waits for its turn without a time limit of its own.
    async fn acquire(&self) -> Result<SingleLease<C::Conn>> {
        let mut slot = Arc::clone(&self.lane).lock_owned().await;
        if let Some(conn) = &mut slot.conn
            && let Err(error) = self.connector.recycle(conn).await
        {
            tracing::debug!(%error, "replacing a connection");
            slot.conn = None;
        }
        if slot.conn.is_none() {
            slot.conn = Some(self.connector.connect().await?);
        }
        OwnedMutexGuard::try_map(slot, |slot| slot.conn.as_mut())
            .map(|conn| SingleLease { conn })
            .map_err(|_| Error::new(ErrorKind::Bug, "the lane lost its connection"))
    }
}

impl<C: Connect> Clone for Single<C> {
    fn clone(&self) -> Self {
        Self {
            connector: Arc::clone(&self.connector),
            lane: Arc::clone(&self.lane),
        }
    }
}

impl<C: Connect> fmt::Debug for Single<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Single").finish_non_exhaustive()
    }
}

/// The connection of a [`Single`], until dropped.
#[must_use = "the lane is blocked while the lease lives"]
pub struct SingleLease<Conn> {
    conn: OwnedMappedMutexGuard<Slot<Conn>, Conn>,
}

impl<Conn> Deref for SingleLease<Conn> {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl<Conn> DerefMut for SingleLease<Conn> {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

impl<Conn> fmt::Debug for SingleLease<Conn> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SingleLease").finish_non_exhaustive()
    }
}
