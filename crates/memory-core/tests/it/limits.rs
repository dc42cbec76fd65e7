//! Every limit at 0, at 1, at itself and one above.

use crate::{draft, kind, pattern_draft, time};
use memory_core::ErrorKind::{Limit, Misuse};
use memory_core::limits::{
    APPLIED_PATTERNS_MAX, DOMAIN_BYTES_MAX, EPISODE_BYTES_MAX, EXTERNAL_ID_BYTES_MAX,
    JSON_DEPTH_MAX, LIST_ENTRIES_MAX, METADATA_ENTRIES_MAX, METADATA_KEY_BYTES_MAX,
    METADATA_VALUE_BYTES_MAX, NAMESPACE_BYTES_MAX, PATTERN_BYTES_MAX, RELATIONSHIP_TEXT_BYTES_MAX,
    SOURCE_EPISODES_MAX, STEPS_MAX, TAG_BYTES_MAX, TAGS_MAX, TASK_TYPE_BYTES_MAX,
};
use memory_core::{
    Domain, EpisodeDraft, EpisodeId, EpisodeRelationship, ErrorKind, ExecutionStep, ExternalId,
    Lesson, Metadata, Namespace, Outcome, PatternDraft, PatternId, RelationshipKind,
    RelationshipMetadata, Result, RewardScore, Tag, TaskType,
};
use serde_json::{Value, json};

fn text(bytes: usize) -> String {
    "x".repeat(bytes)
}

/// Tries 0, 1, `max` and `max` + 1; `empty` is what 0 gives.
fn check<T>(max: usize, empty: Option<ErrorKind>, make: impl Fn(usize) -> Result<T>) {
    assert_eq!(kind(make(0)), empty, "0");
    assert_eq!(kind(make(1)), None, "1");
    assert_eq!(kind(make(max)), None, "{max}");
    assert_eq!(kind(make(max + 1)), Some(Limit), "{max} + 1");
}

#[test]
fn f64_names_have_1_to_their_limit_of_bytes() {
    check(NAMESPACE_BYTES_MAX, Some(Misuse), |n| {
        Namespace::new(text(n))
    });
    check(EXTERNAL_ID_BYTES_MAX, Some(Misuse), |n| {
        ExternalId::new(text(n))
    });
    check(TASK_TYPE_BYTES_MAX, Some(Misuse), |n| {
        TaskType::new(text(n))
    });
    check(DOMAIN_BYTES_MAX, Some(Misuse), |n| Domain::new(text(n)));
    check(TAG_BYTES_MAX, Some(Misuse), |n| Tag::new(text(n)));
}

#[test]
fn f64_bytes_are_counted_and_not_characters() {
    assert_eq!(kind(Namespace::new("\u{e9}".repeat(64))), None);
    assert_eq!(kind(Namespace::new("\u{e9}".repeat(65))), Some(Limit));
    // A tag is measured as it is kept: without outer space, in lower case.
    assert_eq!(kind(Tag::new(format!("  {}\n", text(TAG_BYTES_MAX)))), None);
    assert_eq!(kind(Tag::new("\u{130}".repeat(22))), Some(Limit));
}

#[test]
fn f64_metadata() {
    let with = |key: usize, value: usize| Metadata::new().with(text(key), text(value));
    check(METADATA_KEY_BYTES_MAX, Some(Misuse), |n| with(n, 1));
    check(METADATA_VALUE_BYTES_MAX, None, |n| with(1, n));
    check(METADATA_ENTRIES_MAX, None, |n| {
        (0..n).try_fold(Metadata::new(), |all, n| all.with(n.to_string(), ""))
    });
    check(METADATA_ENTRIES_MAX, None, |n| {
        let map: std::collections::BTreeMap<_, _> =
            (0..n).map(|n| (n.to_string(), String::new())).collect();
        Metadata::try_from(map)
    });
}

#[test]
fn f64_a_full_metadata_still_takes_another_value_for_a_key_it_has() {
    let full = (0..METADATA_ENTRIES_MAX)
        .try_fold(Metadata::new(), |all, n| all.with(n.to_string(), ""))
        .unwrap();
    let mut changed = full.clone();
    assert_eq!(changed.insert("7", "new").unwrap().as_deref(), Some(""));
    assert_eq!(kind(changed.insert("new", "")), Some(Limit));
    assert_eq!(
        (changed.len(), changed.get("7")),
        (METADATA_ENTRIES_MAX, Some("new"))
    );
}

fn episode(change: impl FnOnce(&mut EpisodeDraft)) -> Result<memory_core::Episode> {
    let mut draft = draft();
    change(&mut draft);
    draft.finish()
}

#[test]
fn f64_lists_of_an_episode() {
    check(STEPS_MAX, None, |n| {
        episode(|d| d.steps = vec![ExecutionStep::default(); n])
    });
    check(LIST_ENTRIES_MAX, None, |n| {
        episode(|d| d.reflections = vec![String::new(); n])
    });
    check(APPLIED_PATTERNS_MAX, None, |n| {
        let id = |n: usize| PatternId::from_bytes((n as u128).to_be_bytes());
        episode(|d| d.patterns = (0..n).map(id).collect())
    });
    check(TAGS_MAX, None, |n| {
        let tag = |n: usize| Tag::new(n.to_string()).unwrap();
        episode(|d| d.tags = (0..n).map(tag).collect())
    });
    check(LIST_ENTRIES_MAX, None, |n| {
        let components = (0..n).map(|n| (n.to_string(), 0.0)).collect();
        let reward = RewardScore {
            total: 0.0,
            components,
        };
        episode(|d| d.reward = Some(reward))
    });
}

#[test]
fn f64_lists_of_an_outcome() {
    let texts = |n| vec![String::new(); n];
    check(LIST_ENTRIES_MAX, None, |n| {
        let (verdict, artifacts) = (String::new(), texts(n));
        episode(|d| d.outcome = Some(Outcome::Success { verdict, artifacts }))
    });
    for which in 0..2 {
        check(LIST_ENTRIES_MAX, None, |n| {
            let [completed, failed] = if which == 0 {
                [texts(n), texts(0)]
            } else {
                [texts(0), texts(n)]
            };
            let verdict = String::new();
            let outcome = Outcome::Partial {
                verdict,
                completed,
                failed,
            };
            episode(|d| d.outcome = Some(outcome))
        });
    }
}

#[test]
fn f64_short_texts_of_an_episode() {
    check(128, None, |n| {
        episode(|d| d.context.language = Some(text(n)))
    });
    check(128, None, |n| {
        episode(|d| d.context.framework = Some(text(n)))
    });
    check(128, None, |n| {
        let components = [(text(n), 0.0)].into();
        episode(|d| {
            d.reward = Some(RewardScore {
                total: 0.0,
                components,
            });
        })
    });
}

fn nested(depth: usize) -> Value {
    (1..depth).fold(json!(0), |inner, _| json!([inner]))
}

#[test]
fn f64_nesting_of_json() {
    for place in [
        |step: &mut ExecutionStep, value| step.arguments = Some(value),
        |step: &mut ExecutionStep, value| step.observation = Some(value),
    ] {
        let with = |value| {
            let mut step = ExecutionStep::default();
            place(&mut step, value);
            episode(|d| d.steps = vec![step])
        };
        assert_eq!(kind(with(nested(1))), None);
        assert_eq!(kind(with(nested(JSON_DEPTH_MAX))), None);
        assert_eq!(kind(with(nested(JSON_DEPTH_MAX + 1))), Some(Limit));
        // The check itself does not recurse; dropping a much deeper value would.
        assert_eq!(kind(with(nested(1_000))), Some(Limit));
    }
}

// Room for any tags is always kept: 8,385 bytes, less the two of no tags.
#[test]
fn f64_the_size_of_an_episode() {
    let plain = draft().finish().unwrap().size_bytes() - 2;
    let max = EPISODE_BYTES_MAX - 8_385 - plain;
    check(max, None, |n| episode(|d| d.description = text(n)));
    let mut largest = episode(|d| d.description = text(max)).unwrap();
    let quotes = "\"".repeat(62);
    let tags = (0..TAGS_MAX).map(|n| Tag::new(format!("{n:0>2}{quotes}")).unwrap());
    largest.edit(time(1), |d| d.tags = tags.collect()).unwrap();
    assert!(largest.size_bytes() <= EPISODE_BYTES_MAX);
    assert!(largest.size_bytes() > EPISODE_BYTES_MAX - 300);
    assert_eq!(
        kind(largest.add_step(ExecutionStep::default(), time(1))),
        Some(Limit)
    );
}

fn pattern(change: impl FnOnce(&mut PatternDraft)) -> Result<memory_core::Pattern> {
    let mut draft = pattern_draft();
    change(&mut draft);
    draft.finish()
}

#[test]
fn f64_lists_and_size_of_a_pattern() {
    let texts = |n| vec![String::new(); n];
    let t = String::new;
    let lessons: [&dyn Fn(usize) -> Lesson; 4] = [
        &|n| Lesson::ToolSequence { tools: texts(n) },
        &|n| Lesson::DecisionPoint {
            condition: t(),
            action: t(),
            alternatives: texts(n),
        },
        &|n| Lesson::ErrorRecovery {
            error: t(),
            recovery: texts(n),
        },
        &|n| Lesson::ContextPattern {
            features: texts(n),
            approach: t(),
        },
    ];
    for lesson in lessons {
        check(LIST_ENTRIES_MAX, None, |n| {
            pattern(|d| d.lesson = lesson(n))
        });
    }
    check(SOURCE_EPISODES_MAX, None, |n| {
        let id = |n: usize| EpisodeId::from_bytes((n as u128).to_be_bytes());
        pattern(|d| d.sources = (0..n).map(id).collect())
    });
    let plain = pattern_draft().finish().unwrap().size_bytes();
    check(PATTERN_BYTES_MAX - plain, None, |n| {
        let (error, recovery) = (text(n), Vec::new());
        pattern(|d| d.lesson = Lesson::ErrorRecovery { error, recovery })
    });
}

#[test]
fn f64_counts_of_a_pattern() {
    let max = i64::MAX.unsigned_abs();
    for (occurrences, successes, expected) in [
        (0, 0, None),
        (1, 1, None),
        (max, max, None),
        (max + 1, 0, Some(Limit)),
        (0, 1, Some(Misuse)),
        (u64::MAX, u64::MAX, Some(Limit)),
    ] {
        let made = pattern(|d| (d.occurrences, d.successes) = (occurrences, successes));
        assert_eq!(kind(made), expected, "{successes} of {occurrences}");
    }
}

#[test]
fn f64_texts_of_a_relationship() {
    let (from, to) = (
        EpisodeId::from_bytes([1; 16]),
        EpisodeId::from_bytes([2; 16]),
    );
    let kind = RelationshipKind::Follows;
    let edge = EpisodeRelationship::new(Namespace::default(), kind, from, to, time(0)).unwrap();
    let empty = RelationshipMetadata::default;
    check(RELATIONSHIP_TEXT_BYTES_MAX, None, |n| {
        let reason = Some(text(n));
        edge.clone()
            .with_metadata(RelationshipMetadata { reason, ..empty() })
    });
    check(RELATIONSHIP_TEXT_BYTES_MAX, None, |n| {
        let created_by = Some(text(n));
        edge.clone().with_metadata(RelationshipMetadata {
            created_by,
            ..empty()
        })
    });
}
