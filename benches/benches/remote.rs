//! The facade on a real server behind a simulated network: what one operation takes in round
//! trips, and what many at once get done.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)]

use memory_benches::{Dice, Episodes, figure, millis, quantile};
use memory_storage_turso::{
    Atomicity, CacheConfig, CachedStorage, Episode, EpisodeQuery, EpisodeStore as _, Namespace,
    PageRequest, PoolConfig, Sizing, TursoStorage,
};
use std::time::{Duration, Instant};
use testkit::net::Database;
use tokio::runtime::Runtime;

const ROUND_TRIP: Duration = Duration::from_millis(20);
const HANDSHAKE: Duration = Duration::from_millis(45);

/// How much is done: `cargo test` wants to know that it runs, `cargo bench` how fast.
#[derive(Clone, Copy)]
struct Size {
    singles: usize,
    bulk: usize,
    seconds: f64,
}

fn main() {
    let Some(database) = Database::fresh("remote").unwrap() else {
        return;
    };
    let size = if std::env::args().any(|argument| argument == "--bench") {
        Size {
            singles: 256,
            bulk: 10_000,
            seconds: 10.0,
        }
    } else {
        Size {
            singles: 4,
            bulk: 20,
            seconds: 0.1,
        }
    };
    Runtime::new().unwrap().block_on(async {
        database.set_handshake(HANDSHAKE);
        database.set_round_trip(ROUND_TRIP);
        let mut fresh = Episodes::new(1);
        alone(&database, &mut fresh, size).await;
        at_once(&database, &mut fresh, size).await;
        bulk(&database, &mut fresh, size).await;
        cached(&database, size).await;
        mixed(&database, &mut fresh, size).await;
        database.set_round_trip(Duration::from_millis(5));
        gets(&database, &mut fresh, size).await;
    });
}

async fn open(database: &Database) -> TursoStorage {
    TursoStorage::open(&database.url()).await.unwrap()
}

/// Single stores one after another, with the storage's pool and with a connection for each.
async fn alone(database: &Database, fresh: &mut Episodes, size: Size) {
    let storage = open(database).await;
    storage.store_episode(&fresh.next().unwrap()).await.unwrap();
    let before = database.counts();
    let (mut kept, mut anew) = (Vec::new(), Vec::new());
    for episode in fresh.take(size.singles) {
        let begin = Instant::now();
        storage.store_episode(&episode).await.unwrap();
        kept.push(begin.elapsed());
    }
    let requests = (database.counts() - before).requests;
    for episode in fresh.take(size.singles / 8 + 1) {
        let begin = Instant::now();
        open(database).await.store_episode(&episode).await.unwrap();
        anew.push(begin.elapsed());
    }
    let stores = size.singles as f64;
    let rate = stores / kept.iter().sum::<Duration>().as_secs_f64();
    let median = millis(quantile(&mut kept, 0.5));
    figure("single store, requests", requests as f64 / stores, "");
    figure("single store, median", median, "ms");
    let trips = median / millis(ROUND_TRIP);
    figure("single store, round trips' time", trips, "");
    let opened = millis(quantile(&mut anew, 0.5));
    figure(
        "single store, storage opened for each, median",
        opened,
        "ms",
    );
    figure("single stores one after another", rate, "/s");
}

/// Runs `tasks` tasks until each is done; how long all took.
async fn together<F>(tasks: impl IntoIterator<Item = F>) -> Duration
where
    F: Future<Output = ()> + Send + 'static,
{
    let begin = Instant::now();
    let running: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
    for task in running {
        task.await.unwrap();
    }
    begin.elapsed()
}

/// Single stores by 64 tasks, and the same number one after another, in turns.
async fn at_once(database: &Database, fresh: &mut Episodes, size: Size) {
    let storage = open(database).await;
    let each = size.singles / 64 + 1;
    let (mut ones, mut manys) = (Duration::ZERO, Duration::ZERO);
    let mut stored = (0, 0);
    for _ in 0..3 {
        let parts: Vec<Vec<Episode>> = (0..64).map(|_| fresh.take(each).collect()).collect();
        manys += together(parts.into_iter().map(|part| {
            let storage = storage.clone();
            async move {
                for episode in part {
                    storage.store_episode(&episode).await.unwrap();
                }
            }
        }))
        .await;
        stored.0 += 64 * each;
        let begin = Instant::now();
        for episode in fresh.take(size.singles / 8 + 1) {
            storage.store_episode(&episode).await.unwrap();
        }
        ones += begin.elapsed();
        stored.1 += size.singles / 8 + 1;
    }
    let rate = |stored: usize, time: Duration| stored as f64 / time.as_secs_f64();
    let many = rate(stored.0, manys);
    figure("single stores by 64 tasks", many, "/s");
    let gain = many / rate(stored.1, ones);
    figure(
        "64 single stores at once against one after another",
        gain,
        "times",
    );
}

async fn bulk(database: &Database, fresh: &mut Episodes, size: Size) {
    let storage = open(database).await;
    for (name, count) in [("1,000", size.bulk / 10), ("10,000", size.bulk)] {
        let episodes: Vec<Episode> = fresh.take(count).collect();
        let begin = Instant::now();
        let stored = storage.store_episodes(&episodes, Atomicity::PerPart).await;
        stored.unwrap();
        let rate = count as f64 / begin.elapsed().as_secs_f64();
        figure(&format!("bulk store of {name}"), rate, "episodes/s");
    }
}

/// The same page again and again, from the cache and without one.
async fn cached(database: &Database, size: Size) {
    let (query, page) = (EpisodeQuery::default(), PageRequest::first(20).unwrap());
    let cached = CachedStorage::new(open(database).await, &CacheConfig::default()).unwrap();
    cached.query_episodes(&query, &page).await.unwrap();
    let (mut hits, mut misses) = (Vec::new(), Vec::new());
    for _ in 0..size.singles {
        let begin = Instant::now();
        cached.query_episodes(&query, &page).await.unwrap();
        hits.push(begin.elapsed());
    }
    for _ in 0..=size.singles / 8 {
        let begin = Instant::now();
        let uncached = cached.uncached();
        uncached.query_episodes(&query, &page).await.unwrap();
        misses.push(begin.elapsed());
    }
    figure(
        "cached query, median",
        millis(quantile(&mut hits, 0.5)),
        "ms",
    );
    figure("cached query, p99", millis(quantile(&mut hits, 0.99)), "ms");
    figure(
        "uncached query, median",
        millis(quantile(&mut misses, 0.5)),
        "ms",
    );
}

/// Four tasks that store, get and query as `memory bench` does: the worst p99 of any operation.
async fn mixed(database: &Database, fresh: &mut Episodes, size: Size) {
    let storage = open(database).await;
    let end = Instant::now() + Duration::from_secs_f64(size.seconds);
    let mut running = Vec::new();
    for nth in 0..4 {
        let mut own: Vec<Episode> = fresh.take(2_000).collect();
        let (storage, mut dice) = (storage.clone(), Dice::new(nth));
        running.push(tokio::spawn(async move {
            let mut times = [Vec::new(), Vec::new(), Vec::new()];
            let first = own.pop().unwrap();
            storage.store_episode(&first).await.unwrap();
            let page = PageRequest::first(10).unwrap();
            while Instant::now() < end && !own.is_empty() {
                let choice = dice.below(100);
                let begin = Instant::now();
                let which = if choice < 20 {
                    let episode = own.pop().unwrap();
                    storage.store_episode(&episode).await.unwrap();
                    0
                } else if choice < 90 {
                    let got = storage.get_episode(&Namespace::default(), first.id).await;
                    got.unwrap();
                    1
                } else {
                    let all = EpisodeQuery::default();
                    storage.query_episodes(&all, &page).await.unwrap();
                    2
                };
                times[which].push(begin.elapsed());
            }
            times
        }));
    }
    let mut all = [Vec::new(), Vec::new(), Vec::new()];
    for task in running {
        for (all, own) in all.iter_mut().zip(task.await.unwrap()) {
            all.extend(own);
        }
    }
    for (name, times) in ["store", "get", "query"].into_iter().zip(&mut all) {
        if !times.is_empty() {
            figure(
                &format!("mixed load, p99 of a {name}"),
                millis(quantile(times, 0.99)),
                "ms",
            );
        }
    }
}

/// 64 tasks that get by id on eight connections, 5 ms away.
async fn gets(database: &Database, fresh: &mut Episodes, size: Size) {
    let pool = PoolConfig {
        sizing: Sizing::Fixed { min: 8, max: 8 },
        ..PoolConfig::remote()
    };
    let builder = TursoStorage::builder(database.url()).pool(pool);
    let storage = builder.build().await.unwrap();
    let episode = fresh.next().unwrap();
    storage.store_episode(&episode).await.unwrap();
    let start = Instant::now();
    let end = start + Duration::from_secs_f64(size.seconds);
    let running: Vec<_> = (0..64)
        .map(|_| {
            let (storage, id) = (storage.clone(), episode.id);
            tokio::spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < end {
                    let begin = Instant::now();
                    let found = storage.get_episode(&Namespace::default(), id).await;
                    assert!(found.unwrap().is_some());
                    times.push(begin.elapsed());
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in running {
        times.extend(task.await.unwrap());
    }
    // The first of each task meets connections that are being opened.
    let mut warm = times.split_off(64.min(times.len() / 2));
    figure(
        "get by 64 tasks on 8 connections, p95",
        millis(quantile(&mut warm, 0.95)),
        "ms",
    );
    figure(
        "get by 64 tasks on 8 connections, median",
        millis(quantile(&mut warm, 0.5)),
        "ms",
    );
    let rate = warm.len() as f64 / start.elapsed().as_secs_f64();
    figure("gets by 64 tasks on 8 connections", rate, "/s");
}
