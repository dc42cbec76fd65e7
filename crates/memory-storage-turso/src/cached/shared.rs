//! How a read and a write go, whatever they are about.

use super::CachedStorage;
use super::config::{CacheConfig, CacheMode};
use super::key::{EdgeKey, EdgeValue, QueryKey, QueryValue};
use super::reads::{CachedReads, Read, Reads};
use super::stats::{CacheFigures, CacheLives};
use super::tables::Tables;
use super::watch::Watch;
use super::weight::weight;
use memory_core::{
    Episode, EpisodeId, Error, ErrorKind, Namespace, Pattern, PatternId, Result, StorageBackend,
};
use std::future::Future;
use std::hash::Hash;
use std::sync::Arc;
use turso_cache::{Cache, Clock, Scope, Settled, Stamps};

pub(super) struct Shared<S> {
    inner: Arc<S>,
    stamps: Stamps,
    tables: Tables,
    /// None when the cache is off.
    caches: Option<Caches>,
    watch: Watch,
    /// Whether a look for the writes of others comes sooner than the end of any value.
    looks_often: bool,
    reads: Reads,
}

pub(super) struct Caches {
    pub(super) episodes: Cache<(Namespace, EpisodeId), Arc<Episode>>,
    pub(super) patterns: Cache<(Namespace, PatternId), Arc<Pattern>>,
    pub(super) edges: Cache<EdgeKey, EdgeValue>,
    pub(super) queries: Cache<QueryKey, QueryValue>,
}

impl Caches {
    fn new<C: Clock + Clone + 'static>(
        config: &CacheConfig,
        stamps: &Stamps,
        tables: Tables,
        clock: &C,
    ) -> Result<Self> {
        let shares = config.shares;
        let episodes = Cache::builder(config.part(shares.episodes)?)
            .named("episodes")
            .stamps(stamps)
            .clock(clock.clone())
            .depends_also(tables.external_ids, move |_, episode: &Arc<Episode>| {
                tables.reads_external_id(episode)
            })
            .key_weigher(weight)
            .weigher(|_, episode| weight(episode));
        let patterns = Cache::builder(config.part(shares.patterns)?)
            .named("patterns")
            .stamps(stamps)
            .clock(clock.clone())
            .key_weigher(weight)
            .weigher(|_, pattern: &Arc<Pattern>| weight(pattern));
        let edges = Cache::builder(config.part(shares.relationships)?)
            .named("relationships")
            .stamps(stamps)
            .clock(clock.clone())
            .key_weigher(weight)
            .weigher(|_, value: &EdgeValue| weight(value));
        let queries = Cache::builder(config.part(shares.queries)?)
            .named("queries")
            .stamps(stamps)
            .clock(clock.clone())
            .key_weigher(weight)
            .weigher(|_, value: &QueryValue| weight(value));
        Ok(Self {
            episodes: episodes.build().map_err(misuse)?,
            patterns: patterns.build().map_err(misuse)?,
            edges: edges.build().map_err(misuse)?,
            queries: queries.build().map_err(misuse)?,
        })
    }

    fn lives(&self) -> CacheLives {
        CacheLives {
            episodes: self.episodes.lives().spread(),
            patterns: self.patterns.lives().spread(),
            relationships: self.edges.lives().spread(),
            queries: self.queries.lives().spread(),
        }
    }
}

impl<S> Shared<S> {
    pub(super) fn new<C>(backend: S, config: &CacheConfig, clock: &C) -> Result<Self>
    where
        C: Clock + Clone + 'static,
    {
        let (stamps, tables) = Tables::new(config.stamps);
        let policy = &config.policy;
        let caches = match config.mode {
            CacheMode::On => Some(Caches::new(config, &stamps, tables, clock)?),
            CacheMode::Off => None,
        };
        Ok(Self {
            inner: Arc::new(backend),
            stamps,
            tables,
            caches,
            watch: Watch::new(config.check_interval, CacheConfig::CHECK_WAIT),
            looks_often: config.check_interval < policy.min_ttl.min(policy.negative_ttl),
            reads: Reads::default(),
        })
    }

    pub(super) fn tables(&self) -> Tables {
        self.tables
    }

    /// None when the cache is off.
    pub(super) fn caches(&self) -> Option<&Caches> {
        self.caches.as_ref()
    }

    pub(super) fn inner(&self) -> &S {
        &self.inner
    }

    /// Whether there are caches at all.
    pub(super) fn is_on(&self) -> bool {
        self.caches.is_some()
    }

    /// Counts a read.
    pub(super) fn count(&self, read: Read) {
        self.reads.call(read);
    }

    pub(super) fn reads(&self) -> Vec<CachedReads> {
        self.reads.seen()
    }

    /// Makes everything obsolete that was read until now.
    pub(super) fn forget(&self) {
        self.stamps.touch(&self.tables.everything());
    }

    pub(super) fn figures(&self) -> CacheFigures {
        let quarantined = self.stamps.quarantined();
        self.caches
            .as_ref()
            .map_or_else(CacheFigures::default, |caches| CacheFigures {
                episodes: caches.episodes.stats(),
                patterns: caches.patterns.stats(),
                relationships: caches.edges.stats(),
                queries: caches.queries.stats(),
                quarantined,
                until_changed: self.stamps.is_complete(),
                lives: caches.lives(),
            })
    }
}

impl<S: StorageBackend + 'static> Shared<S> {
    /// Looks for the writes of others. Where the backend tells of them in time, values need no end.
    async fn look(&self) -> bool {
        let good = self.watch.look(&*self.inner, || self.forget()).await;
        let complete = self.looks_often && self.watch.hears_of_others();
        self.stamps.set_complete(complete);
        good
    }
}

impl<S: StorageBackend + 'static> CachedStorage<S> {
    pub(super) fn tables(&self) -> Tables {
        self.shared.tables()
    }

    /// The caches, if this read may use them now. Counts it.
    pub(super) async fn caches(&self, read: Read) -> Option<&Caches> {
        let shared = &*self.shared;
        shared.count(read);
        let caches = shared.caches.as_ref().filter(|_| !self.bypasses)?;
        let good = shared.watch.is_good() || shared.look().await;
        good.then_some(caches)
    }

    /// The backend, for a read that no cache answers. Counts it.
    pub(super) fn backend(&self, read: Read) -> &S {
        self.shared.reads.load(read);
        self.get_ref()
    }

    /// Runs a write in a task of its own, which owns the marks of what it may change: whatever
    /// becomes of the caller, they stay until the outcome is known. What is never known
    /// is left in quarantine.
    pub(super) async fn write<T, F, W>(&self, changes: &[Scope], write: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(Arc<S>) -> W,
        W: Future<Output = Result<T>> + Send + 'static,
    {
        self.write_then(changes, write, |_, _, _| ()).await
    }

    /// The same; when it has succeeded, `keep` may put what was written into the caches before
    /// anybody is told.
    pub(super) async fn write_then<T, F, W, K>(
        &self,
        changes: &[Scope],
        write: F,
        keep: K,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(Arc<S>) -> W,
        W: Future<Output = Result<T>> + Send + 'static,
        K: FnOnce(&Caches, &Settled, &mut T) + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        let write = write(Arc::clone(&shared.inner));
        if !shared.is_on() {
            return write.await;
        }
        let pending = shared.stamps.write(changes);
        let task = tokio::spawn(async move {
            let mut result = write.await;
            if matches!(&result, Err(error) if error.kind() == ErrorKind::OutcomeUnknown) {
                drop(pending);
                return result;
            }
            let settled = pending.settle();
            if let (Some(caches), Ok(written)) = (shared.caches(), &mut result) {
                keep(caches, &settled, written);
            }
            result
        });
        task.await.unwrap_or_else(|error| {
            let context = "the task of a write ended without an answer";
            Err(Error::new(ErrorKind::OutcomeUnknown, context).with_source(error))
        })
    }
}

/// A value from `cache`, or from `load`, which always finds one.
pub(super) async fn cached<K, V, F, L>(
    cache: &Cache<K, V>,
    key: &K,
    reads: &[Scope],
    load: F,
) -> Result<V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
    F: FnOnce() -> L,
    L: Future<Output = Result<V>>,
{
    let load = || async { Ok(Some(load().await.map_err(Arc::new)?)) };
    let found = cache.get_or_load(key, reads, load).await.map_err(unshare)?;
    found.ok_or_else(mixed_up)
}

/// The error of a load that several wait for.
pub(super) fn unshare(error: Arc<Error>) -> Error {
    Arc::try_unwrap(error).unwrap_or_else(|error| {
        let context = "waiting for the read of another caller, which failed";
        let copy = Error::new(error.kind(), context);
        let copy = match error.index() {
            Some(index) => copy.at_index(index),
            None => copy,
        };
        copy.with_source(error)
    })
}

/// A key that has the value of another one's kind.
pub(super) fn mixed_up() -> Error {
    crate::error::bug("the cache answered with another kind of value")
}

fn misuse(error: turso_cache::Error) -> Error {
    Error::new(ErrorKind::Misuse, "configuring the cache").with_source(error)
}
