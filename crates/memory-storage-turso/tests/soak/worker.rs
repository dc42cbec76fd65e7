//! A process: tasks that share one storage.

use crate::episodes::Owner;
use crate::history::History;
use crate::task::Task;
use memory_storage_turso::{AnyConfig, StorageBackend, TursoStorage};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::{JobResult, Worker};

/// How long the opening may take while things go wrong.
const PATIENCE: Duration = Duration::from_mins(1);

/// The deadline of every call of an impatient process.
const IMPATIENCE: Duration = Duration::from_millis(400);

/// Operations of the first task from one ack to the next.
const ACK_EVERY: u64 = 8;

/// When a task ends: after so many operations, or at a time.
#[derive(Debug, Clone, Copy)]
struct End {
    operations: u64,
    at: Instant,
}

/// The job; its arguments are those that [`processes`](crate::processes) gives it.
pub fn run(worker: &Worker) -> JobResult {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(work(worker))
}

async fn work(worker: &Worker) -> JobResult {
    let [seed, slot, life, tasks, operations, millis] =
        [2, 3, 4, 5, 6, 7].map(|index| worker.number(index).unwrap());
    let end = End {
        operations,
        at: Instant::now() + Duration::from_millis(millis),
    };
    let history = Arc::new(History::create(Path::new(worker.arg(1)))?);
    let storage = open(worker.arg(0).to_str().unwrap(), slot).await?;
    worker.ack("open")?;
    let owner = |task| Owner { slot, life, task };
    let others: Vec<_> = (1..tasks)
        .map(|task| {
            let task = Task::new(
                Arc::clone(&storage),
                Arc::clone(&history),
                owner(task),
                seed,
            );
            tokio::spawn(go(task, end, |_| Ok(())))
        })
        .collect();
    let first = Task::new(storage, history, owner(0), seed);
    go(first, end, |done| match done % ACK_EVERY {
        0 => worker.ack(done),
        _ => Ok(()),
    })
    .await?;
    for other in others {
        other.await??;
    }
    Ok(())
}

/// Whether the process in this slot has a cache before its storage.
pub fn is_cached(slot: u64) -> bool {
    slot % 4 >= 2
}

/// Every second process is impatient, so that its callers see what the others' storage repeats by
/// itself.
fn connection(slot: u64) -> AnyConfig {
    let mut config = AnyConfig::default();
    if slot.is_multiple_of(2) {
        config.local.deadline = IMPATIENCE;
        config.remote.deadline = IMPATIENCE;
    }
    config
}

async fn open(location: &str, slot: u64) -> memory_storage_turso::Result<Arc<dyn StorageBackend>> {
    let began = Instant::now();
    loop {
        let builder = TursoStorage::builder(location).connection(connection(slot));
        let built: memory_storage_turso::Result<Arc<dyn StorageBackend>> = if is_cached(slot) {
            builder.build_cached().await.map(|s| Arc::new(s) as _)
        } else {
            builder.build().await.map(|s| Arc::new(s) as _)
        };
        match built {
            Ok(storage) => return Ok(storage),
            Err(error) if error.is_retryable() && began.elapsed() < PATIENCE => {}
            Err(error) => return Err(error),
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn go(
    mut task: Task,
    end: End,
    each: impl Fn(u64) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let mut done = 0;
    while done < end.operations && Instant::now() < end.at {
        if task.step().await.is_err() {
            break;
        }
        done += 1;
        each(done)?;
    }
    task.finish();
    Ok(())
}
