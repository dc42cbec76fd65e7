use super::episode::{any_metadata, any_tags};
use super::names::{any_domain, any_episode_id, any_namespace, any_pattern_id, any_task_type};
use super::pattern::any_pattern_kind;
use super::relationship::{any_direction, any_relationship_kinds};
use super::scalar::{any_ratio, any_timestamp};
use crate::limits::{RELATED_DEPTH_MAX, RELATED_NODES_MAX};
use crate::{EpisodeQuery, Order, OutcomeKind, PatternQuery, RelatedQuery, RelationshipQuery};
use proptest::option::weighted;
use proptest::prelude::*;

/// Each filter of a query is set this often, so that most queries combine a few.
const SET: f64 = 0.3;

/// Either order.
pub fn any_order() -> BoxedStrategy<Order> {
    prop_oneof![Just(Order::NewestFirst), Just(Order::OldestFirst)].boxed()
}

/// Any kind of outcome.
pub fn any_outcome_kind() -> BoxedStrategy<OutcomeKind> {
    prop_oneof![
        Just(OutcomeKind::Running),
        Just(OutcomeKind::Success),
        Just(OutcomeKind::Partial),
        Just(OutcomeKind::Failure),
    ]
    .boxed()
}

/// Any query for episodes. Its values are as wild as those of [`any_episode`](super::any_episode),
/// so that it rarely finds one.
pub fn any_episode_query() -> BoxedStrategy<EpisodeQuery> {
    let time = || weighted(SET, any_timestamp());
    let names = (weighted(SET, any_task_type()), weighted(SET, any_domain()));
    let tags = (any_tags(), any_tags(), any_metadata());
    let rest = (
        weighted(SET, any_outcome_kind()),
        weighted(SET, any_pattern_id()),
        any_order(),
    );
    (any_namespace(), (time(), time()), names, tags, rest)
        .prop_map(|(namespace, times, names, tags, rest)| EpisodeQuery {
            namespace,
            since: times.0,
            until: times.1,
            task_type: names.0,
            domain: names.1,
            outcome: rest.0,
            tags_all: tags.0,
            tags_any: tags.1,
            metadata: tags.2,
            pattern: rest.1,
            order: rest.2,
        })
        .boxed()
}

/// Any query for patterns.
pub fn any_pattern_query() -> BoxedStrategy<PatternQuery> {
    let time = || weighted(SET, any_timestamp());
    let names = (weighted(SET, any_task_type()), weighted(SET, any_domain()));
    let rest = (
        weighted(SET, any_pattern_kind()),
        weighted(SET, any_episode_id()),
        weighted(SET, any_ratio()),
        any_order(),
    );
    (any_namespace(), (time(), time()), names, rest)
        .prop_map(|(namespace, times, names, rest)| PatternQuery {
            namespace,
            since: times.0,
            until: times.1,
            kind: rest.0,
            task_type: names.0,
            domain: names.1,
            source: rest.1,
            min_confidence: rest.2,
            order: rest.3,
        })
        .boxed()
}

/// Any query for relationships.
pub fn any_relationship_query() -> BoxedStrategy<RelationshipQuery> {
    let episode = proptest::option::of(any_episode_id());
    (
        any_namespace(),
        episode,
        any_direction(),
        any_relationship_kinds(),
    )
        .prop_map(|(namespace, episode, direction, kinds)| RelationshipQuery {
            namespace,
            episode,
            direction,
            kinds,
        })
        .boxed()
}

/// Any valid walk.
pub fn any_related_query() -> BoxedStrategy<RelatedQuery> {
    let bounds = (1..=RELATED_DEPTH_MAX, 1..=RELATED_NODES_MAX);
    let along = (any_direction(), any_relationship_kinds());
    (any_namespace(), any_episode_id(), along, bounds)
        .prop_map(
            |(namespace, start, (direction, kinds), bounds)| RelatedQuery {
                direction,
                kinds,
                max_depth: bounds.0,
                max_nodes: bounds.1,
                ..RelatedQuery::from(namespace, start)
            },
        )
        .boxed()
}
