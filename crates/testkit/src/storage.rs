use std::sync::Arc;

use async_trait::async_trait;
use memory_core::{
    Atomicity, Change, ChangeMark, Episode, EpisodeId, EpisodeQuery, EpisodeRelationship,
    EpisodeStore, Error, ErrorKind, ExternalId, Namespace, Page, PageRequest, Pattern, PatternId,
    PatternQuery, PatternStore, Related, RelatedQuery, RelationshipKey, RelationshipQuery,
    RelationshipStore, Result, Revision, StorageBackend, Stored, Tag, TagChange, TagCount,
    Timestamp, Update,
};

use crate::Faults;

/// A storage whose calls can fail.
///
/// The operations are called as the methods that the store traits require;
/// `store_episode` counts as `store_episodes`, and so on.
#[derive(Debug, Clone)]
pub struct FaultStorage<S> {
    inner: S,
    faults: Faults<ErrorKind>,
}

fn injected(kind: ErrorKind, operation: &'static str) -> Error {
    Error::new(kind, format!("{operation}: a fault was injected"))
}

impl<S> FaultStorage<S> {
    /// Wraps a storage.
    pub fn new(inner: S, faults: Faults<ErrorKind>) -> Self {
        Self { inner, faults }
    }

    /// What is wrapped, for calls that no fault meets.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// What is wrapped, to keep.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

/// Passes a call on, unless a fault meets it.
macro_rules! pass {
    ($this:ident.$method:ident($($argument:expr),*)) => {{
        let call = $this.inner.$method($($argument),*);
        $this.faults.around(stringify!($method), call, injected).await
    }};
}

#[async_trait]
impl<S: StorageBackend> EpisodeStore for FaultStorage<S> {
    async fn store_episodes(
        &self,
        episodes: &[Episode],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<EpisodeId>>> {
        pass!(self.store_episodes(episodes, atomicity))
    }

    async fn update_episodes(&self, updates: &[Update<Episode>]) -> Result<Vec<Revision>> {
        pass!(self.update_episodes(updates))
    }

    async fn get_episodes(
        &self,
        namespace: &Namespace,
        ids: &[EpisodeId],
    ) -> Result<Vec<Option<Arc<Episode>>>> {
        pass!(self.get_episodes(namespace, ids))
    }

    async fn find_episode_ids(
        &self,
        namespace: &Namespace,
        external_ids: &[ExternalId],
    ) -> Result<Vec<Option<EpisodeId>>> {
        pass!(self.find_episode_ids(namespace, external_ids))
    }

    async fn delete_episodes(&self, namespace: &Namespace, ids: &[EpisodeId]) -> Result<u64> {
        pass!(self.delete_episodes(namespace, ids))
    }

    async fn query_episodes(
        &self,
        query: &EpisodeQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Episode>>> {
        pass!(self.query_episodes(query, page))
    }

    async fn count_episodes(&self, query: &EpisodeQuery) -> Result<u64> {
        pass!(self.count_episodes(query))
    }

    async fn change_tags(
        &self,
        namespace: &Namespace,
        id: EpisodeId,
        change: &TagChange,
        now: Timestamp,
    ) -> Result<Revision> {
        pass!(self.change_tags(namespace, id, change, now))
    }

    async fn rename_tag(
        &self,
        namespace: &Namespace,
        from: &Tag,
        to: &Tag,
        now: Timestamp,
    ) -> Result<u64> {
        pass!(self.rename_tag(namespace, from, to, now))
    }

    async fn list_tags(&self, namespace: &Namespace, page: &PageRequest) -> Result<Page<TagCount>> {
        pass!(self.list_tags(namespace, page))
    }
}

#[async_trait]
impl<S: StorageBackend> PatternStore for FaultStorage<S> {
    async fn store_patterns(
        &self,
        patterns: &[Pattern],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<PatternId>>> {
        pass!(self.store_patterns(patterns, atomicity))
    }

    async fn store_episodes_with_patterns(
        &self,
        episodes: &[Episode],
        patterns: &[Pattern],
    ) -> Result<(Vec<Stored<EpisodeId>>, Vec<Stored<PatternId>>)> {
        pass!(self.store_episodes_with_patterns(episodes, patterns))
    }

    async fn update_patterns(&self, updates: &[Update<Pattern>]) -> Result<Vec<Revision>> {
        pass!(self.update_patterns(updates))
    }

    async fn get_patterns(
        &self,
        namespace: &Namespace,
        ids: &[PatternId],
    ) -> Result<Vec<Option<Arc<Pattern>>>> {
        pass!(self.get_patterns(namespace, ids))
    }

    async fn delete_patterns(&self, namespace: &Namespace, ids: &[PatternId]) -> Result<u64> {
        pass!(self.delete_patterns(namespace, ids))
    }

    async fn query_patterns(
        &self,
        query: &PatternQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Pattern>>> {
        pass!(self.query_patterns(query, page))
    }

    async fn count_patterns(&self, query: &PatternQuery) -> Result<u64> {
        pass!(self.count_patterns(query))
    }
}

#[async_trait]
impl<S: StorageBackend> RelationshipStore for FaultStorage<S> {
    async fn add_relationships(
        &self,
        relationships: &[EpisodeRelationship],
    ) -> Result<Vec<Change>> {
        pass!(self.add_relationships(relationships))
    }

    async fn validate_relationship(&self, relationship: &EpisodeRelationship) -> Result<()> {
        pass!(self.validate_relationship(relationship))
    }

    async fn remove_relationships(
        &self,
        namespace: &Namespace,
        keys: &[RelationshipKey],
    ) -> Result<u64> {
        pass!(self.remove_relationships(namespace, keys))
    }

    async fn query_relationships(
        &self,
        query: &RelationshipQuery,
        page: &PageRequest,
    ) -> Result<Page<EpisodeRelationship>> {
        pass!(self.query_relationships(query, page))
    }

    async fn find_related(&self, query: &RelatedQuery) -> Result<Related> {
        pass!(self.find_related(query))
    }
}

#[async_trait]
impl<S: StorageBackend> StorageBackend for FaultStorage<S> {
    async fn changes(&self) -> Result<Option<ChangeMark>> {
        pass!(self.changes())
    }
}
