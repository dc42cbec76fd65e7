use super::episode::any_metadata;
use super::names::{any_episode_id, any_namespace};
use super::scalar::any_timestamp;
use super::text::nasty_text;
use crate::{
    Direction, EpisodeRelationship, RelationshipKind, RelationshipKinds, RelationshipMetadata,
};
use proptest::option::of;
use proptest::prelude::*;

/// Any of the seven kinds of relationship.
pub fn any_relationship_kind() -> BoxedStrategy<RelationshipKind> {
    prop::sample::select(&RelationshipKind::ALL[..]).boxed()
}

/// Any set of kinds, often all, sometimes none.
pub fn any_relationship_kinds() -> BoxedStrategy<RelationshipKinds> {
    let some = prop::sample::subsequence(&RelationshipKind::ALL[..], 0..=7);
    prop_oneof![
        Just(RelationshipKinds::default()),
        some.prop_map(RelationshipKinds::from_iter),
    ]
    .boxed()
}

/// Any direction.
pub fn any_direction() -> BoxedStrategy<Direction> {
    prop_oneof![
        Just(Direction::Outgoing),
        Just(Direction::Incoming),
        Just(Direction::Both),
    ]
    .boxed()
}

/// Any metadata of a relationship.
pub fn any_relationship_metadata() -> BoxedStrategy<RelationshipMetadata> {
    (
        of(nasty_text(80)),
        of(nasty_text(80)),
        of(any::<u8>()),
        any_metadata(),
    )
        .prop_map(
            |(reason, created_by, priority, custom)| RelationshipMetadata {
                reason,
                created_by,
                priority,
                custom,
            },
        )
        .boxed()
}

/// Any relationship between two different episodes.
pub fn any_relationship() -> BoxedStrategy<EpisodeRelationship> {
    let ends = (any_episode_id(), any_episode_id()).prop_filter("one episode", |(a, b)| a != b);
    let rest = (any_relationship_metadata(), any_timestamp());
    (any_namespace(), any_relationship_kind(), ends, rest)
        .prop_map(|(namespace, kind, (from, to), (metadata, at))| {
            EpisodeRelationship::new(namespace, kind, from, to, at)
                .and_then(|edge| edge.with_metadata(metadata))
                .expect("a valid relationship")
        })
        .boxed()
}
