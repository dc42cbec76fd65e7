//! The size of a pool is a number of sockets: counted at a real server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use testkit::net::{Counts, Database, Front};
use tokio::time::timeout;
use turso_conn::{Execute, Location, RemoteConfig, RemoteConnector, Statement};
use turso_pool::{Config, Pool, ScalingPolicy, Sizing};

use crate::support::{millis, secs};

/// The default policy, fifty times as fast.
fn quick(min_size: usize, max_size: usize) -> Config {
    let policy = ScalingPolicy {
        min_size,
        max_size,
        interval: millis(20),
        window: millis(1_200),
        settle: millis(200),
        rest: millis(1_200),
        ..ScalingPolicy::default()
    };
    Config {
        sizing: Sizing::Adaptive(policy),
        ..Config::remote()
    }
}

/// Waits until the server has it so, but not for ever.
async fn until(front: &Front, wanted: impl FnMut(&Counts) -> bool) {
    let met = timeout(secs(60), front.until(wanted)).await;
    assert!(met.is_ok(), "the server has {:?}", front.counts());
}

#[tokio::test]
async fn the_sockets_at_the_server_follow_demand_both_ways() {
    let test = "the_sockets_at_the_server_follow_demand_both_ways";
    let Some(database) = Database::fresh(test).unwrap() else {
        return;
    };
    database.set_round_trip(Duration::from_millis(5));
    let place: Location = database.url().parse().unwrap();
    let connector = RemoteConnector::new(&place, RemoteConfig::default()).unwrap();
    let pool = Pool::builder(connector)
        .config(quick(2, 12))
        .build()
        .await
        .unwrap();
    until(&database, |counts| counts.open == 2).await;
    for _ in 0..2 {
        let load = Arc::new(AtomicBool::new(true));
        let tasks: Vec<_> = (0..10)
            .map(|_| tokio::spawn(ask(pool.clone(), Arc::clone(&load))))
            .collect();
        until(&database, |counts| counts.open >= 10).await;
        load.store(false, Ordering::Relaxed);
        for task in tasks {
            task.await.unwrap();
        }
        until(&database, |counts| counts.open == 2).await;
    }
    let stats = pool.stats();
    assert_eq!((pool.status().open(), stats.failed), (2, 0));
    assert!(stats.grown >= 2 && stats.shrunk >= 2, "{stats:?}");
    assert_eq!(database.counts().connections, stats.opened);
    pool.drain(secs(60)).await.unwrap();
    until(&database, |counts| counts.open == 0).await;
}

/// Asks the server again and again.
async fn ask(pool: Pool<RemoteConnector>, load: Arc<AtomicBool>) {
    while load.load(Ordering::Relaxed) {
        let mut lease = pool.acquire().await.unwrap();
        lease.query(Statement::new("SELECT 1")).await.unwrap();
    }
}
