use super::names::{
    any_domain, any_episode_id, any_external_id, any_namespace, any_pattern_id, any_tag,
    any_task_type,
};
use super::scalar::{any_finite, any_revision, any_timestamp};
use super::step::any_step;
use super::text::{nasty_name, nasty_text};
use crate::{
    Complexity, Episode, EpisodeDraft, Metadata, Outcome, RewardScore, TagChange, Tags, TaskContext,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;

/// Any episode, as it may be given to a backend: every field, every variant.
pub fn any_episode() -> BoxedStrategy<Episode> {
    let identity = (any_namespace(), any_episode_id(), of(any_external_id()));
    let task = (any_task_type(), nasty_text(200), any_context());
    let course = (vec(any_step(), 0..5), of(any_outcome()), of(any_reward()));
    let lists = (texts(), btree_set(any_pattern_id(), 0..4), any_tags());
    let times = (
        any_timestamp(),
        of(any_timestamp()),
        any_timestamp(),
        any_timestamp(),
    );
    let rest = (any_metadata(), any_revision());
    (identity, task, course, lists, times, rest)
        .prop_map(
            |(identity, task, course, lists, times, rest)| EpisodeDraft {
                namespace: identity.0,
                id: identity.1,
                external_id: identity.2,
                task_type: task.0,
                description: task.1,
                context: task.2,
                steps: course.0,
                outcome: course.1,
                reward: course.2,
                reflections: lists.0,
                patterns: lists.1,
                tags: lists.2,
                metadata: rest.0,
                started_at: times.0,
                completed_at: times.1,
                created_at: times.2,
                updated_at: times.3,
                revision: rest.1,
            },
        )
        .prop_map(|draft| draft.finish().expect("a valid episode"))
        .boxed()
}

/// Any context of a task.
pub fn any_context() -> BoxedStrategy<TaskContext> {
    let complexity = prop_oneof![
        Just(Complexity::Simple),
        Just(Complexity::Moderate),
        Just(Complexity::Complex),
    ];
    (
        any_domain(),
        of(nasty_name(128)),
        of(nasty_name(128)),
        complexity,
    )
        .prop_map(|(domain, language, framework, complexity)| TaskContext {
            domain,
            language,
            framework,
            complexity,
        })
        .boxed()
}

/// Any outcome.
pub fn any_outcome() -> BoxedStrategy<Outcome> {
    let success = (nasty_text(80), texts());
    let partial = (nasty_text(80), texts(), texts());
    prop_oneof![
        success.prop_map(|(verdict, artifacts)| Outcome::Success { verdict, artifacts }),
        partial.prop_map(|(verdict, completed, failed)| Outcome::Partial {
            verdict,
            completed,
            failed
        }),
        nasty_text(80).prop_map(Outcome::failure),
    ]
    .boxed()
}

/// Any reward.
pub fn any_reward() -> BoxedStrategy<RewardScore> {
    (any_finite(), btree_map(nasty_name(128), any_finite(), 0..4))
        .prop_map(|(total, components)| RewardScore { total, components })
        .boxed()
}

/// Any metadata of up to five entries.
pub fn any_metadata() -> BoxedStrategy<Metadata> {
    let key = nasty_text(128).prop_map(|key| format!("k{}", without_nul(&key)));
    let key = key.prop_map(|key| key[..key.floor_char_boundary(128)].to_owned());
    let value = nasty_text(200).prop_map(|value| without_nul(&value));
    btree_map(key, value, 0..5)
        .prop_map(|map| map.try_into().expect("valid entries"))
        .boxed()
}

fn without_nul(text: &str) -> String {
    text.replace('\0', "0")
}

/// Any set of up to five tags.
pub fn any_tags() -> BoxedStrategy<Tags> {
    btree_set(any_tag(), 0..5).boxed()
}

/// Any change of tags.
pub fn any_tag_change() -> BoxedStrategy<TagChange> {
    (any_tags(), any_tags())
        .prop_map(|(add, remove)| TagChange { add, remove })
        .boxed()
}

fn texts() -> BoxedStrategy<Vec<String>> {
    vec(nasty_text(60), 0..4).boxed()
}
