//! Operations that read.

use super::operation::Read;
use super::propose::relationship;
use super::universe::{
    domain, episode_id, external_id, metadata, namespace, pattern_id, tag, task_type, time,
};
use crate::testing::{
    any_direction, any_order, any_outcome_kind, any_pattern_kind, any_ratio, any_relationship_kinds,
};
use crate::{EpisodeQuery, PatternQuery, RelatedQuery, RelationshipQuery, Tags};
use proptest::collection::{btree_set, vec};
use proptest::option::{of, weighted};
use proptest::prelude::*;

pub(super) fn read() -> BoxedStrategy<Read> {
    prop_oneof![episodes(), patterns(), relationships()].boxed()
}

fn limit() -> impl Strategy<Value = usize> {
    1..4_usize
}

fn episodes() -> BoxedStrategy<Read> {
    let ids = (namespace(), vec(episode_id(), 0..5));
    let external_ids = (namespace(), vec(external_id(), 0..5));
    prop_oneof![
        ids.prop_map(|(n, ids)| Read::GetEpisodes(n, ids)),
        external_ids.prop_map(|(n, ids)| Read::FindEpisodeIds(n, ids)),
        (episode_query(), limit()).prop_map(|(q, limit)| Read::QueryEpisodes(q, limit)),
        episode_query().prop_map(Read::CountEpisodes),
        (namespace(), limit()).prop_map(|(n, limit)| Read::ListTags(n, limit)),
    ]
    .boxed()
}

fn patterns() -> BoxedStrategy<Read> {
    let ids = (namespace(), vec(pattern_id(), 0..4));
    prop_oneof![
        ids.prop_map(|(n, ids)| Read::GetPatterns(n, ids)),
        (pattern_query(), limit()).prop_map(|(q, limit)| Read::QueryPatterns(q, limit)),
        pattern_query().prop_map(Read::CountPatterns),
    ]
    .boxed()
}

fn relationships() -> BoxedStrategy<Read> {
    let query = (
        namespace(),
        of(episode_id()),
        any_direction(),
        any_relationship_kinds(),
    );
    let query = query.prop_map(|(namespace, episode, direction, kinds)| RelationshipQuery {
        namespace,
        episode,
        direction,
        kinds,
    });
    prop_oneof![
        (query, limit()).prop_map(|(q, limit)| Read::QueryRelationships(q, limit)),
        walk().prop_map(Read::FindRelated),
        relationship().prop_map(Read::ValidateRelationship),
    ]
    .boxed()
}

fn tags() -> impl Strategy<Value = Tags> {
    prop_oneof![2 => Just(Tags::new()), 1 => btree_set(tag(), 1..3)]
}

fn episode_query() -> BoxedStrategy<EpisodeQuery> {
    let times = (weighted(0.2, time()), weighted(0.2, time()));
    let names = (weighted(0.2, task_type()), weighted(0.2, domain()));
    let rest = (
        weighted(0.2, any_outcome_kind()),
        weighted(0.2, pattern_id()),
        prop_oneof![2 => Just(crate::Metadata::new()), 1 => metadata()],
        any_order(),
    );
    (namespace(), times, names, (tags(), tags()), rest)
        .prop_map(|(namespace, times, names, tags, rest)| EpisodeQuery {
            namespace,
            since: times.0,
            until: times.1,
            task_type: names.0,
            domain: names.1,
            outcome: rest.0,
            tags_all: tags.0,
            tags_any: tags.1,
            metadata: rest.2,
            pattern: rest.1,
            order: rest.3,
        })
        .boxed()
}

fn pattern_query() -> BoxedStrategy<PatternQuery> {
    let times = (weighted(0.2, time()), weighted(0.2, time()));
    let names = (weighted(0.2, task_type()), weighted(0.2, domain()));
    let rest = (
        weighted(0.2, any_pattern_kind()),
        weighted(0.2, episode_id()),
        weighted(0.2, any_ratio()),
        any_order(),
    );
    (namespace(), times, names, rest)
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

/// Sometimes out of range, which every backend refuses alike.
fn walk() -> BoxedStrategy<RelatedQuery> {
    let bounds = (0..4_usize, prop_oneof![3 => 1..4_usize, 1 => Just(20_000)]);
    (
        namespace(),
        episode_id(),
        any_direction(),
        any_relationship_kinds(),
        bounds,
    )
        .prop_map(
            |(namespace, start, direction, kinds, bounds)| RelatedQuery {
                direction,
                kinds,
                max_depth: bounds.0,
                max_nodes: bounds.1,
                ..RelatedQuery::from(namespace, start)
            },
        )
        .boxed()
}
