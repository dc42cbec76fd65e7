//! Makes the database that `memory import --from do-memory` is tested with.
//!
//! usage: fixture NEW_FILE
//!
//! Every row is written by do-memory-storage-turso itself. Ids and times are fixed, but for
//! the times that the crate takes from the clock: of rows, and of patterns.

use chrono::{DateTime, TimeDelta, Utc};
use do_memory_core::episode::{
    EpisodePatternRelationship, EpisodeRelationship, ExecutionStep, PatternId,
    RelationshipMetadata, RelationshipType,
};
use do_memory_core::memory::checkpoint::CheckpointMeta;
use do_memory_core::patterns::PatternEffectiveness;
use do_memory_core::semantic::EpisodeSummary;
use do_memory_core::types::{Evidence, OutcomeStats};
use do_memory_core::{
    ComplexityLevel, Episode, ExecutionResult, Heuristic, Pattern, Reflection, RewardScore,
    TaskContext, TaskOutcome, TaskType,
};
use do_memory_storage_turso::TursoStorage;
use std::collections::HashMap;
use uuid::Uuid;

type Fallible<T> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Fallible<()> {
    let path = std::env::args().nth(1).ok_or("usage: fixture NEW_FILE")?;
    if std::path::Path::new(&path).exists() {
        return Err(format!("{path} exists already").into());
    }
    let storage = TursoStorage::new_local(&path).await?;
    storage.initialize_schema().await?;
    store_episodes(&storage).await?;
    for pattern in patterns() {
        storage.store_pattern(&pattern).await?;
    }
    for heuristic in heuristics() {
        storage.store_heuristic(&heuristic).await?;
    }
    for relationship in relationships() {
        storage.store_relationship(&relationship).await?;
    }
    let applied = RelationshipMetadata::default();
    let applied = EpisodePatternRelationship::new(
        id(3),
        pattern_id(3),
        RelationshipType::References,
        applied,
    );
    storage.store_episode_pattern_relationship(&applied).await?;
    storage.store_summary(id(1), &summary()).await?;
    storage
        .store_embedding_backend(&id(1).to_string(), vec![0.5; 384])
        .await?;
    drop(storage);
    shrink(&path).await
}

/// One file, as small as it can be.
async fn shrink(path: &str) -> Fallible<()> {
    let database = libsql::Builder::new_local(path).build().await?;
    let conn = database.connect()?;
    for sql in [
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "VACUUM",
        "PRAGMA wal_checkpoint(TRUNCATE)",
    ] {
        let mut rows = conn.query(sql, ()).await?;
        while rows.next().await?.is_some() {}
    }
    Ok(())
}

async fn store_episodes(storage: &TursoStorage) -> Fallible<()> {
    for episode in [complete(), partial(), failed(), abstained(), running()] {
        storage.store_episode(&episode).await?;
    }
    // A batch compresses large values, and writes them as blobs.
    let batch = vec![
        with_metadata(6, "very much alike, ".repeat(120)),
        with_metadata(7, noise()),
    ];
    storage.store_episodes_batch(batch).await?;
    Ok(())
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x00e0_0000_0000_4000_8000_0000_0000_0000 + number)
}

fn pattern_id(number: u128) -> PatternId {
    Uuid::from_u128(0x00a0_0000_0000_4000_8000_0000_0000_0000 + number)
}

fn heuristic_id(number: u128) -> Uuid {
    Uuid::from_u128(0x00b0_0000_0000_4000_8000_0000_0000_0000 + number)
}

/// Microseconds after a Monday morning.
fn at(micros: i64) -> DateTime<Utc> {
    let monday = DateTime::from_timestamp(1_772_438_400, 0).unwrap_or_default();
    monday + TimeDelta::microseconds(micros)
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

fn map(entries: &[(&str, &str)]) -> HashMap<String, String> {
    entries
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

fn episode(number: u128, description: &str) -> Episode {
    let mut episode = Episode::new(
        description.to_owned(),
        TaskContext::default(),
        TaskType::Debugging,
    );
    episode.episode_id = id(number);
    episode.start_time = at(i64::try_from(number).unwrap_or(0) * 3_600_000_000);
    episode
}

fn step(number: usize, tool: &str, result: Option<ExecutionResult>) -> ExecutionStep {
    let mut step = ExecutionStep::new(number, tool.to_owned(), format!("use {tool}"));
    step.timestamp = at(3_600_123_456 + i64::try_from(number).unwrap_or(0) * 1_000_000);
    step.latency_ms = 250;
    step.result = result;
    step
}

fn context() -> TaskContext {
    TaskContext {
        language: Some("rust".to_owned()),
        framework: Some("tokio".to_owned()),
        complexity: ComplexityLevel::Complex,
        domain: "web-api".to_owned(),
        tags: texts(&["Calendar", "async io"]),
    }
}

/// Every field has a value.
fn complete() -> Episode {
    let mut episode = episode(1, "Login fails on Sunday — „quoted“\nsecond line");
    let success = ExecutionResult::Success {
        output: "3 hits\0binary".to_owned(),
    };
    let error = ExecutionResult::Error {
        message: "exit code 1".to_owned(),
    };
    let mut grep = step(1, "grep", Some(success));
    grep.parameters_json = r#"{"pattern":"weekday","paths":["src"],"limit":0.1}"#.to_owned();
    grep.tokens_used = Some(120);
    grep.metadata = map(&[("model", "small")]);
    let mut test = step(2, "cargo test", Some(error));
    test.parameters_json = "not JSON".to_owned();
    let slow = step(3, "browser", Some(ExecutionResult::Timeout));
    episode.steps = vec![grep, test, slow, step(4, "think", None)];
    episode.context = context();
    episode.end_time = Some(at(3_700_000_000));
    episode.outcome = Some(TaskOutcome::Success {
        verdict: "a weekday was off by one".to_owned(),
        artifacts: texts(&["src/date.rs"]),
    });
    episode.reward = Some(RewardScore {
        total: 0.8,
        base: 0.7,
        ..RewardScore::default()
    });
    episode.reflection = Some(Reflection {
        successes: texts(&["found it by reading"]),
        improvements: texts(&["test Sundays"]),
        insights: texts(&["look at dates first"]),
        generated_at: at(3_710_000_000),
    });
    episode.patterns = vec![pattern_id(1), pattern_id(2)];
    episode.heuristics = vec![heuristic_id(1)];
    episode.metadata = map(&[("agent", "a1"), ("ticket.id", "T-17")]);
    episode.tags = texts(&["bug-fix", "calendar"]);
    episode.checkpoints = vec![checkpoint()];
    episode
}

fn checkpoint() -> CheckpointMeta {
    let json = serde_json::json!({
        "checkpoint_id": id(101), "step_number": 2, "timestamp": at(3_601_000_000),
        "label": "before the fix", "salient_features_snapshot": null,
    });
    serde_json::from_value(json).unwrap_or_else(|e| panic!("a checkpoint: {e}"))
}

fn partial() -> Episode {
    let mut episode = episode(2, "Move the tests");
    episode.task_type = TaskType::CodeGeneration;
    episode.end_time = Some(at(7_300_000_000));
    episode.outcome = Some(TaskOutcome::PartialSuccess {
        verdict: "half".to_owned(),
        completed: texts(&["unit"]),
        failed: texts(&["end to end"]),
    });
    episode.patterns = vec![pattern_id(2), pattern_id(99)];
    episode
}

fn failed() -> Episode {
    let mut episode = episode(3, "Upgrade the database");
    episode.end_time = Some(at(10_900_000_000));
    episode.outcome = Some(TaskOutcome::Failure {
        reason: "no disk space".to_owned(),
        error_details: Some("ENOSPC".to_owned()),
    });
    episode.reward = Some(RewardScore {
        total: -0.25,
        ..RewardScore::default()
    });
    episode
}

fn abstained() -> Episode {
    let mut episode = episode(4, "Square the circle");
    episode.end_time = Some(at(14_500_000_000));
    episode.outcome = Some(TaskOutcome::Abstained {
        reason: "not possible".to_owned(),
        stopped_at_step: 2,
        infeasibility_signals: texts(&["transcendental"]),
    });
    episode
}

fn running() -> Episode {
    let mut episode = episode(5, "");
    episode.task_type = TaskType::Other;
    episode.tags = vec!["x".repeat(80), "fits".to_owned()];
    episode
}

fn with_metadata(number: u128, value: String) -> Episode {
    let mut episode = episode(number, "Stored in a batch");
    episode.patterns = vec![pattern_id(1)];
    episode.metadata = map(&[("long", &value)]);
    episode
}

/// Text that hardly shrinks.
fn noise() -> String {
    let mut state = 7_u64;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + u8::try_from((state >> 33) % 90).unwrap_or(0))
    };
    (0..2_000).map(|_| next()).collect()
}

fn effectiveness(applied: usize, well: usize) -> PatternEffectiveness {
    PatternEffectiveness {
        times_retrieved: 9,
        times_applied: applied,
        success_when_applied: well,
        failure_when_applied: applied - well,
        avg_reward_delta: 0.1,
        last_used: at(0),
        created_at: at(0),
    }
}

fn patterns() -> [Pattern; 4] {
    [
        Pattern::ToolSequence {
            id: pattern_id(1),
            tools: texts(&["grep -> \"sed\"", "cargo, test\n", "Größe\\"]),
            context: context(),
            success_rate: 0.75,
            avg_latency: TimeDelta::milliseconds(40),
            occurrence_count: 8,
            effectiveness: effectiveness(4, 3),
        },
        Pattern::DecisionPoint {
            id: pattern_id(2),
            condition: "the file is \"locked\"".to_owned(),
            action: "wait, then retry".to_owned(),
            outcome_stats: OutcomeStats {
                success_count: 2,
                failure_count: 1,
                total_count: 3,
                avg_duration_secs: 1.5,
            },
            context: TaskContext::default(),
            effectiveness: effectiveness(0, 0),
        },
        Pattern::ErrorRecovery {
            id: pattern_id(3),
            error_type: "E0308".to_owned(),
            recovery_steps: texts(&["read the types", "add into()"]),
            success_rate: 0.9,
            context: context(),
            effectiveness: effectiveness(1, 1),
        },
        Pattern::ContextPattern {
            id: pattern_id(4),
            context_features: texts(&["async", "sqlite"]),
            recommended_approach: "one writer".to_owned(),
            evidence: vec![id(2), id(3)],
            success_rate: 0.5,
            effectiveness: effectiveness(2, 1),
        },
    ]
}

fn heuristics() -> [Heuristic; 2] {
    let mut learnt = Heuristic::new("tests are slow".to_owned(), "profile".to_owned(), 0.6);
    learnt.heuristic_id = heuristic_id(1);
    learnt.evidence = Evidence {
        episode_ids: vec![id(1)],
        success_rate: 0.5,
        sample_size: 4,
    };
    let mut bare = Heuristic::new("unsure".to_owned(), "ask".to_owned(), 0.3);
    bare.heuristic_id = heuristic_id(2);
    for heuristic in [&mut learnt, &mut bare] {
        heuristic.created_at = at(4_000_000_000);
        heuristic.updated_at = at(5_000_000_000);
    }
    [learnt, bare]
}

fn relationships() -> Vec<EpisodeRelationship> {
    let related = |kind, from, to, metadata| {
        let mut relationship = EpisodeRelationship::new(id(from), id(to), kind, metadata);
        relationship.created_at = at(20_000_000_000);
        relationship
    };
    let weighted = RelationshipMetadata {
        reason: Some("needs the fix".to_owned()),
        created_by: Some("a1".to_owned()),
        priority: Some(7),
        weight: Some(0.5),
        custom_fields: map(&[("seen", "twice")]),
    };
    let mut all = vec![related(RelationshipType::DependsOn, 2, 1, weighted)];
    let kinds = RelationshipType::all().into_iter();
    for kind in kinds.filter(|kind| *kind != RelationshipType::DependsOn) {
        all.push(related(kind, 3, 2, RelationshipMetadata::default()));
    }
    all
}

fn summary() -> EpisodeSummary {
    EpisodeSummary {
        episode_id: id(1),
        summary_text: "A weekday was off by one.".to_owned(),
        key_concepts: texts(&["dates"]),
        key_steps: texts(&["grep"]),
        summary_embedding: Some(vec![0.25; 4]),
        created_at: at(0),
    }
}
