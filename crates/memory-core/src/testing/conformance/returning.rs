//! What is stored comes back as it was.

use super::Backend;
use super::case::cases;
use super::fixture::{
    episode_with, external, find, get, get_pattern, here, id, known_as, largest, namespace,
    pattern_with, relate, same, state, store, store_one, store_patterns, tag, time,
};
use crate::limits::{
    APPLIED_PATTERNS_MAX, EXTERNAL_ID_BYTES_MAX, JSON_DEPTH_MAX, LIST_ENTRIES_MAX,
    METADATA_ENTRIES_MAX, METADATA_KEY_BYTES_MAX, METADATA_VALUE_BYTES_MAX, NAMESPACE_BYTES_MAX,
    PATTERN_BYTES_MAX, SOURCE_EPISODES_MAX, STEPS_MAX, TAGS_MAX,
};
use crate::testing::{any_episode, any_lesson, any_pattern, any_relationship, samples};
use crate::{
    Change, Episode, EpisodeDraft, EpisodeRelationship, ExecutionStep, Lesson, Metadata, Outcome,
    Pattern, PatternDraft, PatternId, Ratio, RelationshipQuery, Revision, RewardScore, StepStatus,
    Timestamp,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

cases![
    any_episode_returns_as_it_was_stored,
    any_pattern_returns_as_it_was_stored,
    any_relationship_returns_as_it_was_added,
    each_outcome_returns_as_itself,
    each_status_of_a_step_returns_as_itself,
    each_lesson_returns_as_itself,
    none_and_empty_stay_apart,
    an_episode_without_steps_returns,
    lists_keep_their_order_and_repetitions,
    the_largest_episode_returns,
    an_episode_at_every_limit_returns,
    the_largest_pattern_returns,
    the_deepest_json_returns,
    the_longest_names_return,
    f65_text_returns_byte_for_byte,
    f65_two_spellings_of_one_letter_are_two_names,
    f68_extreme_numbers_return_exactly,
    f68_the_first_and_the_last_time_return,
];

async fn any_episode_returns_as_it_was_stored(backend: Backend) {
    for episode in samples(&any_episode(), 120) {
        let stored = store_one(&backend, &episode).await;
        let found = backend.get_episode(&episode.namespace, stored.id).await;
        let found = found.expect("get_episode").expect("an episode");
        if stored.change == Change::Created {
            same(&*found, &episode);
        } else {
            // Two of them had one external id.
            assert!(found.same_content(&episode), "{found:?} and {episode:?}");
        }
    }
}

async fn any_pattern_returns_as_it_was_stored(backend: Backend) {
    for pattern in samples(&any_pattern(), 120) {
        let stored = backend
            .store_pattern(&pattern)
            .await
            .expect("store_pattern");
        let found = backend.get_pattern(&pattern.namespace, stored.id).await;
        let found = found.expect("get_pattern").expect("a pattern");
        same(&*found, &pattern);
    }
}

async fn any_relationship_returns_as_it_was_added(backend: Backend) {
    for edge in samples(&any_relationship(), 80) {
        let end = |id| {
            episode_with(0, |draft| {
                draft.id = id;
                draft.namespace = edge.namespace().clone();
            })
        };
        store(&backend, &[end(edge.from()), end(edge.to())]).await;
        relate(&backend, std::slice::from_ref(&edge)).await;
        let query = RelationshipQuery::of(edge.namespace().clone(), edge.from());
        same(&only_edge(&backend, &query).await, &edge);
    }
}

async fn only_edge(backend: &Backend, query: &RelationshipQuery) -> EpisodeRelationship {
    let request = crate::PageRequest::default();
    let page = backend.query_relationships(query, &request).await;
    let mut found = page.expect("query_relationships").items;
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

/// Stores an episode and a copy of it changed by `change`, and expects each back.
async fn returns(backend: &Backend, change: impl FnOnce(&mut EpisodeDraft)) {
    let episode = episode_with(1, change);
    store_one(backend, &episode).await;
    let found = get(backend, 1).await;
    assert!(found.same_content(&episode), "{found:?} is not {episode:?}");
}

async fn returns_pattern(backend: &Backend, change: impl FnOnce(&mut PatternDraft)) {
    let pattern = pattern_with(1, change);
    store_patterns(backend, std::slice::from_ref(&pattern)).await;
    let found = get_pattern(backend, 1).await;
    assert!(found.same_content(&pattern), "{found:?} is not {pattern:?}");
}

async fn each_outcome_returns_as_itself(backend: Backend) {
    let outcomes = [
        None,
        Some(Outcome::Success {
            verdict: "v".into(),
            artifacts: vec!["a".into(), "b".into()],
        }),
        Some(Outcome::Partial {
            verdict: "v".into(),
            completed: vec!["a".into()],
            failed: vec!["b".into()],
        }),
        Some(Outcome::failure("v")),
        Some(Outcome::success("v")),
        Some(Outcome::partial("v")),
    ];
    for outcome in outcomes {
        returns(&backend, |draft| draft.outcome = outcome).await;
    }
}

async fn each_status_of_a_step_returns_as_itself(backend: Backend) {
    for status in [StepStatus::Success, StepStatus::Error, StepStatus::Timeout] {
        let step = ExecutionStep::new("tool", "action").ended(status, "observation");
        returns(&backend, |draft| draft.steps = vec![step]).await;
    }
}

async fn each_lesson_returns_as_itself(backend: Backend) {
    let lessons = [
        Lesson::ToolSequence {
            tools: vec!["a".into(), "b".into()],
        },
        Lesson::DecisionPoint {
            condition: "a".into(),
            action: "b".into(),
            alternatives: vec!["c".into()],
        },
        Lesson::ErrorRecovery {
            error: "a".into(),
            recovery: vec!["b".into()],
        },
        Lesson::ContextPattern {
            features: vec!["a".into()],
            approach: "b".into(),
        },
    ];
    for lesson in lessons.into_iter().chain(samples(&any_lesson(), 20)) {
        returns_pattern(&backend, |draft| draft.lesson = lesson).await;
    }
}

async fn none_and_empty_stay_apart(backend: Backend) {
    let empty = ExecutionStep {
        tool: Some(String::new()),
        action: Some(String::new()),
        thought: Some(String::new()),
        arguments: Some(json!({})),
        observation: Some(json!("")),
        status: None,
        latency: Some(Duration::ZERO),
        tokens: Some(0),
        reward: Some(0.0),
        started_at: None,
    };
    returns(&backend, |draft| {
        draft.steps = vec![ExecutionStep::default(), empty];
        draft.context.language = Some(String::new());
        draft.reward = Some(RewardScore::new(0.0));
    })
    .await;
    returns(&backend, |draft| {
        draft.steps = vec![ExecutionStep::default()];
    })
    .await;
}

async fn an_episode_without_steps_returns(backend: Backend) {
    returns(&backend, |draft| draft.outcome = Some(Outcome::failure(""))).await;
    assert!(get(&backend, 1).await.steps.is_empty());
}

async fn lists_keep_their_order_and_repetitions(backend: Backend) {
    let texts = || ["b", "a", "b", ""].map(String::from).to_vec();
    returns(&backend, |draft| {
        draft.reflections = texts();
        draft.steps = texts()
            .iter()
            .map(|text| ExecutionStep::new(text, ""))
            .collect();
    })
    .await;
    returns_pattern(&backend, |draft| {
        draft.lesson = Lesson::ToolSequence { tools: texts() }
    })
    .await;
}

async fn the_largest_episode_returns(backend: Backend) {
    let largest = largest(1);
    store_one(&backend, &largest).await;
    let found = get(&backend, 1).await;
    assert!(
        found.description == largest.description,
        "another description"
    );
}

async fn an_episode_at_every_limit_returns(backend: Backend) {
    let entry = |n| {
        let key = format!("{n:0>METADATA_KEY_BYTES_MAX$}");
        (key, "v".repeat(METADATA_VALUE_BYTES_MAX))
    };
    let entries: BTreeMap<_, _> = (0..METADATA_ENTRIES_MAX).map(entry).collect();
    let metadata = Metadata::try_from(entries).expect("valid entries");
    let pattern = |n: usize| PatternId::from_bytes((n as u128).to_be_bytes());
    returns(&backend, |draft| {
        draft.tags = (0..TAGS_MAX).map(|n| tag(&format!("{n:0>64}"))).collect();
        draft.metadata = metadata;
        draft.steps = vec![ExecutionStep::default(); STEPS_MAX];
        draft.reflections = vec!["r".into(); LIST_ENTRIES_MAX];
        draft.patterns = (0..APPLIED_PATTERNS_MAX).map(pattern).collect();
    })
    .await;
}

async fn the_largest_pattern_returns(backend: Backend) {
    returns_pattern(&backend, |draft| {
        draft.sources = (0..).map(id).take(SOURCE_EPISODES_MAX).collect();
        let text = "x".repeat(PATTERN_BYTES_MAX - 36 * SOURCE_EPISODES_MAX - 1_024);
        draft.lesson = Lesson::ContextPattern {
            features: Vec::new(),
            approach: text,
        };
    })
    .await;
}

async fn the_deepest_json_returns(backend: Backend) {
    let nested = |deepest| (1..JSON_DEPTH_MAX).fold(deepest, |inner, _| json!([inner]));
    let step = ExecutionStep {
        arguments: Some(nested(json!("deep"))),
        observation: Some((1..JSON_DEPTH_MAX).fold(Value::Null, |inner, _| json!({"k": inner}))),
        ..ExecutionStep::default()
    };
    returns(&backend, |draft| draft.steps = vec![step]).await;
}

async fn the_longest_names_return(backend: Backend) {
    let episode = episode_with(1, |draft| {
        draft.namespace = namespace(&"n".repeat(NAMESPACE_BYTES_MAX));
        draft.external_id = Some(external(&"e".repeat(EXTERNAL_ID_BYTES_MAX)));
        draft.context.language = Some("l".repeat(128));
    });
    store_one(&backend, &episode).await;
    let found = backend.get_episode(&episode.namespace, id(1)).await;
    same(&*found.expect("get_episode").expect("an episode"), &episode);
}

/// Everything that is known to be lost, folded or cut short somewhere.
const TEXTS: [&str; 12] = [
    "a\0b",
    "\0",
    "\u{1}\t\r\n\u{1b}",
    "\u{feff}x",
    "\u{202e}x",
    "\u{301}",
    "e\u{301} \u{e9}",
    "\u{1f469}\u{200d}\u{1f4bb}",
    "\u{10ffff}\u{fffd}",
    " x ",
    "'\"`\\%_[0]$.a.b?1:a@b--;/*",
    "\u{7f}\u{85}",
];

async fn f65_text_returns_byte_for_byte(backend: Backend) {
    for text in TEXTS {
        let step = ExecutionStep {
            thought: Some(text.into()),
            arguments: Some(json!({text: [text]})),
            ..ExecutionStep::new(text, text).ended(StepStatus::Success, text)
        };
        returns(&backend, |draft| {
            draft.description = text.into();
            draft.steps = vec![step];
            draft.outcome = Some(Outcome::success(text));
            draft.reflections = vec![text.into()];
        })
        .await;
        let error = text.to_owned();
        let recovery = vec![error.clone()];
        let lesson = Lesson::ErrorRecovery { error, recovery };
        returns_pattern(&backend, |draft| draft.lesson = lesson).await;
    }
}

async fn f65_two_spellings_of_one_letter_are_two_names(backend: Backend) {
    let names = ["\u{e9}", "e\u{301}", "e", "E"];
    for (n, name) in (1..).zip(names) {
        store_one(&backend, &known_as(n, name)).await;
    }
    for (n, name) in (1..).zip(names) {
        assert_eq!(find(&backend, name).await, Some(id(n)), "{name:?}");
    }
}

async fn f68_extreme_numbers_return_exactly(backend: Backend) {
    let numbers = [-0.0, 5e-324, f64::MIN, f64::MAX, f64::EPSILON, 0.1, 1e15];
    let values = json!([
        i64::MIN,
        i64::MAX,
        u64::MAX,
        0,
        -0.0,
        1.0,
        1,
        f64::MAX,
        5e-324
    ]);
    for number in numbers {
        let step = ExecutionStep {
            reward: Some(number),
            tokens: Some(u64::MAX),
            latency: Some(Duration::from_nanos(u64::MAX)),
            arguments: Some(values.clone()),
            observation: Some(json!(number)),
            ..ExecutionStep::default()
        };
        let components = [("c".to_owned(), number)].into();
        let total = number;
        returns(&backend, |draft| {
            draft.reward = Some(RewardScore { total, components });
            draft.steps = vec![step];
        })
        .await;
    }
    for ratio in [0.0, -0.0, 5e-324, 1.0, 0.1] {
        returns_pattern(&backend, |draft| {
            draft.confidence = Ratio::new(ratio).expect("a ratio");
            draft.effectiveness = draft.confidence;
            draft.occurrences = i64::MAX.unsigned_abs();
            draft.successes = draft.occurrences;
        })
        .await;
    }
}

async fn f68_the_first_and_the_last_time_return(backend: Backend) {
    let episode: Episode = episode_with(1, |draft| {
        draft.started_at = Timestamp::MIN;
        draft.completed_at = Some(Timestamp::MAX);
        draft.created_at = Timestamp::MIN;
        draft.updated_at = Timestamp::MAX;
        draft.revision = Revision::MAX;
    });
    let pattern: Pattern = pattern_with(1, |draft| {
        draft.created_at = Timestamp::MAX;
        draft.updated_at = Timestamp::MIN;
        draft.revision = Revision::MAX;
    });
    store_one(&backend, &episode).await;
    store_patterns(&backend, std::slice::from_ref(&pattern)).await;
    same(&*get(&backend, 1).await, &episode);
    same(&*get_pattern(&backend, 1).await, &pattern);
    assert_eq!(state(&backend).await.episodes.len(), 1);
    let between = crate::EpisodeQuery {
        since: Some(Timestamp::MIN),
        until: Some(time(0)),
        ..crate::EpisodeQuery::all(here())
    };
    assert_eq!(
        backend
            .count_episodes(&between)
            .await
            .expect("count_episodes"),
        1
    );
}
