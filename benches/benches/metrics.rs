//! What measuring costs: recording a value, timing a loan, a point read, and `get_episode`.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use memory_benches::{Episodes, Sides};
use memory_storage_turso::{EpisodeStore, MeteredStorage, TursoStorage};
use std::hint::black_box;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use turso_conn::{Acquire, Connect, Execute, LocalConfig, LocalConnector, Location, Statement};
use turso_metrics::{Histogram, Metered, MeteredAcquire, Windowed};
use turso_pool::{Config, Pool};

const RECORDS: u32 = 1_000_000;
const CALLS: u32 = 2_000;
const LOANS: u32 = 20_000;

fn record() {
    let (now, plain) = (Instant::now(), Histogram::new());
    let windowed = Windowed::new(now);
    let later = now + Duration::from_secs(1);
    let report = Sides::new("record a value")
        .rounds(11)
        .operations(RECORDS)
        .side("windowed", || {
            for value in 0..u64::from(RECORDS) {
                windowed.record(black_box(value), black_box(later));
            }
        })
        .side("histogram", || {
            for value in 0..u64::from(RECORDS) {
                plain.record(black_box(value));
            }
        })
        .run();
    println!("{report}");
}

fn lend_often(runtime: &Runtime, lender: &impl Acquire) {
    runtime.block_on(async {
        for _ in 0..LOANS {
            drop(lender.acquire().await.unwrap());
        }
    });
}

fn loans(runtime: &Runtime) {
    let connector = LocalConnector::new(&Location::Memory, LocalConfig::default()).unwrap();
    let pool = Pool::builder(connector).config(Config::memory());
    let pool = runtime.block_on(pool.build()).unwrap();
    let timed = MeteredAcquire::new(pool.clone(), "all");
    let report = Sides::new("acquire and release, alone")
        .rounds(31)
        .operations(LOANS)
        .side("pool", || lend_often(runtime, &pool))
        .side("metered pool", || lend_often(runtime, &timed))
        .run();
    println!("{report}");
}

fn read_often(runtime: &Runtime, conn: &mut impl Execute) {
    let read = Statement::new("SELECT 1").named("one").point_read();
    runtime.block_on(async {
        for _ in 0..CALLS {
            black_box(conn.query(read.clone()).await.unwrap());
        }
    });
}

fn point_reads(runtime: &Runtime) {
    let connector = || LocalConnector::new(&Location::Memory, LocalConfig::default()).unwrap();
    let mut bare = runtime.block_on(connector().connect()).unwrap();
    let metered = Metered::new(connector(), ["one"]);
    let mut timed = runtime.block_on(metered.connect()).unwrap();
    let report = Sides::new("SELECT 1 on a connection")
        .rounds(31)
        .operations(CALLS)
        .side("bare", || read_often(runtime, &mut bare))
        .side("metered", || read_often(runtime, &mut timed))
        .run();
    println!("{report}");
}

fn gets(runtime: &Runtime) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("memory.db");
    let storage = runtime.block_on(TursoStorage::open(path.to_str().unwrap()));
    let storage = storage.unwrap();
    let episode = Episodes::new(1).make().unwrap();
    runtime.block_on(storage.store_episode(&episode)).unwrap();
    let metered = MeteredStorage::new(storage.clone());
    let get = |storage: &dyn EpisodeStore| {
        runtime.block_on(async {
            for _ in 0..CALLS {
                let found = storage.get_episode(&episode.namespace, episode.id).await;
                black_box(found.unwrap());
            }
        });
    };
    let report = Sides::new("get_episode, local, not cached")
        .rounds(31)
        .operations(CALLS)
        .side("storage", || get(&storage))
        .side("metered storage", || get(&metered))
        .run();
    println!("{report}");
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    record();
    loans(&runtime);
    point_reads(&runtime);
    gets(&runtime);
}
