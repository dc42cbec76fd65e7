//! Operations that write.

use super::operation::{Base, Proposal, Write};
use super::universe::{
    domain, episode_id, external_id, metadata, namespace, pattern_id, tag, task_type, time,
    write_id,
};
use crate::testing::{
    any_lesson, any_outcome, any_ratio, any_relationship_kind, any_reward, any_step,
};
use crate::{
    Atomicity, Episode, EpisodeDraft, EpisodeRelationship, Pattern, PatternDraft, RelationshipKey,
    RelationshipMetadata, TagChange, Tags,
};
use proptest::collection::{btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;

pub(super) fn write() -> BoxedStrategy<Write> {
    prop_oneof![
        5 => episodes(),
        2 => patterns(),
        3 => relationships(),
    ]
    .boxed()
}

fn episodes() -> BoxedStrategy<Write> {
    let ids = vec(episode_id(), 0..3);
    let tagging = (namespace(), episode_id(), tag_change(), time());
    prop_oneof![
        5 => (vec(episode(), 0..4), atomicity()).prop_map(|(e, a)| Write::StoreEpisodes(e, a)),
        3 => vec(proposal(episode()), 0..3).prop_map(Write::UpdateEpisodes),
        1 => (namespace(), ids).prop_map(|(n, ids)| Write::DeleteEpisodes(n, ids)),
        2 => tagging.prop_map(|(n, id, change, now)| Write::ChangeTags(n, id, change, now)),
        1 => (namespace(), tag(), tag(), time())
            .prop_map(|(n, from, to, now)| Write::RenameTag(n, from, to, now)),
    ]
    .boxed()
}

fn patterns() -> BoxedStrategy<Write> {
    let both = (vec(episode(), 0..3), vec(pattern(), 0..3));
    let ids = vec(pattern_id(), 0..3);
    prop_oneof![
        3 => (vec(pattern(), 0..4), atomicity()).prop_map(|(p, a)| Write::StorePatterns(p, a)),
        2 => both.prop_map(|(e, p)| Write::StoreEpisodesWithPatterns(e, p)),
        2 => vec(proposal(pattern()), 0..3).prop_map(Write::UpdatePatterns),
        1 => (namespace(), ids).prop_map(|(n, ids)| Write::DeletePatterns(n, ids)),
    ]
    .boxed()
}

fn relationships() -> BoxedStrategy<Write> {
    let keys = vec(key(), 0..4);
    prop_oneof![
        4 => vec(relationship(), 0..4).prop_map(Write::AddRelationships),
        1 => (namespace(), keys).prop_map(|(n, keys)| Write::RemoveRelationships(n, keys)),
    ]
    .boxed()
}

fn atomicity() -> impl Strategy<Value = Atomicity> {
    prop_oneof![Just(Atomicity::AllOrNothing), Just(Atomicity::PerPart)]
}

fn tag_change() -> impl Strategy<Value = TagChange> {
    (tags(), tags()).prop_map(|(add, remove)| TagChange { add, remove })
}

fn tags() -> impl Strategy<Value = Tags> {
    btree_set(tag(), 0..3)
}

fn proposal<T: std::fmt::Debug>(
    value: impl Strategy<Value = T>,
) -> impl Strategy<Value = Proposal<T>> {
    let base =
        prop_oneof![3 => Just(Base::Current), 1 => Just(Base::Previous), 1 => Just(Base::Next)];
    (value, base, write_id()).prop_map(|(value, base, write_id)| Proposal {
        value,
        base,
        write_id,
    })
}

/// An episode that differs little from the others, sometimes not at all.
fn episode() -> BoxedStrategy<Episode> {
    let identity = (
        namespace(),
        episode_id(),
        of(external_id()),
        task_type(),
        time(),
    );
    let content = (of(any_outcome()), of(any_reward()), vec(any_step(), 0..2));
    let plain = Just((None, None, Vec::new()));
    let content = prop_oneof![2 => plain, 1 => content];
    let rest = (
        tags(),
        metadata(),
        domain(),
        btree_set(pattern_id(), 0..3),
        time(),
    );
    (identity, content, rest)
        .prop_map(|(identity, content, rest)| {
            let mut draft = EpisodeDraft::new(identity.3, "", identity.4);
            (draft.namespace, draft.id, draft.external_id) = (identity.0, identity.1, identity.2);
            (draft.outcome, draft.reward, draft.steps) = content;
            (draft.tags, draft.metadata, draft.context.domain) = (rest.0, rest.1, rest.2);
            (draft.patterns, draft.updated_at) = (rest.3, rest.4);
            draft.finish().expect("a valid episode")
        })
        .boxed()
}

fn pattern() -> BoxedStrategy<Pattern> {
    let identity = (namespace(), pattern_id(), any_lesson(), time());
    let scope = (of(task_type()), of(domain()));
    let rest = (any_ratio(), btree_set(episode_id(), 0..3), time());
    (identity, scope, rest)
        .prop_map(|(identity, scope, rest)| {
            let mut draft = PatternDraft::new(identity.2, identity.3);
            (draft.namespace, draft.id) = (identity.0, identity.1);
            (draft.task_type, draft.domain) = scope;
            (draft.confidence, draft.sources, draft.updated_at) = rest;
            draft.finish().expect("a valid pattern")
        })
        .boxed()
}

fn ends() -> impl Strategy<Value = (crate::EpisodeId, crate::EpisodeId)> {
    (episode_id(), episode_id()).prop_filter("one episode", |(from, to)| from != to)
}

fn key() -> impl Strategy<Value = RelationshipKey> {
    (any_relationship_kind(), ends()).prop_map(|(kind, (from, to))| RelationshipKey {
        from,
        kind,
        to,
    })
}

pub(super) fn relationship() -> BoxedStrategy<EpisodeRelationship> {
    let reason = of(Just("because".to_owned()));
    (namespace(), any_relationship_kind(), ends(), reason, time())
        .prop_map(|(namespace, kind, (from, to), reason, at)| {
            let metadata = RelationshipMetadata {
                reason,
                ..RelationshipMetadata::default()
            };
            EpisodeRelationship::new(namespace, kind, from, to, at)
                .and_then(|edge| edge.with_metadata(metadata))
                .expect("a valid relationship")
        })
        .boxed()
}
