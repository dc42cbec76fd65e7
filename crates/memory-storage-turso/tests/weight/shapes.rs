//! Records of every shape: long and short texts, numbers in lists, objects in objects.

use memory_storage_turso::{
    Episode, EpisodeDraft, EpisodeId, EpisodeQuery, ExecutionStep, ExternalId, Lesson, Metadata,
    Namespace, Outcome, PatternDraft, PatternId, RewardScore, Tag, TaskType, Timestamp,
};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000).unwrap()
}

/// Ids that are spread, the same for the same number.
pub(crate) fn id(number: u64) -> [u8; 16] {
    let number = u128::from(number) + 1;
    number
        .wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
        .to_be_bytes()
}

fn text(longest: usize) -> impl Strategy<Value = String> {
    prop_oneof![0..40_usize, 0..longest].prop_map(|length| "x".repeat(length))
}

/// A JSON value: a leaf, a list of numbers, or some of these in lists and objects.
pub(crate) fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text(1_000).prop_map(Value::from),
        (0..600_usize).prop_map(|length| Value::from(vec![0; length])),
    ];
    leaf.prop_recursive(5, 40, 12, |inner| {
        let key = (0..50_u32, 1..30_usize).prop_map(|(n, length)| format!("{n:0length$}"));
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Value::from),
            prop::collection::btree_map(key, inner, 0..14)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn step() -> impl Strategy<Value = ExecutionStep> {
    let texts = [(); 3].map(|()| prop::option::of(text(200)));
    let values = [(); 2].map(|()| prop::option::weighted(0.3, json()));
    (texts, values).prop_map(
        |([tool, action, thought], [arguments, observation])| ExecutionStep {
            tool,
            action,
            thought,
            arguments,
            observation,
            ..ExecutionStep::default()
        },
    )
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let texts = || prop::collection::vec(text(100), 0..20);
    prop_oneof![
        (text(500), texts())
            .prop_map(|(verdict, artifacts)| Outcome::Success { verdict, artifacts }),
        (text(500), texts(), texts()).prop_map(|(verdict, completed, failed)| Outcome::Partial {
            verdict,
            completed,
            failed,
        }),
        text(500).prop_map(|reason| Outcome::Failure { reason }),
    ]
}

pub(crate) fn metadata(entries: usize, value: usize) -> Metadata {
    (0..entries).fold(Metadata::new(), |all, n| {
        all.with(format!("key {n}"), "v".repeat(value)).unwrap()
    })
}

pub(crate) fn tags(count: usize) -> impl Iterator<Item = Tag> {
    (0..count).map(|n| Tag::new(format!("tag {n}")).unwrap())
}

/// An episode whose id is still to be set.
pub(crate) fn episode() -> impl Strategy<Value = EpisodeDraft> {
    let steps = prop_oneof![0..4_usize, 0..30_usize]
        .prop_flat_map(|count| prop::collection::vec(step(), count));
    let reward = (0..30_usize).prop_map(|count| RewardScore {
        total: 1.0,
        components: (0..count)
            .map(|n| (format!("part {n}"), 0.5))
            .collect::<BTreeMap<_, _>>(),
    });
    let counts = [0..65_usize, 0..65, 0..200, 0..40];
    let rest = (outcome(), reward, text(5_000), counts, any::<bool>());
    (steps, rest).prop_map(|(steps, (outcome, reward, description, counts, named))| {
        let [tags_, entries, patterns, reflections] = counts;
        let mut draft = EpisodeDraft::new(TaskType::new("shape").unwrap(), description, now());
        draft.steps = steps;
        draft.outcome = Some(outcome);
        draft.reward = Some(reward);
        draft.tags = tags(tags_).collect();
        draft.metadata = metadata(entries, entries);
        draft.patterns = (0..patterns as u64)
            .map(|n| PatternId::from_bytes(id(n)))
            .collect();
        draft.reflections = vec!["a thought about it".into(); reflections];
        draft.external_id = named.then(|| ExternalId::new("x".repeat(100)).unwrap());
        draft
    })
}

/// The same with an id of its own.
pub(crate) fn numbered(draft: &EpisodeDraft, number: u64) -> Episode {
    let mut draft = draft.clone();
    draft.id = EpisodeId::from_bytes(id(number));
    if let Some(external) = &draft.external_id {
        draft.external_id = Some(ExternalId::new(format!("{external}{number:08}")).unwrap());
    }
    draft.finish().unwrap()
}

/// A pattern whose id is still to be set.
pub(crate) fn pattern() -> impl Strategy<Value = PatternDraft> {
    let texts = || prop::collection::vec(text(300), 0..50);
    let lesson = prop_oneof![
        texts().prop_map(|tools| Lesson::ToolSequence { tools }),
        (text(500), texts())
            .prop_map(|(error, recovery)| Lesson::ErrorRecovery { error, recovery }),
        (text(500), texts())
            .prop_map(|(approach, features)| Lesson::ContextPattern { features, approach }),
        (text(500), text(500), texts()).prop_map(|(condition, action, alternatives)| {
            Lesson::DecisionPoint {
                condition,
                action,
                alternatives,
            }
        }),
    ];
    (lesson, 0..1_000_u64).prop_map(|(lesson, sources)| {
        let mut draft = PatternDraft::new(lesson, now());
        draft.sources = (0..sources).map(|n| EpisodeId::from_bytes(id(n))).collect();
        draft
    })
}

/// A query that finds nothing, with as much in it as fits.
pub(crate) fn query(number: u64, entries: usize, value: usize) -> EpisodeQuery {
    EpisodeQuery {
        namespace: Namespace::new(format!("{number:0100}")).unwrap(),
        tags_any: tags(entries).collect(),
        metadata: metadata(entries, value),
        ..EpisodeQuery::default()
    }
}
