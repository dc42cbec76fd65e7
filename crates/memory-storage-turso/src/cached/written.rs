//! What was just stored, put into its cache: an agent reads next what it did last.

use super::CachedStorage;
use super::shared::Caches;
use memory_core::{Change, Episode, EpisodeId, Namespace, Pattern, PatternId, Stored};
use std::hash::Hash;
use std::iter::zip;
use std::sync::Arc;
use turso_cache::{Cache, Reading, Settled};

/// More records than this in one call are an import, which nobody reads at once.
const KEPT_MAX: usize = 64;

/// Records that are about to be stored: their keys, and what the stamps said before.
#[derive(Debug)]
pub(super) struct Before<Id>(Vec<((Namespace, Id), Reading)>);

impl<Id: Hash + Eq + Copy + Send + Sync + 'static> Before<Id> {
    /// Keeps what was stored, if all of it is new. What replaced something keeps a part of that,
    /// which only a read tells.
    pub(super) fn keep<T: Send + Sync + 'static>(
        self,
        cache: &Cache<(Namespace, Id), Arc<T>>,
        settled: &Settled,
        stored: &[Stored<Id>],
        records: &mut Vec<T>,
    ) {
        if stored.iter().any(|it| it.change != Change::Created) {
            return;
        }
        for ((key, reading), record) in zip(self.0, records.drain(..)) {
            cache.offer(&key, Some(Arc::new(record)), &reading.after(settled));
        }
    }
}

impl<S> CachedStorage<S> {
    pub(super) fn before_episodes(&self, episodes: &[Episode]) -> Before<EpisodeId> {
        let begin = |caches: &Caches, episode: &Episode| {
            let (namespace, id) = (&episode.namespace, episode.id);
            let reads = self.shared.tables().reads_episode(namespace, &id);
            ((namespace.clone(), id), caches.episodes.begin(&reads))
        };
        self.before(episodes, begin)
    }

    pub(super) fn before_patterns(&self, patterns: &[Pattern]) -> Before<PatternId> {
        let begin = |caches: &Caches, pattern: &Pattern| {
            let (namespace, id) = (&pattern.namespace, pattern.id);
            let reads = self.shared.tables().reads_pattern(namespace, &id);
            ((namespace.clone(), id), caches.patterns.begin(&reads))
        };
        self.before(patterns, begin)
    }

    fn before<Id, T>(
        &self,
        records: &[T],
        begin: impl Fn(&Caches, &T) -> ((Namespace, Id), Reading),
    ) -> Before<Id> {
        let few = records.len() <= KEPT_MAX && !self.bypasses;
        let caches = self.shared.caches().filter(|_| few);
        let before =
            |caches| -> Vec<_> { records.iter().map(|record| begin(caches, record)).collect() };
        Before(caches.map(before).unwrap_or_default())
    }
}
