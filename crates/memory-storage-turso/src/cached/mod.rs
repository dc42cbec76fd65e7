//! A cache before any backend.

mod config;
mod episodes;
mod heap;
mod key;
mod many;
mod patterns;
mod reads;
mod relationships;
mod shared;
mod stats;
mod tables;
mod watch;
mod weight;
mod written;

pub use config::{CacheConfig, CacheMode, CacheShares};
pub use reads::CachedReads;
pub(crate) use reads::Read;
pub use stats::{CacheFigures, CacheLives};

use memory_core::{ChangeMark, Result, StorageBackend};
use shared::Shared;
use std::fmt;
use std::sync::Arc;
use turso_cache::{Clock, SystemClock};

/// A backend behind a cache of its episodes, patterns, relationships and query results.
///
/// A write of this process is seen by every read that begins after it ended, cached or not: what
/// it may have changed is neither served nor stored from before it begins until its outcome is
/// known. `docs/cache.md` says why. For that, everybody in the process uses this
/// storage or clones of it, which share one cache. What is written around it, through the backend or through
/// another cache before the same backend, is not noticed: [`clear`](Self::clear) afterwards. Writes of others are looked for through
/// [`changes`](StorageBackend::changes), every [`check_interval`](CacheConfig::check_interval);
/// as long as it tells, values have no other end. Where a backend cannot tell, as a server cannot, what
/// they change is seen when the life of a value ends. What one call has created, up to 64 records, is
/// in the cache when it ends.
///
/// It needs a tokio runtime with its timer enabled.
///
/// ```
/// use memory_storage_turso::{Episode, EpisodeStore, Namespace, TaskType, Timestamp, TursoStorage};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> memory_storage_turso::Result<()> {
/// let memory = TursoStorage::builder(":memory:").build_cached().await?;
/// let episode = Episode::start(TaskType::new("bug_fix")?, "Login fails", Timestamp::now())?;
/// memory.store_episode(&episode).await?;
/// for _ in 0..3 {
///     memory.get_episode(&Namespace::default(), episode.id).await?;
/// }
/// assert_eq!(memory.figures().episodes.hits, 2);
/// # Ok(())
/// # }
/// ```
///
/// # Cancellation
/// Every write runs in a task of its own: dropping the future stops the waiting, not the write. A
/// read that is dropped leaves its load to whoever else waits for it.
pub struct CachedStorage<S> {
    shared: Arc<Shared<S>>,
    bypasses: bool,
}

impl<S> CachedStorage<S> {
    /// Puts a cache before `backend`.
    ///
    /// # Errors
    /// `Misuse` when the configuration contradicts itself.
    pub fn new(backend: S, config: &CacheConfig) -> Result<Self> {
        Self::with_clock(backend, config, &SystemClock)
    }

    /// The same, whose values grow old by another clock, for tests and simulations. How often
    /// the writes of others are looked for goes by the system's.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_clock<C>(backend: S, config: &CacheConfig, clock: &C) -> Result<Self>
    where
        C: Clock + Clone + 'static,
    {
        Ok(Self {
            shared: Arc::new(Shared::new(backend, config, clock)?),
            bypasses: false,
        })
    }

    /// The same storage, whose reads go to the backend and leave the cache alone. Its
    /// writes are known to the cache as any others.
    #[must_use]
    pub fn uncached(&self) -> Self {
        Self {
            bypasses: true,
            ..self.clone()
        }
    }

    /// The backend itself. The cache does not notice what is written through it directly, and in a file
    /// would serve what was there before for ever: [`clear`](Self::clear) afterwards.
    pub fn get_ref(&self) -> &S {
        self.shared.inner()
    }

    /// What the caches have done, what they hold and how long. All zero when the cache is off. Looks at
    /// every value they hold, about a microsecond each.
    pub fn figures(&self) -> CacheFigures {
        self.shared.figures()
    }

    /// Whether it has caches: not with [`CacheMode::Off`].
    pub fn is_on(&self) -> bool {
        self.shared.is_on()
    }

    /// How often each kind of read was asked for, and how often the backend had to answer; those that
    /// were asked for at all.
    pub fn reads(&self) -> Vec<CachedReads> {
        self.shared.reads()
    }

    /// Forgets everything, so that the next reads ask the backend.
    pub fn clear(&self) {
        self.shared.forget();
    }
}

impl<S> Clone for CachedStorage<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            bypasses: self.bypasses,
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for CachedStorage<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedStorage")
            .field("inner", self.get_ref())
            .field("bypasses", &self.bypasses)
            .finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl<S: StorageBackend + 'static> StorageBackend for CachedStorage<S> {
    async fn changes(&self) -> Result<Option<ChangeMark>> {
        self.get_ref().changes().await
    }
}
