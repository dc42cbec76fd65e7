//! A pool before a real server with a simulated network: what keeping connections saves, and what
//! following demand gives over a fixed pool of the same mean size. Sockets are counted at the server.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use memory_benches::{figure, millis, quantile};
use testkit::net::Database;
use tokio::runtime::Runtime;
use turso_conn::{Connect, Execute, Location, RemoteConfig, RemoteConnector, Statement};
use turso_pool::{Config, Pool, ScalingPolicy, Sizing};

const ROUND_TRIP: Duration = Duration::from_millis(5);
const HANDSHAKE: Duration = Duration::from_millis(45);

fn main() {
    let Some(database) = Database::fresh("pool_remote").unwrap() else {
        return;
    };
    // `cargo test` wants to know that it runs, `cargo bench` how fast.
    let measured = std::env::args().any(|argument| argument == "--bench");
    let runtime = Runtime::new().unwrap();
    runtime.block_on(async {
        database.set_round_trip(ROUND_TRIP);
        database.set_handshake(HANDSHAKE);
        overhead(&database, if measured { 1_000 } else { 5 }).await;
        for (name, high, low, seconds) in [("square wave", 12, 2, 15), ("bursts", 20, 1, 5)] {
            let phase = Duration::from_millis(if measured { seconds * 1_000 } else { 50 });
            variable(&database, name, high, low, phase).await;
        }
    });
}

fn connector(database: &Database) -> RemoteConnector {
    let place: Location = database.url().parse().unwrap();
    RemoteConnector::new(&place, RemoteConfig::default()).unwrap()
}

/// What an operation takes beyond one round trip, with a warm pool and with a connection of its own.
async fn overhead(database: &Database, times: usize) {
    let config = Config {
        sizing: Sizing::Fixed { min: 1, max: 1 },
        ..Config::remote()
    };
    let pool = Pool::builder(connector(database)).config(config);
    let pool = pool.build().await.unwrap();
    let (mut pooled, mut held, mut alone) = (Vec::new(), Vec::new(), Vec::new());
    let alone_pool = connector(database);
    let mut own = alone_pool.connect().await.unwrap();
    own.query(Statement::new("SELECT 1")).await.unwrap();
    for nth in 0..times {
        let begin = Instant::now();
        let mut lease = pool.acquire().await.unwrap();
        lease.query(Statement::new("SELECT 1")).await.unwrap();
        drop(lease);
        pooled.push(begin.elapsed());
        let begin = Instant::now();
        own.query(Statement::new("SELECT 1")).await.unwrap();
        held.push(begin.elapsed());
        if nth % 20 == 0 {
            let begin = Instant::now();
            let mut conn = alone_pool.connect().await.unwrap();
            conn.query(Statement::new("SELECT 1")).await.unwrap();
            alone.push(begin.elapsed());
        }
    }
    // The first has paid the handshake.
    pooled.remove(0);
    held.remove(0);
    let base = quantile(&mut held, 0.5);
    let beyond = |time: Duration| millis(time.saturating_sub(base));
    figure(
        "connection overhead with the pool, median",
        beyond(quantile(&mut pooled, 0.5)),
        "ms",
    );
    figure(
        "connection overhead with the pool, p99 against p99",
        millis(quantile(&mut pooled, 0.99).saturating_sub(quantile(&mut held, 0.99))),
        "ms",
    );
    figure(
        "connection overhead without a pool, median",
        beyond(quantile(&mut alone, 0.5)),
        "ms",
    );
    let share = millis(quantile(&mut pooled, 0.5)) / millis(base) - 1.0;
    figure("pool overhead of a remote operation", share * 100.0, "%");
}

/// What a load saw.
struct Seen {
    calls: usize,
    wait: Duration,
    mean_open: f64,
    most_open: u64,
}

/// Phases of `high` and of `low` callers, first with an adaptive pool, then with fixed ones of the
/// mean size that it had, and once more the other way round.
async fn variable(database: &Database, name: &str, high: usize, low: usize, phase: Duration) {
    let adaptive = || Config {
        sizing: Sizing::Adaptive(ScalingPolicy {
            min_size: 1,
            ..ScalingPolicy::default()
        }),
        ..Config::remote()
    };
    let first = load(database, adaptive(), high, low, phase).await;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let size = first.mean_open.round().max(1.0) as usize;
    let fixed = || Config {
        sizing: Sizing::Fixed {
            min: size,
            max: size,
        },
        ..Config::remote()
    };
    let (one, two) = (
        load(database, fixed(), high, low, phase).await,
        load(database, fixed(), high, low, phase).await,
    );
    let second = load(database, adaptive(), high, low, phase).await;
    let calls = |a: &Seen, b: &Seen| (a.calls + b.calls) as f64;
    let wait = |a: &Seen, b: &Seen| (a.wait + b.wait).as_secs_f64() / calls(a, b);
    figure(
        &format!("{name}, mean sockets adaptive"),
        first.mean_open,
        "",
    );
    figure(&format!("{name}, mean sockets fixed"), one.mean_open, "");
    figure(
        &format!("{name}, most sockets adaptive"),
        first.most_open as f64,
        "",
    );
    figure(
        &format!("{name}, throughput of adaptive over fixed"),
        calls(&first, &second) / calls(&one, &two),
        "x",
    );
    figure(
        &format!("{name}, mean wait of adaptive over fixed"),
        wait(&first, &second) / wait(&one, &two),
        "x",
    );
}

async fn load(
    database: &Database,
    config: Config,
    high: usize,
    low: usize,
    phase: Duration,
) -> Seen {
    let pool = Pool::builder(connector(database)).config(config);
    let pool = pool.build().await.unwrap();
    let callers = Arc::new(AtomicUsize::new(low));
    let end = Instant::now() + phase * 4;
    let tasks: Vec<_> = (0..high)
        .map(|nth| tokio::spawn(call(pool.clone(), nth, Arc::clone(&callers), end)))
        .collect();
    let (mut open, mut samples, mut most) = (0, 0, 0);
    let begin = Instant::now();
    while Instant::now() < end {
        let phases = begin.elapsed().as_nanos() / phase.as_nanos();
        callers.store(if phases % 2 == 1 { high } else { low }, Ordering::Relaxed);
        let now = database.counts().open;
        (open, samples, most) = (open + now, samples + 1, now.max(most));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (mut calls, mut wait) = (0, Duration::ZERO);
    for task in tasks {
        let (own_calls, own_wait) = task.await.unwrap();
        (calls, wait) = (calls + own_calls, wait + own_wait);
    }
    pool.drain(Duration::from_secs(10)).await.unwrap();
    database.until(|counts| counts.open <= 1).await;
    Seen {
        calls,
        wait,
        mean_open: open as f64 / f64::from(samples),
        most_open: most,
    }
}

/// One caller, which calls while its number is below that of the callers now.
async fn call(
    pool: Pool<RemoteConnector>,
    nth: usize,
    callers: Arc<AtomicUsize>,
    end: Instant,
) -> (usize, Duration) {
    let (mut calls, mut wait) = (0, Duration::ZERO);
    while Instant::now() < end {
        if nth >= callers.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(5)).await;
            continue;
        }
        let begin = Instant::now();
        let mut lease = pool.acquire().await.unwrap();
        wait += begin.elapsed();
        lease.query(Statement::new("SELECT 1")).await.unwrap();
        calls += 1;
    }
    (calls, wait)
}
