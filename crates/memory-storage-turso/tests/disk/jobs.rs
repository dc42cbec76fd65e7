//! What the worker processes do.

use crate::load::{present, store};
use memory_storage_turso::{Builder, Config, TursoStorage};
use std::fs::File;
use std::num::NonZeroUsize;
use testkit::{Job, JobResult, Worker};

pub const JOBS: &[(&str, Job)] = &[
    ("store", store_batches),
    ("store_and_die", store_and_die),
    ("store_until_error", store_until_error),
    ("read_then_write", read_then_write),
    ("run_out_of_descriptors", run_out_of_descriptors),
    ("count_up", crate::writers::count_up_job),
];

fn block_on<F: Future<Output = JobResult>>(future: F) -> JobResult {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        // strace counts the calls of each thread apart.
        .max_blocking_threads(1)
        .build()?;
    runtime.block_on(future)
}

fn path(worker: &Worker) -> String {
    worker.arg(0).to_str().unwrap().to_owned()
}

/// Stores batches of round (1), as many as (2) says, and acknowledges each.
fn store_batches(worker: &Worker) -> JobResult {
    let (round, count) = (worker.number(1)?, worker.number(2)?);
    block_on(async {
        let storage = TursoStorage::open(&path(worker)).await?;
        worker.ack("open")?;
        for number in 0..count {
            match store(&storage, round, number).await {
                Ok(()) => worker.ack(format!("{round}/{number}"))?,
                Err(kind) => return Err(format!("batch {number}: {kind:?}").into()),
            }
        }
        Ok(())
    })
}

/// Stores a batch and ends before anybody is told.
fn store_and_die(worker: &Worker) -> JobResult {
    block_on(async {
        let storage = TursoStorage::open(&path(worker)).await?;
        store(&storage, 0, 0)
            .await
            .map_err(|kind| format!("{kind:?}"))?;
        std::process::exit(3)
    })
}

/// Stores batches until one fails, says why, reads everything, and tries once more when told to.
fn store_until_error(worker: &Worker) -> JobResult {
    block_on(async {
        let storage = match TursoStorage::open(&path(worker)).await {
            Ok(storage) => storage,
            Err(error) => return Ok(worker.ack(format!("closed {:?}", error.kind()))?),
        };
        let failed = loop_until_error(worker, &storage).await?;
        worker.ack(format!("failed {failed}"))?;
        worker.ack(format!("readable {}", present(&storage).await.len()))?;
        worker.wait_for_go();
        match store(&storage, 1, 0).await {
            Ok(()) => worker.ack("1/0")?,
            Err(kind) => worker.ack(format!("again {kind:?}"))?,
        }
        Ok(())
    })
}

/// The kind of error that ended it.
async fn loop_until_error(
    worker: &Worker,
    storage: &TursoStorage,
) -> Result<String, Box<dyn std::error::Error>> {
    for number in 0.. {
        match store(storage, 0, number).await {
            Ok(()) => worker.ack(format!("0/{number}"))?,
            Err(kind) => return Ok(format!("{kind:?}")),
        }
    }
    Err("the numbers ran out".into())
}

/// Opens a database, reads it, and says what a write answers.
fn read_then_write(worker: &Worker) -> JobResult {
    block_on(async {
        let storage = match TursoStorage::open(&path(worker)).await {
            Ok(storage) => storage,
            Err(error) => return Ok(worker.ack(format!("closed {:?}", error.kind()))?),
        };
        worker.ack(format!("readable {}", present(&storage).await.len()))?;
        match store(&storage, 9, 9).await {
            Ok(()) => worker.ack("written")?,
            Err(kind) => worker.ack(format!("refused {kind:?}"))?,
        }
        Ok(())
    })
}

/// Takes every descriptor there is, reads, opens another database, lets go, does both again.
fn run_out_of_descriptors(worker: &Worker) -> JobResult {
    block_on(async {
        let mut config = Config::at(path(worker));
        config.readers = NonZeroUsize::new(20).ok_or("no readers")?;
        let storage = Builder::from(config).build().await?;
        store(&storage, 0, 0)
            .await
            .map_err(|kind| format!("{kind:?}"))?;
        // One reading connection is open from now on.
        read_at_once(&storage, 1).await;
        let hoard: Vec<File> = std::iter::from_fn(|| File::open("/dev/null").ok()).collect();
        for outcome in read_at_once(&storage, 40).await {
            worker.ack(outcome)?;
        }
        let other = TursoStorage::open(&path(worker)).await;
        worker.ack(format!("another {:?}", other.map_err(|e| e.kind()).err()))?;
        drop(hoard);
        for outcome in read_at_once(&storage, 40).await {
            worker.ack(format!("later {outcome}"))?;
        }
        let other = TursoStorage::open(&path(worker)).await;
        worker.ack(format!("later {:?}", other.map_err(|e| e.kind()).err()))?;
        Ok(())
    })
}

async fn read_at_once(storage: &TursoStorage, times: usize) -> Vec<String> {
    use memory_storage_turso::{EpisodeQuery, EpisodeStore};
    let reads: Vec<_> = (0..times)
        .map(|_| {
            let storage = storage.clone();
            tokio::spawn(async move {
                let count = storage.count_episodes(&EpisodeQuery::default()).await;
                count.map_or_else(
                    |e| format!("{:?}: {e}", e.kind()),
                    |count| format!("ok {count}"),
                )
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for read in reads {
        outcomes.push(read.await.unwrap());
    }
    outcomes
}
