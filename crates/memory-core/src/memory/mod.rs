//! The reference backend: everything in memory, one lock around it.

mod edges;
mod episode_store;
mod groups;
mod paging;
mod pattern_store;
mod record;
mod relationship_store;
mod row;
mod space;
mod table;
mod transaction;
mod walk;

use crate::batch::plan;
use crate::{Atomicity, Namespace, Result, Revision, StorageBackend, Stored, Update};
use record::Record;
use space::{Space, Spaces};
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use transaction::Transaction;

/// A backend that keeps everything in memory: the reference that other backends
/// are held against, and a double for tests of code that needs a storage.
///
/// Clones share one memory, which is freed with the last of them. A write is undone as a
/// whole when it fails, and even when it panics. Nothing is awaited: every future is ready at
/// its first poll, and a future that is never polled does nothing.
#[derive(Clone, Default)]
pub struct InMemoryStorage {
    spaces: Arc<RwLock<Spaces>>,
}

impl InMemoryStorage {
    /// An empty memory.
    pub fn new() -> Self {
        Self::default()
    }

    // A panic while the lock was held has been undone by the transaction, so that what it
    // guards is whole: poison means nothing here.
    fn read(&self) -> RwLockReadGuard<'_, Spaces> {
        self.spaces.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) -> Transaction<'_> {
        Transaction::new(self.spaces.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at one namespace, which is empty when nothing was ever stored in it.
    fn look<T>(&self, namespace: &Namespace, look: impl FnOnce(&Space) -> T) -> T {
        match self.read().get(namespace) {
            Some(space) => look(space),
            None => look(&Space::default()),
        }
    }

    /// Makes one change, all or nothing.
    fn write<T>(&self, change: impl FnOnce(&mut Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut transaction = self.begin();
        let result = change(&mut transaction)?;
        transaction.commit();
        Ok(result)
    }

    fn store<R: Record>(&self, records: &[R], atomicity: Atomicity) -> Result<Vec<Stored<R::Id>>> {
        let mut stored = Vec::with_capacity(records.len());
        for part in plan(records.iter().map(R::size_bytes), atomicity)? {
            let begin = part.start;
            let items = records.get(part).unwrap_or_default();
            let done = self
                .write(|transaction| transaction.store(items, begin))
                .map_err(|error| error.after_committed(begin))?;
            stored.extend(done);
        }
        Ok(stored)
    }

    fn update<R: Record>(&self, updates: &[Update<R>]) -> Result<Vec<Revision>> {
        let sizes = updates.iter().map(|update| update.value.size_bytes());
        plan(sizes, Atomicity::AllOrNothing)?;
        self.write(|transaction| transaction.update(updates))
    }
}

impl StorageBackend for InMemoryStorage {}

impl fmt::Debug for InMemoryStorage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spaces = self.read();
        let episodes: usize = spaces.values().map(|s| s.episodes.len()).sum();
        let patterns: usize = spaces.values().map(|s| s.patterns.len()).sum();
        let relationships: usize = spaces.values().map(|s| s.edges.len()).sum();
        f.debug_struct("InMemoryStorage")
            .field("episodes", &episodes)
            .field("patterns", &patterns)
            .field("relationships", &relationships)
            .finish()
    }
}
