use super::CachedStorage;
use super::key::{PatternKey, QueryKey, QueryValue};
use super::many::get_many;
use super::reads::Read;
use super::shared::{Caches, cached, mixed_up, unshare};
use async_trait::async_trait;
use memory_core::{
    Atomicity, Episode, EpisodeId, Namespace, Page, PageRequest, Pattern, PatternId, PatternQuery,
    PatternStore, Result, Revision, StorageBackend, Stored, Update,
};
use std::sync::Arc;
use turso_cache::{Scope, Settled};

impl<S: StorageBackend + 'static> CachedStorage<S> {
    fn changes_patterns<'a>(&self, patterns: impl Iterator<Item = &'a Pattern>) -> Vec<Scope> {
        let changes = |pattern: &Pattern| {
            self.tables()
                .changes_pattern(&pattern.namespace, &pattern.id)
        };
        patterns.flat_map(changes).collect()
    }
}

#[async_trait]
impl<S: StorageBackend + 'static> PatternStore for CachedStorage<S> {
    async fn store_patterns(
        &self,
        patterns: &[Pattern],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<PatternId>>> {
        let changes = self.changes_patterns(patterns.iter());
        let (before, patterns) = (self.before_patterns(patterns), patterns.to_vec());
        let store = |inner: Arc<S>| async move {
            let stored = inner.store_patterns(&patterns, atomicity).await?;
            Ok((stored, patterns))
        };
        let keep = |caches: &Caches, settled: &Settled, done: &mut (Vec<_>, _)| {
            before.keep(&caches.patterns, settled, &done.0, &mut done.1);
        };
        let (stored, _) = self.write_then(&changes, store, keep).await?;
        Ok(stored)
    }

    async fn store_episodes_with_patterns(
        &self,
        episodes: &[Episode],
        patterns: &[Pattern],
    ) -> Result<(Vec<Stored<EpisodeId>>, Vec<Stored<PatternId>>)> {
        let mut changes = self.stores(episodes);
        changes.extend(self.changes_patterns(patterns.iter()));
        let before = (
            self.before_episodes(episodes),
            self.before_patterns(patterns),
        );
        let (episodes, patterns) = (episodes.to_vec(), patterns.to_vec());
        let store = |inner: Arc<S>| async move {
            let stored = inner.store_episodes_with_patterns(&episodes, &patterns);
            Ok((stored.await?, episodes, patterns))
        };
        let keep = |caches: &Caches, settled: &Settled, done: &mut ((Vec<_>, Vec<_>), _, _)| {
            let (stored, episodes, patterns) = done;
            before
                .0
                .keep(&caches.episodes, settled, &stored.0, episodes);
            before
                .1
                .keep(&caches.patterns, settled, &stored.1, patterns);
        };
        let (stored, ..) = self.write_then(&changes, store, keep).await?;
        Ok(stored)
    }

    async fn update_patterns(&self, updates: &[Update<Pattern>]) -> Result<Vec<Revision>> {
        let changes = self.changes_patterns(updates.iter().map(|update| &update.value));
        let updates = updates.to_vec();
        self.write(&changes, |inner| async move {
            inner.update_patterns(&updates).await
        })
        .await
    }

    async fn get_patterns(
        &self,
        namespace: &Namespace,
        ids: &[PatternId],
    ) -> Result<Vec<Option<Arc<Pattern>>>> {
        if let [id] = ids {
            return Ok(vec![self.get_pattern(namespace, *id).await?]);
        }
        let Some(caches) = self.caches(Read::PatternsGet).await else {
            return self
                .backend(Read::PatternsGet)
                .get_patterns(namespace, ids)
                .await;
        };
        let reads = |id: &PatternId| self.tables().reads_pattern(namespace, id);
        let load = |ids: Vec<PatternId>| async move {
            self.backend(Read::PatternsGet)
                .get_patterns(namespace, &ids)
                .await
        };
        get_many(&caches.patterns, namespace, ids, reads, load).await
    }

    async fn delete_patterns(&self, namespace: &Namespace, ids: &[PatternId]) -> Result<u64> {
        let changes = self.tables().deletes_patterns(namespace, ids);
        let (namespace, ids) = (namespace.clone(), ids.to_vec());
        self.write(&changes, |inner| async move {
            inner.delete_patterns(&namespace, &ids).await
        })
        .await
    }

    async fn query_patterns(
        &self,
        query: &PatternQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Pattern>>> {
        let find = || {
            self.backend(Read::PatternsQuery)
                .query_patterns(query, page)
        };
        let Some(caches) = self.caches(Read::PatternsQuery).await else {
            return find().await;
        };
        let key = QueryKey::Patterns(PatternKey::from(query), page.clone());
        let reads = self.tables().reads_patterns(&query.namespace);
        let load = || async { Ok(QueryValue::Patterns(Arc::new(find().await?))) };
        match cached(&caches.queries, &key, &reads, load).await? {
            QueryValue::Patterns(page) => Ok(Page::clone(&page)),
            _ => Err(mixed_up()),
        }
    }

    async fn count_patterns(&self, query: &PatternQuery) -> Result<u64> {
        let count = || self.backend(Read::PatternsCount).count_patterns(query);
        let Some(caches) = self.caches(Read::PatternsCount).await else {
            return count().await;
        };
        let key = QueryKey::CountPatterns(PatternKey::from(query));
        let reads = self.tables().reads_patterns(&query.namespace);
        let load = || async { Ok(QueryValue::Count(count().await?)) };
        match cached(&caches.queries, &key, &reads, load).await? {
            QueryValue::Count(count) => Ok(count),
            _ => Err(mixed_up()),
        }
    }

    async fn get_pattern(
        &self,
        namespace: &Namespace,
        id: PatternId,
    ) -> Result<Option<Arc<Pattern>>> {
        let get = || self.backend(Read::PatternsGet).get_pattern(namespace, id);
        let Some(caches) = self.caches(Read::PatternsGet).await else {
            return get().await;
        };
        let key = (namespace.clone(), id);
        let reads = self.tables().reads_pattern(namespace, &id);
        let load = || async { get().await.map_err(Arc::new) };
        let found = caches.patterns.get_or_load(&key, &reads, load).await;
        found.map_err(unshare)
    }
}
