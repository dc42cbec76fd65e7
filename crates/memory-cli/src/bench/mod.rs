//! A load on a database, and how fast it answers.
//!
//! What it stores goes into a namespace of its own and is deleted at the end.

mod report;
mod work;

use crate::args;
use crate::call::Call;
use crate::database;
use crate::demo::Random;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output;
use crate::scrape::Scrape;
use indicatif::ProgressBar;
use memory_storage_turso::metrics::Histogram;
use memory_storage_turso::{
    CacheConfig, CacheMode, CachedStorage, EpisodeId, EpisodeStore, MeteredStorage, Namespace,
    Observe as _, TursoStorage,
};
use report::{Report, doublings, rate};
use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use work::{Storage, Worker};

/// How many episodes are deleted at once at the end.
const DELETED_AT_ONCE: usize = 100;

/// Runs the load and writes what was measured.
pub(crate) async fn bench(call: &Call, args: &args::Bench, out: &mut dyn Write) -> Result<Exit> {
    let scrape = Scrape::listen(args.metrics.listen)?;
    let cache = CacheConfig {
        mode: if args.no_cache {
            CacheMode::Off
        } else {
            CacheMode::On
        },
        ..CacheConfig::default()
    };
    let cached = CachedStorage::new(database::create(call).await?, &cache)?;
    let storage = MeteredStorage::new(cached);
    scrape.watch(storage.clone());
    let namespace = Namespace::new(format!("bench-{}", call.now.as_micros()))?;
    let latencies = Arc::new(Histogram::new());
    let began = Instant::now();
    let (stored, done) = load(args, &storage, &namespace, &latencies).await;
    let seconds = began.elapsed().as_secs_f64();
    let performance = storage.performance();
    clean(storage.get_ref().get_ref(), &namespace, &stored).await?;
    done?;
    let seen = latencies.distribution();
    let report = Report {
        seconds,
        concurrency: args.concurrency,
        operations: seen.count(),
        operations_per_second: rate(seen.count(), seconds),
        performance,
        histogram: doublings(&seen),
    };
    if call.json {
        output::json_line(out, &report)?;
    } else {
        report.write_to(out)?;
    }
    Ok(Exit::Ok)
}

/// Lets all workers ask, and returns what they stored and the first error.
async fn load(
    args: &args::Bench,
    storage: &Storage,
    namespace: &Namespace,
    latencies: &Arc<Histogram>,
) -> (Vec<EpisodeId>, Result<()>) {
    let end = Instant::now() + Duration::from_secs(args.seconds);
    let mut workers = JoinSet::new();
    for seed in 0..args.concurrency as u64 {
        let worker = Worker {
            storage: storage.clone(),
            latencies: Arc::clone(latencies),
            namespace: namespace.clone(),
            mix: args.mix,
            random: Random::new(seed),
            stored: Vec::new(),
        };
        workers.spawn(worker.run(end));
    }
    let progress = tokio::spawn(progress(args.seconds, namespace.clone()));
    let (mut stored, mut done) = (Vec::new(), Ok(()));
    while let Some(worker) = workers.join_next().await {
        match worker {
            Ok((ids, result)) => {
                stored.extend(ids);
                done = done.and(result.map_err(|e| Error::storage("asking the database", e)));
            }
            Err(e) => done = done.and(Err(Error::failed("a task ended early").because(e))),
        }
    }
    progress.abort();
    (stored, done)
}

/// A bar on standard error, if that is a terminal; indicatif hides it elsewhere.
async fn progress(seconds: u64, namespace: Namespace) {
    // Whoever stops it must know what is left where.
    let bar = ProgressBar::new(seconds).with_message(format!("asking in {namespace}"));
    for _ in 0..seconds {
        tokio::time::sleep(Duration::from_secs(1)).await;
        bar.inc(1);
    }
    bar.finish_and_clear();
}

/// Deletes what was stored.
async fn clean(store: &TursoStorage, namespace: &Namespace, ids: &[EpisodeId]) -> Result<()> {
    for ids in ids.chunks(DELETED_AT_ONCE) {
        let deleted = store.delete_episodes(namespace, ids).await;
        deleted.map_err(|e| Error::storage(format!("deleting from namespace {namespace}"), e))?;
    }
    Ok(())
}
