//! Bytes of released payloads must decode for ever. A file under `tests/golden` is
//! never edited; a new version of a payload gets a new file.

use super::{EpisodeV1, PatternV1, decode_v1, encode_v1};
use memory_core::{
    Complexity, EpisodeDraft, ErrorKind, ExecutionStep, Lesson, Outcome, PatternDraft, Ratio,
    RewardScore, StepStatus, TaskType, Timestamp,
};
use serde_json::json;
use std::time::Duration;

const EPISODE_V1: &[u8] = include_bytes!("../../tests/golden/episode_v1.bin");
const PATTERN_V1: &[u8] = include_bytes!("../../tests/golden/pattern_v1.bin");

fn time(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros).unwrap()
}

fn blank_episode() -> EpisodeDraft {
    EpisodeDraft::new(TaskType::new("t").unwrap(), "", time(0))
}

/// An episode with every field and every variant that the payload holds.
fn episode() -> EpisodeDraft {
    let mut draft = blank_episode();
    draft.description = "Grüße\0\u{202e}".into();
    draft.context.language = Some("rust".into());
    draft.context.framework = Some("tokio".into());
    draft.context.complexity = Complexity::Complex;
    draft.steps = vec![
        ExecutionStep::default(),
        ExecutionStep {
            thought: Some("think".into()),
            arguments: Some(json!({"n": [1, -2.5, null, u64::MAX], "deep": {"x": true}})),
            latency: Some(Duration::from_nanos(1_234_567_891)),
            tokens: Some(77),
            reward: Some(-0.25),
            started_at: Some(time(-5)),
            ..ExecutionStep::new(" tool", "act").ended(StepStatus::Success, "text")
        },
        ExecutionStep::new("a", "b").ended(StepStatus::Error, json!(["list", 1])),
        ExecutionStep::new("c", "d").ended(StepStatus::Timeout, 3),
    ];
    let (completed, failed) = (vec!["x".into()], vec!["y".into(), "z".into()]);
    draft.outcome = Some(Outcome::Partial {
        verdict: "half".into(),
        completed,
        failed,
    });
    let components = [("efficiency".into(), 0.5), ("quality".into(), 1.5)].into();
    draft.reward = Some(RewardScore {
        total: 2.0,
        components,
    });
    draft.reflections = vec!["first".into(), "second".into()];
    draft
}

fn patterns() -> Vec<PatternDraft> {
    let texts = || vec!["one".to_owned(), "two".to_owned()];
    let lessons = [
        Lesson::ToolSequence { tools: texts() },
        Lesson::DecisionPoint {
            condition: "if".into(),
            action: "then".into(),
            alternatives: texts(),
        },
        Lesson::ErrorRecovery {
            error: "oops".into(),
            recovery: texts(),
        },
        Lesson::ContextPattern {
            features: texts(),
            approach: "so".into(),
        },
    ];
    lessons.into_iter().map(pattern).collect()
}

fn pattern(lesson: Lesson) -> PatternDraft {
    let mut draft = PatternDraft::new(lesson, time(0));
    draft.confidence = Ratio::new(0.75).unwrap();
    draft.occurrences = 300;
    draft.successes = 200;
    draft.effectiveness = Ratio::new(0.5).unwrap();
    draft
}

#[test]
fn f23_an_episode_of_version_1_decodes_for_ever() {
    let mut restored = EpisodeDraft {
        id: episode().id,
        ..blank_episode()
    };
    decode_v1::<EpisodeV1<'_>>(EPISODE_V1)
        .unwrap()
        .restore(&mut restored)
        .unwrap();
    let expected = EpisodeDraft {
        id: restored.id,
        ..episode()
    };
    assert_eq!(restored, expected);
}

#[test]
fn f23_patterns_of_version_1_decode_for_ever() {
    let mut rest = PATTERN_V1;
    for expected in patterns() {
        // One after the other, each behind its length.
        let (len, body) = rest.split_first().unwrap();
        let (payload, behind) = body.split_at(usize::from(*len));
        rest = behind;
        let stored: PatternV1<'_> = decode_v1(payload).unwrap();
        let mut restored = pattern(Lesson::ToolSequence { tools: Vec::new() });
        restored.id = expected.id;
        stored.restore(&mut restored).unwrap();
        restored.lesson = stored.into_lesson();
        assert_eq!(restored, expected);
    }
    assert!(rest.is_empty());
}

#[test]
fn what_is_written_today_is_version_1() {
    assert_eq!(encode_v1(&EpisodeV1::of(&episode())).unwrap(), EPISODE_V1);
    let patterns = patterns();
    let payloads = patterns
        .iter()
        .map(|pattern| encode_v1(&PatternV1::of(pattern)).unwrap());
    let joined: Vec<u8> = payloads
        .flat_map(|payload| [vec![u8::try_from(payload.len()).unwrap()], payload].concat())
        .collect();
    assert_eq!(joined, PATTERN_V1);
}

#[test]
fn f22_a_newer_payload_is_unsupported() {
    let mut newer = EPISODE_V1.to_vec();
    newer[0] = 2;
    let error = decode_v1::<EpisodeV1<'_>>(&newer).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("version 2"));
}

#[test]
fn a_payload_of_another_length_is_corrupt() {
    let longer = [EPISODE_V1, &[0]].concat();
    for payload in (0..EPISODE_V1.len())
        .map(|len| &EPISODE_V1[..len])
        .chain([&longer[..]])
    {
        let error = decode_v1::<EpisodeV1<'_>>(payload).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
    }
}

#[test]
fn a_length_that_lies_claims_no_memory() {
    // A description of 2^60 bytes.
    let mut payload = vec![1, 253];
    payload.extend((1_u64 << 60).to_le_bytes());
    let error = decode_v1::<EpisodeV1<'_>>(&payload).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
}
