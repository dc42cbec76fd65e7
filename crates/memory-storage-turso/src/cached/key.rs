//! What is cached, under typed keys: two of them are equal only if everything in them is.

use memory_core::{
    Domain, Episode, EpisodeId, EpisodeQuery, EpisodeRelationship, ExternalId, Namespace, Order,
    Page, PageRequest, Pattern, PatternKind, PatternQuery, Related, RelatedQuery,
    RelationshipQuery, TagCount, TaskType, Timestamp,
};
use std::sync::Arc;

/// A query of episodes or patterns.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum QueryKey {
    Episodes(EpisodeQuery, PageRequest),
    CountEpisodes(EpisodeQuery),
    EpisodeIds(Namespace, Box<[ExternalId]>),
    Tags(Namespace, PageRequest),
    Patterns(PatternKey, PageRequest),
    CountPatterns(PatternKey),
}

/// What it found.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum QueryValue {
    Episodes(Arc<Page<Arc<Episode>>>),
    Patterns(Arc<Page<Arc<Pattern>>>),
    Tags(Arc<Page<TagCount>>),
    EpisodeIds(Arc<[Option<EpisodeId>]>),
    Count(u64),
}

/// A question about relationships.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum EdgeKey {
    Page(RelationshipQuery, PageRequest),
    Walk(RelatedQuery),
}

/// Its answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum EdgeValue {
    Page(Arc<Page<EpisodeRelationship>>),
    Walk(Arc<Related>),
}

/// A [`PatternQuery`] whose confidence is compared by its bits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct PatternKey {
    pub(super) namespace: Namespace,
    times: [Option<Timestamp>; 2],
    kind: Option<PatternKind>,
    pub(super) task_type: Option<TaskType>,
    pub(super) domain: Option<Domain>,
    source: Option<EpisodeId>,
    min_confidence: Option<u64>,
    order: Order,
}

impl From<&PatternQuery> for PatternKey {
    fn from(query: &PatternQuery) -> Self {
        // Every field by name, so that a new one is not forgotten.
        let PatternQuery {
            namespace,
            since,
            until,
            kind,
            task_type,
            domain,
            source,
            min_confidence,
            order,
        } = query;
        Self {
            namespace: namespace.clone(),
            times: [*since, *until],
            kind: *kind,
            task_type: task_type.clone(),
            domain: domain.clone(),
            source: *source,
            min_confidence: min_confidence.map(|ratio| f64::from(ratio).to_bits()),
            order: *order,
        }
    }
}
