//! The budget of the caches against what the operating system sees.

use crate::shapes::{id, now, query};
use memory_storage_turso::{
    CacheConfig, CacheShares, CachedStorage, EpisodeDraft, EpisodeId, EpisodeStore as _,
    ExecutionStep, InMemoryStorage, Namespace, TaskType,
};
use serde_json::{Value, json};
use testkit::{JobResult, Worker, WorkerCommand, resident_bytes, skipped};

const BUDGET: u64 = 64 << 20;
/// What a runtime, a cache without entries and the allocator's own take besides; measured as 3 MiB.
const ASIDE: u64 = 8 << 20;
/// How many records each run puts in: some four times what there is room for.
const RECORDS: u64 = 4_000;

/// Reads records of three shapes and asks long questions, each forgotten by the backend at once so
/// that nobody but the caches has it. Then tells by how much this process grew.
pub(crate) fn churn(worker: &Worker) -> JobResult {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut config = CacheConfig::default();
    config.policy.max_bytes = BUDGET;
    config.shares = CacheShares {
        episodes: 3,
        patterns: 0,
        relationships: 0,
        queries: 1,
    };
    let plain = InMemoryStorage::new();
    let cached = CachedStorage::new(plain.clone(), &config)?;
    let before = resident_bytes()?;
    let peak = runtime.block_on(fill(&plain, &cached, worker.number(0)?))?;
    let figures = cached.figures();
    let both = [figures.episodes, figures.queries];
    worker.ack(peak.saturating_sub(before))?;
    worker.ack(both.iter().map(|cache| cache.bytes_peak).sum::<u64>())?;
    worker.ack(both.iter().map(|cache| cache.evicted).min().unwrap_or(0))?;
    Ok(())
}

async fn fill(
    plain: &InMemoryStorage,
    cached: &CachedStorage<InMemoryStorage>,
    records: u64,
) -> Result<u64, Box<dyn std::error::Error>> {
    let namespace = Namespace::default();
    let mut peak = 0;
    for nth in 0..records {
        let episode = EpisodeId::from_bytes(id(nth));
        let mut draft = EpisodeDraft::new(TaskType::new("churn")?, "churn", now());
        draft.id = episode;
        draft.steps = vec![ExecutionStep {
            observation: Some(observation(nth)),
            ..ExecutionStep::default()
        }];
        plain.store_episode(&draft.finish()?).await?;
        cached.get_episode(&namespace, episode).await?;
        plain.delete_episode(&namespace, episode).await?;
        for part in 0..8 {
            cached.count_episodes(&query(8 * nth + part, 5, 80)).await?;
        }
        if nth % 16 == 0 {
            peak = peak.max(resident_bytes()?);
        }
    }
    Ok(peak)
}

/// Some 60 KB of numbers, of objects in objects, or of text.
fn observation(nth: u64) -> Value {
    match nth % 3 {
        0 => vec![0_u8; 2_000].into(),
        1 => (0..50).map(|n| json!({ "one": { "key": n } })).collect(),
        _ => "x".repeat(60_000).into(),
    }
}

/// They once counted records by the length of their JSON, and keys not at all: lists of numbers took
/// sixteen times what they counted.
#[test]
fn a_budget_of_64_mib_holds_for_records_of_every_shape_and_for_long_questions() {
    if resident_bytes().is_err() {
        return skipped("memory", "there is no /proc/self/statm");
    }
    let command = WorkerCommand::new("churn").arg(RECORDS.to_string());
    let mut child = command.spawn().unwrap();
    child.wait_for_acks(3).unwrap();
    let acks = child.acks();
    let numbers: Vec<u64> = acks.iter().map(|ack| ack.parse().unwrap()).collect();
    let [grown, weighed, evicted] = numbers[..] else {
        panic!("{numbers:?}");
    };
    eprintln!(
        "grew by {} MiB, weighed {} MiB at most",
        grown >> 20,
        weighed >> 20
    );
    assert!(evicted > 0, "nothing had to go: the test tests nothing");
    assert!(weighed <= BUDGET + (1 << 20), "{weighed}");
    assert!(grown <= BUDGET + BUDGET / 5 + ASIDE, "{grown}");
    child.wait().unwrap();
}
