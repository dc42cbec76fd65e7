use crate::{
    Atomicity, Episode, EpisodeId, EpisodeQuery, EpisodeRelationship, ExternalId, Namespace, Page,
    PageRequest, Pattern, PatternId, PatternQuery, Related, RelatedQuery, RelationshipKey,
    RelationshipQuery, Result, Revision, Stored, Tag, TagCount, Tags, Timestamp, Update,
};
use async_trait::async_trait;
use std::sync::Arc;

/// Stores episodes, and finds them again.
///
/// # Cancellation
/// For every method of the three store traits: dropping the future stops the
/// waiting, never half of the work. A read has no effect; a write that had
/// begun is finished or undone as a whole.
///
/// # Errors
/// For every method: what [`ErrorKind`](crate::ErrorKind) says of a backend that is busy, out of
/// reach, full, read-only, damaged or closed. After any error but `OutcomeUnknown` nothing of a
/// write is stored (see [`Error::committed`](crate::Error::committed) for the one exception that
/// a caller asks for by name); after `OutcomeUnknown` the same call may be repeated.
#[async_trait]
pub trait EpisodeStore: Send + Sync {
    /// Stores episodes and says of each where it now stands. Episodes are taken in
    /// order: if two of one call mean the same episode, the last one wins.
    ///
    /// An episode is the same as a stored one if it has its id, or its external
    /// id. Identical content changes nothing; other content replaces it, keeps
    /// its id, `created_at` and relationships, and makes its revision grow by one. Content is
    /// everything but `id`, `created_at`, `updated_at` and `revision` (see
    /// [`Episode::same_content`]). An episode that is not stored yet is stored with those as they are.
    ///
    /// # Errors
    /// `Limit` when an all-or-nothing batch is too large; `Constraint` with the index
    /// of the episode whose id and external id belong to two different stored episodes.
    async fn store_episodes(
        &self,
        episodes: &[Episode],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<EpisodeId>>>;

    /// Replaces stored episodes, each only if it still has the expected
    /// revision, and returns their new revisions. All or nothing.
    ///
    /// `created_at` stays as it is stored. The revision grows even if the content is the same. An
    /// update whose `write_id` made the stored revision, one above the expected one, counts as
    /// done. Two updates of one episode in one call are applied in order.
    ///
    /// # Errors
    /// With the index of the update: `NotFound` when there is no such episode, `Conflict`
    /// when it has another revision, `Constraint` when its external id belongs to another
    /// episode; `Limit` when the batch is too large.
    async fn update_episodes(&self, updates: &[Update<Episode>]) -> Result<Vec<Revision>>;

    /// The episodes with these ids, in their order; `None` where there is none. Any number of ids.
    async fn get_episodes(
        &self,
        namespace: &Namespace,
        ids: &[EpisodeId],
    ) -> Result<Vec<Option<Arc<Episode>>>>;

    /// The ids of the episodes with these external ids, in their order. Any number.
    async fn find_episode_ids(
        &self,
        namespace: &Namespace,
        external_ids: &[ExternalId],
    ) -> Result<Vec<Option<EpisodeId>>>;

    /// Deletes episodes with their relationships and tags, removes them from the
    /// sources of patterns, and returns how many there were. Unknown ids are passed over. All or nothing.
    ///
    /// A pattern that loses sources counts as changed: its revision grows by one for each
    /// of them; its `updated_at` stays.
    async fn delete_episodes(&self, namespace: &Namespace, ids: &[EpisodeId]) -> Result<u64>;

    /// One page of the episodes that `query` wants.
    ///
    /// # Errors
    /// `Misuse` when the page's cursor came from another kind of query.
    async fn query_episodes(
        &self,
        query: &EpisodeQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Episode>>>;

    /// How many episodes `query` wants.
    async fn count_episodes(&self, query: &EpisodeQuery) -> Result<u64>;

    /// Adds tags to an episode, then removes others, and returns its revision,
    /// which grows by one if any tag changed. `updated_at` is then set to `now`.
    ///
    /// # Errors
    /// `NotFound` when there is no such episode, `Limit` when it would have over 64 tags in the end.
    async fn change_tags(
        &self,
        namespace: &Namespace,
        id: EpisodeId,
        change: &TagChange,
        now: Timestamp,
    ) -> Result<Revision>;

    /// Gives every episode that has the tag `from` the tag `to` instead, and
    /// returns how many had it. Each counts as changed, unless the two are equal.
    async fn rename_tag(
        &self,
        namespace: &Namespace,
        from: &Tag,
        to: &Tag,
        now: Timestamp,
    ) -> Result<u64>;

    /// One page of the tags in use, sorted, with how many episodes have each.
    ///
    /// # Errors
    /// `Misuse` when the page's cursor came from another kind of query.
    async fn list_tags(&self, namespace: &Namespace, page: &PageRequest) -> Result<Page<TagCount>>;

    /// Stores one episode. See [`store_episodes`](Self::store_episodes).
    async fn store_episode(&self, episode: &Episode) -> Result<Stored<EpisodeId>> {
        let stored = self
            .store_episodes(std::slice::from_ref(episode), Atomicity::AllOrNothing)
            .await?;
        only(stored)
    }

    /// Replaces one stored episode. See [`update_episodes`](Self::update_episodes).
    async fn update_episode(&self, update: &Update<Episode>) -> Result<Revision> {
        only(self.update_episodes(std::slice::from_ref(update)).await?)
    }

    /// The episode with this id.
    async fn get_episode(
        &self,
        namespace: &Namespace,
        id: EpisodeId,
    ) -> Result<Option<Arc<Episode>>> {
        only(self.get_episodes(namespace, &[id]).await?)
    }

    /// Deletes one episode, and says whether there was one. See [`delete_episodes`](Self::delete_episodes).
    async fn delete_episode(&self, namespace: &Namespace, id: EpisodeId) -> Result<bool> {
        Ok(self.delete_episodes(namespace, &[id]).await? > 0)
    }
}

/// Tags to add to an episode and tags to remove from it. A tag that is in both is removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TagChange {
    /// To be added.
    pub add: Tags,
    /// To be removed afterwards.
    pub remove: Tags,
}

impl TagChange {
    /// Adds one tag.
    pub fn add(tag: Tag) -> Self {
        Self {
            add: [tag].into(),
            remove: Tags::new(),
        }
    }

    /// Removes one tag.
    pub fn remove(tag: Tag) -> Self {
        Self {
            add: Tags::new(),
            remove: [tag].into(),
        }
    }
}

/// Stores patterns, and finds them again. Errors and cancellation as for [`EpisodeStore`].
#[async_trait]
pub trait PatternStore: EpisodeStore {
    /// Stores patterns and says of each where it now stands, as
    /// [`store_episodes`](EpisodeStore::store_episodes) does; patterns have no external id.
    ///
    /// # Errors
    /// `Limit` when an all-or-nothing batch is too large.
    async fn store_patterns(
        &self,
        patterns: &[Pattern],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<PatternId>>>;

    /// Stores episodes and what was learnt from them, all or nothing.
    ///
    /// # Errors
    /// As for the two parts; an index counts the episodes first, then the patterns.
    async fn store_episodes_with_patterns(
        &self,
        episodes: &[Episode],
        patterns: &[Pattern],
    ) -> Result<(Vec<Stored<EpisodeId>>, Vec<Stored<PatternId>>)>;

    /// Replaces stored patterns, as [`update_episodes`](EpisodeStore::update_episodes) does.
    ///
    /// # Errors
    /// With the index of the update: `NotFound` when there is no such pattern, `Conflict`
    /// when it has another revision; `Limit` when the batch is too large.
    async fn update_patterns(&self, updates: &[Update<Pattern>]) -> Result<Vec<Revision>>;

    /// The patterns with these ids, in their order; `None` where there is none. Any number of ids.
    async fn get_patterns(
        &self,
        namespace: &Namespace,
        ids: &[PatternId],
    ) -> Result<Vec<Option<Arc<Pattern>>>>;

    /// Deletes patterns, removes them from the episodes that applied them, and
    /// returns how many there were. Unknown ids are passed over. All or nothing.
    ///
    /// An episode that loses patterns counts as changed: its revision grows by one for each
    /// of them; its `updated_at` stays.
    async fn delete_patterns(&self, namespace: &Namespace, ids: &[PatternId]) -> Result<u64>;

    /// One page of the patterns that `query` wants.
    ///
    /// # Errors
    /// `Misuse` when the page's cursor came from another kind of query.
    async fn query_patterns(
        &self,
        query: &PatternQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Pattern>>>;

    /// How many patterns `query` wants.
    async fn count_patterns(&self, query: &PatternQuery) -> Result<u64>;

    /// Stores one pattern. See [`store_patterns`](Self::store_patterns).
    async fn store_pattern(&self, pattern: &Pattern) -> Result<Stored<PatternId>> {
        let stored = self
            .store_patterns(std::slice::from_ref(pattern), Atomicity::AllOrNothing)
            .await?;
        only(stored)
    }

    /// Replaces one stored pattern. See [`update_patterns`](Self::update_patterns).
    async fn update_pattern(&self, update: &Update<Pattern>) -> Result<Revision> {
        only(self.update_patterns(std::slice::from_ref(update)).await?)
    }

    /// The pattern with this id.
    async fn get_pattern(
        &self,
        namespace: &Namespace,
        id: PatternId,
    ) -> Result<Option<Arc<Pattern>>> {
        only(self.get_patterns(namespace, &[id]).await?)
    }
}

/// Ties episodes together. Errors and cancellation as for [`EpisodeStore`].
#[async_trait]
pub trait RelationshipStore: Send + Sync {
    /// Adds relationships, in order, and says what that did. All or nothing. One that
    /// exists with other metadata gets the new metadata and keeps its `created_at`.
    ///
    /// # Errors
    /// With the index of the relationship: `NotFound` when one of its ends does not exist,
    /// `Constraint` when it would close a cycle of an acyclic kind. Without one, `Limit` when
    /// they are more than [`check_relationships`](crate::check_relationships) admits.
    async fn add_relationships(
        &self,
        relationships: &[EpisodeRelationship],
    ) -> Result<Vec<crate::Change>>;

    /// Whether [`add_relationships`](Self::add_relationships) would accept it now, without adding it.
    ///
    /// # Errors
    /// As that method for a batch of one.
    async fn validate_relationship(&self, relationship: &EpisodeRelationship) -> Result<()>;

    /// Removes relationships and returns how many there were. All or nothing.
    ///
    /// # Errors
    /// `Limit` for more than [`RELATIONSHIPS_MAX`](crate::limits::RELATIONSHIPS_MAX).
    async fn remove_relationships(
        &self,
        namespace: &Namespace,
        keys: &[RelationshipKey],
    ) -> Result<u64>;

    /// One page of the relationships that `query` wants.
    ///
    /// # Errors
    /// `Misuse` when the page's cursor came from another kind of query.
    async fn query_relationships(
        &self,
        query: &RelationshipQuery,
        page: &PageRequest,
    ) -> Result<Page<EpisodeRelationship>>;

    /// The episodes that can be reached from one, each once, nearest first. Ends on cycles.
    /// Nothing when the start does not exist.
    ///
    /// # Errors
    /// `Limit` when the depth or the number of nodes is out of range.
    async fn find_related(&self, query: &RelatedQuery) -> Result<Related>;

    /// Adds one relationship. See [`add_relationships`](Self::add_relationships).
    async fn add_relationship(&self, relationship: &EpisodeRelationship) -> Result<crate::Change> {
        only(
            self.add_relationships(std::slice::from_ref(relationship))
                .await?,
        )
    }

    /// Removes one relationship, and says whether there was one.
    async fn remove_relationship(
        &self,
        namespace: &Namespace,
        key: RelationshipKey,
    ) -> Result<bool> {
        Ok(self.remove_relationships(namespace, &[key]).await? > 0)
    }
}

/// Everything that a memory needs, so that applications can hold an
/// `Arc<dyn StorageBackend>`. A type that implements the three stores says so
/// with an empty `impl`; a layer before another backend passes
/// [`changes`](Self::changes) on.
#[async_trait]
pub trait StorageBackend: EpisodeStore + PatternStore + RelationshipStore {
    /// A mark that differs from an earlier one when others have written in
    /// between: other processes, or other handles that do not go through this
    /// backend. What this backend wrote itself need not count. `None`, the
    /// default, when it cannot tell.
    async fn changes(&self) -> Result<Option<ChangeMark>> {
        Ok(None)
    }
}

/// Where the writes of others stand; see [`StorageBackend::changes`]. Two marks
/// say something only by being equal or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChangeMark {
    source: u64,
    version: u64,
}

impl ChangeMark {
    /// The mark `version` of a source of marks. Marks of different sources are
    /// never equal: a connection that was replaced counts anew.
    pub const fn new(source: u64, version: u64) -> Self {
        Self { source, version }
    }
}

/// The only element of what a batch of one returned.
fn only<T>(results: Vec<T>) -> Result<T> {
    results.into_iter().next().ok_or_else(|| {
        crate::Error::new(
            crate::ErrorKind::Bug,
            "the backend returned fewer results than asked for",
        )
    })
}
