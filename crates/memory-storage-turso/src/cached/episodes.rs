use super::CachedStorage;
use super::key::{QueryKey, QueryValue};
use super::many::get_many;
use super::reads::Read;
use super::shared::{Caches, cached, mixed_up, unshare};
use async_trait::async_trait;
use memory_core::{
    Atomicity, Episode, EpisodeId, EpisodeQuery, EpisodeStore, ExternalId, Namespace, Page,
    PageRequest, Result, Revision, StorageBackend, Stored, Tag, TagChange, TagCount, Timestamp,
    Update,
};
use std::sync::Arc;
use turso_cache::{Scope, Settled};

/// More external ids than this are looked up in one call by those who import, and once.
const EXTERNAL_IDS_MAX: usize = 64;

impl<S: StorageBackend + 'static> CachedStorage<S> {
    pub(super) fn stores(&self, episodes: &[Episode]) -> Vec<Scope> {
        let stores = |episode: &Episode| self.tables().stores(&episode.namespace, episode);
        episodes.iter().flat_map(stores).collect()
    }
}

#[async_trait]
impl<S: StorageBackend + 'static> EpisodeStore for CachedStorage<S> {
    async fn store_episodes(
        &self,
        episodes: &[Episode],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<EpisodeId>>> {
        let (changes, before) = (self.stores(episodes), self.before_episodes(episodes));
        let episodes = episodes.to_vec();
        let store = |inner: Arc<S>| async move {
            let stored = inner.store_episodes(&episodes, atomicity).await?;
            Ok((stored, episodes))
        };
        let keep = |caches: &Caches, settled: &Settled, done: &mut (Vec<_>, _)| {
            before.keep(&caches.episodes, settled, &done.0, &mut done.1);
        };
        let (stored, _) = self.write_then(&changes, store, keep).await?;
        Ok(stored)
    }

    async fn update_episodes(&self, updates: &[Update<Episode>]) -> Result<Vec<Revision>> {
        let updates = updates.to_vec();
        let values = updates.iter().map(|update| &update.value);
        let changes: Vec<_> = values
            .flat_map(|episode| {
                self.tables()
                    .changes_episode(&episode.namespace, &episode.id)
            })
            .collect();
        self.write(&changes, |inner| async move {
            inner.update_episodes(&updates).await
        })
        .await
    }

    async fn get_episodes(
        &self,
        namespace: &Namespace,
        ids: &[EpisodeId],
    ) -> Result<Vec<Option<Arc<Episode>>>> {
        if let [id] = ids {
            return Ok(vec![self.get_episode(namespace, *id).await?]);
        }
        let Some(caches) = self.caches(Read::EpisodesGet).await else {
            return self
                .backend(Read::EpisodesGet)
                .get_episodes(namespace, ids)
                .await;
        };
        let reads = |id: &EpisodeId| self.tables().reads_episode(namespace, id);
        let load = |ids: Vec<EpisodeId>| async move {
            self.backend(Read::EpisodesGet)
                .get_episodes(namespace, &ids)
                .await
        };
        get_many(&caches.episodes, namespace, ids, reads, load).await
    }

    async fn find_episode_ids(
        &self,
        namespace: &Namespace,
        external_ids: &[ExternalId],
    ) -> Result<Vec<Option<EpisodeId>>> {
        let find = || {
            self.backend(Read::EpisodesFind)
                .find_episode_ids(namespace, external_ids)
        };
        if external_ids.len() > EXTERNAL_IDS_MAX {
            self.shared.count(Read::EpisodesFind);
            return find().await;
        }
        let Some(caches) = self.caches(Read::EpisodesFind).await else {
            return find().await;
        };
        let key = QueryKey::EpisodeIds(namespace.clone(), external_ids.into());
        let reads = self.tables().reads_episodes(namespace);
        let load = || async { Ok(QueryValue::EpisodeIds(find().await?.into())) };
        match cached(&caches.queries, &key, &reads, load).await? {
            QueryValue::EpisodeIds(ids) => Ok(ids.to_vec()),
            _ => Err(mixed_up()),
        }
    }

    async fn delete_episodes(&self, namespace: &Namespace, ids: &[EpisodeId]) -> Result<u64> {
        let changes = self.tables().deletes_episodes(namespace, ids);
        let (namespace, ids) = (namespace.clone(), ids.to_vec());
        self.write(&changes, |inner| async move {
            inner.delete_episodes(&namespace, &ids).await
        })
        .await
    }

    async fn query_episodes(
        &self,
        query: &EpisodeQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Episode>>> {
        let find = || {
            self.backend(Read::EpisodesQuery)
                .query_episodes(query, page)
        };
        let Some(caches) = self.caches(Read::EpisodesQuery).await else {
            return find().await;
        };
        let key = QueryKey::Episodes(query.clone(), page.clone());
        let reads = self.tables().reads_episodes(&query.namespace);
        let load = || async { Ok(QueryValue::Episodes(Arc::new(find().await?))) };
        match cached(&caches.queries, &key, &reads, load).await? {
            QueryValue::Episodes(page) => Ok(Page::clone(&page)),
            _ => Err(mixed_up()),
        }
    }

    async fn count_episodes(&self, query: &EpisodeQuery) -> Result<u64> {
        let count = || self.backend(Read::EpisodesCount).count_episodes(query);
        let Some(caches) = self.caches(Read::EpisodesCount).await else {
            return count().await;
        };
        let key = QueryKey::CountEpisodes(query.clone());
        let reads = self.tables().reads_episodes(&query.namespace);
        let load = || async { Ok(QueryValue::Count(count().await?)) };
        match cached(&caches.queries, &key, &reads, load).await? {
            QueryValue::Count(count) => Ok(count),
            _ => Err(mixed_up()),
        }
    }

    async fn change_tags(
        &self,
        namespace: &Namespace,
        id: EpisodeId,
        change: &TagChange,
        now: Timestamp,
    ) -> Result<Revision> {
        let changes = self.tables().changes_episode(namespace, &id);
        let (namespace, change) = (namespace.clone(), change.clone());
        self.write(&changes, |inner| async move {
            inner.change_tags(&namespace, id, &change, now).await
        })
        .await
    }

    async fn rename_tag(
        &self,
        namespace: &Namespace,
        from: &Tag,
        to: &Tag,
        now: Timestamp,
    ) -> Result<u64> {
        let changes = self.tables().changes_some_episodes(namespace);
        let (namespace, from, to) = (namespace.clone(), from.clone(), to.clone());
        self.write(&changes, |inner| async move {
            inner.rename_tag(&namespace, &from, &to, now).await
        })
        .await
    }

    async fn list_tags(&self, namespace: &Namespace, page: &PageRequest) -> Result<Page<TagCount>> {
        let list = || self.backend(Read::TagsList).list_tags(namespace, page);
        let Some(caches) = self.caches(Read::TagsList).await else {
            return list().await;
        };
        let key = QueryKey::Tags(namespace.clone(), page.clone());
        let reads = self.tables().reads_episodes(namespace);
        let load = || async { Ok(QueryValue::Tags(Arc::new(list().await?))) };
        match cached(&caches.queries, &key, &reads, load).await? {
            QueryValue::Tags(page) => Ok(Page::clone(&page)),
            _ => Err(mixed_up()),
        }
    }

    async fn get_episode(
        &self,
        namespace: &Namespace,
        id: EpisodeId,
    ) -> Result<Option<Arc<Episode>>> {
        let get = || self.backend(Read::EpisodesGet).get_episode(namespace, id);
        let Some(caches) = self.caches(Read::EpisodesGet).await else {
            return get().await;
        };
        let key = (namespace.clone(), id);
        let reads = self.tables().reads_episode(namespace, &id);
        let load = || async { get().await.map_err(Arc::new) };
        let found = caches.episodes.get_or_load(&key, &reads, load).await;
        found.map_err(unshare)
    }
}
