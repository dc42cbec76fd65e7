//! A backend behind a pointer is asked the very method that the caller called.

use crate::{block_on, draft};
use async_trait::async_trait;
use memory_core::{
    Atomicity, Change, Episode, EpisodeId, EpisodeQuery, EpisodeStore, ExternalId, InMemoryStorage,
    Namespace, Page, PageRequest, Result, Revision, StorageBackend, Stored, Tag, TagChange,
    TagCount, Timestamp, Update,
};
use std::sync::Arc;

/// A store that answers single reads by itself, as a cache does, and cannot do anything else.
struct SingleReads(Arc<Episode>);

#[async_trait]
impl EpisodeStore for SingleReads {
    async fn store_episodes(&self, _: &[Episode], _: Atomicity) -> Result<Vec<Stored<EpisodeId>>> {
        panic!("not asked for")
    }

    async fn update_episodes(&self, _: &[Update<Episode>]) -> Result<Vec<Revision>> {
        panic!("not asked for")
    }

    async fn get_episodes(
        &self,
        _: &Namespace,
        _: &[EpisodeId],
    ) -> Result<Vec<Option<Arc<Episode>>>> {
        panic!("the provided method was called instead of the override")
    }

    async fn find_episode_ids(
        &self,
        _: &Namespace,
        _: &[ExternalId],
    ) -> Result<Vec<Option<EpisodeId>>> {
        panic!("not asked for")
    }

    async fn delete_episodes(&self, _: &Namespace, _: &[EpisodeId]) -> Result<u64> {
        panic!("not asked for")
    }

    async fn query_episodes(
        &self,
        _: &EpisodeQuery,
        _: &PageRequest,
    ) -> Result<Page<Arc<Episode>>> {
        panic!("not asked for")
    }

    async fn count_episodes(&self, _: &EpisodeQuery) -> Result<u64> {
        panic!("not asked for")
    }

    async fn change_tags(
        &self,
        _: &Namespace,
        _: EpisodeId,
        _: &TagChange,
        _: Timestamp,
    ) -> Result<Revision> {
        panic!("not asked for")
    }

    async fn rename_tag(&self, _: &Namespace, _: &Tag, _: &Tag, _: Timestamp) -> Result<u64> {
        panic!("not asked for")
    }

    async fn list_tags(&self, _: &Namespace, _: &PageRequest) -> Result<Page<TagCount>> {
        panic!("not asked for")
    }

    async fn get_episode(&self, _: &Namespace, _: EpisodeId) -> Result<Option<Arc<Episode>>> {
        Ok(Some(Arc::clone(&self.0)))
    }
}

async fn get(store: impl EpisodeStore) -> Arc<Episode> {
    let found = store
        .get_episode(&Namespace::default(), EpisodeId::new())
        .await;
    found.unwrap().unwrap()
}

#[test]
fn an_override_is_heard_through_every_pointer() {
    let episode = Arc::new(draft().finish().unwrap());
    let store = SingleReads(Arc::clone(&episode));
    assert_eq!(block_on(get(&store)), episode);
    assert_eq!(block_on(get(&&store)), episode);
    let shared: Arc<dyn EpisodeStore> = Arc::new(store);
    assert_eq!(block_on(get(&shared)), episode);
    assert_eq!(block_on(get(Arc::clone(&shared))), episode);
    assert_eq!(block_on(get(Arc::new(shared))), episode);
}

#[test]
fn a_pointer_to_a_backend_is_a_backend() {
    async fn store(backend: &dyn StorageBackend) -> Change {
        let episode = draft().finish().unwrap();
        backend.store_episode(&episode).await.unwrap().change
    }
    let shared: Arc<dyn StorageBackend> = Arc::new(InMemoryStorage::new());
    // The pointer itself, not what it points at.
    assert_eq!(block_on(store(&shared)), Change::Created);
    assert_eq!(block_on(store(&&*shared)), Change::Created);
    let all = EpisodeQuery::default();
    assert_eq!(block_on(shared.count_episodes(&all)).unwrap(), 2);
}
