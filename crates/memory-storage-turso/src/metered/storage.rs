//! Times every operation of a storage.

use super::items::Items;
use super::names::{ERRORS, INSTRUMENTS, OPERATIONS, error_name};
use async_trait::async_trait;
use memory_core::{
    Atomicity, Change, ChangeMark, Episode, EpisodeId, EpisodeQuery, EpisodeRelationship,
    EpisodeStore, ExternalId, Namespace, Page, PageRequest, Pattern, PatternId, PatternQuery,
    PatternStore, Related, RelatedQuery, RelationshipKey, RelationshipQuery, RelationshipStore,
    Result, Revision, StorageBackend, Stored, Tag, TagChange, TagCount, Timestamp, Update,
};
use std::sync::Arc;
use std::time::Instant;
use turso_metrics::{Metrics, Outcome, Slow, Snapshot};

/// A storage that times every operation of the one inside, by its name.
///
/// Results, errors and cancellation are those of the storage inside. Clones share their figures. A
/// cache belongs around it, not inside: then a hit does not pass here and costs nothing more.
///
/// ```
/// use memory_storage_turso::{EpisodeQuery, EpisodeStore, MeteredStorage, Observe, TursoStorage};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> memory_storage_turso::Result<()> {
/// let memory = MeteredStorage::new(TursoStorage::open(":memory:").await?);
/// memory.count_episodes(&EpisodeQuery::default()).await?;
/// println!("{}", memory.performance());
/// assert_eq!(memory.performance().storage.operation("episodes.count").unwrap().ever.count, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct MeteredStorage<S> {
    inner: S,
    calls: Arc<Metrics>,
}

impl<S> MeteredStorage<S> {
    /// Times what `inner` does.
    pub fn new(inner: S) -> Self {
        Self::with_slow(inner, Slow::default())
    }

    /// The same, and says which operations are remembered as slow.
    pub fn with_slow(inner: S, slow: Slow) -> Self {
        let calls = Metrics::new(INSTRUMENTS, OPERATIONS, ERRORS).slow(slow);
        Self {
            inner,
            calls: Arc::new(calls),
        }
    }

    /// What the storage did, as its callers saw it.
    pub fn stats(&self) -> Snapshot {
        self.calls.snapshot(Instant::now())
    }

    /// What is inside.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// What is inside, to change.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// What is inside, to keep.
    pub fn into_inner(self) -> S {
        self.inner
    }

    fn end<T: Items>(call: turso_metrics::Call<'_>, result: &Result<T>) {
        call.end(&Outcome {
            error: result.as_ref().err().map(|e| error_name(e.kind())),
            rows: result.as_ref().map_or(0, Items::items),
            ..Outcome::default()
        });
    }
}

/// Passes a call on and times it.
macro_rules! timed {
    ($this:ident.$operation:literal, $method:ident($($argument:expr),*)) => {{
        let call = $this.calls.call($operation);
        let result = call.wrap($this.inner.$method($($argument),*)).await;
        Self::end(call, &result);
        result
    }};
}

#[async_trait]
impl<S: StorageBackend> EpisodeStore for MeteredStorage<S> {
    async fn store_episodes(
        &self,
        episodes: &[Episode],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<EpisodeId>>> {
        timed!(self."episodes.store", store_episodes(episodes, atomicity))
    }

    async fn update_episodes(&self, updates: &[Update<Episode>]) -> Result<Vec<Revision>> {
        timed!(self."episodes.update", update_episodes(updates))
    }

    async fn get_episodes(
        &self,
        namespace: &Namespace,
        ids: &[EpisodeId],
    ) -> Result<Vec<Option<Arc<Episode>>>> {
        timed!(self."episodes.get", get_episodes(namespace, ids))
    }

    async fn find_episode_ids(
        &self,
        namespace: &Namespace,
        external_ids: &[ExternalId],
    ) -> Result<Vec<Option<EpisodeId>>> {
        timed!(self."episodes.find", find_episode_ids(namespace, external_ids))
    }

    async fn delete_episodes(&self, namespace: &Namespace, ids: &[EpisodeId]) -> Result<u64> {
        timed!(self."episodes.delete", delete_episodes(namespace, ids))
    }

    async fn query_episodes(
        &self,
        query: &EpisodeQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Episode>>> {
        timed!(self."episodes.query", query_episodes(query, page))
    }

    async fn count_episodes(&self, query: &EpisodeQuery) -> Result<u64> {
        timed!(self."episodes.count", count_episodes(query))
    }

    async fn change_tags(
        &self,
        namespace: &Namespace,
        id: EpisodeId,
        change: &TagChange,
        now: Timestamp,
    ) -> Result<Revision> {
        timed!(self."tags.change", change_tags(namespace, id, change, now))
    }

    async fn rename_tag(
        &self,
        namespace: &Namespace,
        from: &Tag,
        to: &Tag,
        now: Timestamp,
    ) -> Result<u64> {
        timed!(self."tags.rename", rename_tag(namespace, from, to, now))
    }

    async fn list_tags(&self, namespace: &Namespace, page: &PageRequest) -> Result<Page<TagCount>> {
        timed!(self."tags.list", list_tags(namespace, page))
    }
}

#[async_trait]
impl<S: StorageBackend> PatternStore for MeteredStorage<S> {
    async fn store_patterns(
        &self,
        patterns: &[Pattern],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<PatternId>>> {
        timed!(self."patterns.store", store_patterns(patterns, atomicity))
    }

    async fn store_episodes_with_patterns(
        &self,
        episodes: &[Episode],
        patterns: &[Pattern],
    ) -> Result<(Vec<Stored<EpisodeId>>, Vec<Stored<PatternId>>)> {
        timed!(self."episodes.store_with_patterns", store_episodes_with_patterns(episodes, patterns))
    }

    async fn update_patterns(&self, updates: &[Update<Pattern>]) -> Result<Vec<Revision>> {
        timed!(self."patterns.update", update_patterns(updates))
    }

    async fn get_patterns(
        &self,
        namespace: &Namespace,
        ids: &[PatternId],
    ) -> Result<Vec<Option<Arc<Pattern>>>> {
        timed!(self."patterns.get", get_patterns(namespace, ids))
    }

    async fn delete_patterns(&self, namespace: &Namespace, ids: &[PatternId]) -> Result<u64> {
        timed!(self."patterns.delete", delete_patterns(namespace, ids))
    }

    async fn query_patterns(
        &self,
        query: &PatternQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Pattern>>> {
        timed!(self."patterns.query", query_patterns(query, page))
    }

    async fn count_patterns(&self, query: &PatternQuery) -> Result<u64> {
        timed!(self."patterns.count", count_patterns(query))
    }
}

#[async_trait]
impl<S: StorageBackend> RelationshipStore for MeteredStorage<S> {
    async fn add_relationships(
        &self,
        relationships: &[EpisodeRelationship],
    ) -> Result<Vec<Change>> {
        timed!(self."relationships.add", add_relationships(relationships))
    }

    async fn validate_relationship(&self, relationship: &EpisodeRelationship) -> Result<()> {
        timed!(self."relationships.validate", validate_relationship(relationship))
    }

    async fn remove_relationships(
        &self,
        namespace: &Namespace,
        keys: &[RelationshipKey],
    ) -> Result<u64> {
        timed!(self."relationships.remove", remove_relationships(namespace, keys))
    }

    async fn query_relationships(
        &self,
        query: &RelationshipQuery,
        page: &PageRequest,
    ) -> Result<Page<EpisodeRelationship>> {
        timed!(self."relationships.query", query_relationships(query, page))
    }

    async fn find_related(&self, query: &RelatedQuery) -> Result<Related> {
        timed!(self."relationships.related", find_related(query))
    }
}

#[async_trait]
impl<S: StorageBackend> StorageBackend for MeteredStorage<S> {
    async fn changes(&self) -> Result<Option<ChangeMark>> {
        // Asked by a cache and by no application: not an operation of the storage.
        self.inner.changes().await
    }
}
