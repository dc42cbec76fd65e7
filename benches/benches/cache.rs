//! A hit of the cache beside one of bare moka and of `quick_cache`, and calls of the storage that
//! the cache answers beside those that it does not. Prints Markdown tables.
//!
//! ```sh
//! cargo bench -p memory-benches --bench cache
//! ```
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use memory_benches::{Dice, Episodes, Sides};
use memory_storage_turso::{
    Atomicity, CachedStorage, EpisodeId, EpisodeQuery, EpisodeStore as _, Namespace, PageRequest,
    StorageBackend, TursoStorage,
};
use std::hint::black_box;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use turso_cache::{Cache, CacheConfig, Lookup};

const HITS: u32 = 100_000;
const STORED: usize = 1_000;
const READ: usize = 100;
const CALLS: u32 = 20_000;
const UNCACHED_CALLS: u32 = 500;

type Value = Arc<[u8; 64]>;

fn main() {
    for threads in [1, 2] {
        for entries in [100, 10_000, 100_000] {
            hits(entries, threads);
        }
    }
    let storage = Storage::new();
    storage.sides();
    storage.times();
}

/// Hits of random keys, all of them present, so many on each thread.
fn hits(entries: u32, threads: u32) {
    let moka = moka::sync::Cache::new(u64::from(entries) * 2);
    let quick = quick_cache::sync::Cache::new(usize::try_from(entries).unwrap() * 2);
    let config = CacheConfig {
        max_entries: entries * 2,
        ..CacheConfig::default()
    };
    let ours: Cache<u32, Value> = Cache::builder(config).build().unwrap();
    for key in 0..entries {
        // Each key has a value of its own, as it would.
        let value = || -> Value { Arc::new([7; 64]) };
        moka.insert(key, value());
        quick.insert(key, value());
        let reading = ours.begin(&[]);
        assert!(ours.offer(&key, Some(value()), &reading));
    }
    moka.run_pending_tasks();
    let keys: Vec<_> = (1..=threads).map(|seed| order(seed, entries)).collect();
    let report = Sides::new(&format!("a hit of {entries}, threads: {threads}"))
        .operations(HITS * threads)
        .side("moka", || {
            on_threads(&keys, |key| moka.get(&key).is_some());
        })
        .side("turso-cache", || {
            on_threads(&keys, |key| matches!(ours.get(&key), Lookup::Value(_)));
        })
        .side("quick_cache", || {
            on_threads(&keys, |key| quick.get(&key).is_some());
        })
        .run();
    println!("{report}");
}

/// The keys of one thread, chosen before the time runs.
fn order(seed: u32, entries: u32) -> Vec<u32> {
    let mut dice = Dice::new(u64::from(seed));
    let mut key = || u32::try_from(dice.below(u64::from(entries))).unwrap();
    (0..HITS).map(|_| key()).collect()
}

fn on_threads(keys: &[Vec<u32>], hit: impl Fn(u32) -> bool + Sync) {
    let hits = |keys: &[u32]| keys.iter().for_each(|key| assert!(black_box(hit(*key))));
    thread::scope(|scope| {
        for keys in keys {
            scope.spawn(|| hits(keys));
        }
    });
}

/// A storage on a file, called through `Arc<dyn StorageBackend>`.
struct Storage {
    runtime: Runtime,
    cached: Arc<dyn StorageBackend>,
    uncached: Arc<dyn StorageBackend>,
    namespace: Namespace,
    ids: Vec<EpisodeId>,
    query: EpisodeQuery,
    page: PageRequest,
    _folder: tempfile::TempDir,
}

impl Storage {
    fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("memory.db");
        let episodes: Vec<_> = Episodes::new(1).take(STORED).collect();
        let opened = TursoStorage::builder(path.to_str().unwrap()).build_cached();
        let cached: CachedStorage<_> = runtime.block_on(opened).unwrap();
        let stored = cached.store_episodes(&episodes, Atomicity::PerPart);
        runtime.block_on(stored).unwrap();
        Self {
            runtime,
            uncached: Arc::new(cached.uncached()),
            cached: Arc::new(cached),
            namespace: Namespace::default(),
            ids: episodes.iter().take(READ).map(|each| each.id).collect(),
            query: EpisodeQuery::default(),
            page: PageRequest::first(20).unwrap(),
            _folder: folder,
        }
    }

    /// Processor time of one call, over many.
    fn sides(&self) {
        let both = [("cached", CALLS), ("uncached", UNCACHED_CALLS)];
        for ((name, calls), storage) in both.into_iter().zip([&self.cached, &self.uncached]) {
            let report = Sides::new(&format!("a call, {name}"))
                .rounds(10)
                .operations(calls)
                .side("get_episode", || {
                    self.runtime.block_on(async {
                        for id in self.ids.iter().cycle().take(calls.try_into().unwrap()) {
                            self.episode(&**storage, *id).await;
                        }
                    });
                })
                .side("the same page of 20", || {
                    self.runtime.block_on(async {
                        for _ in 0..calls {
                            self.page(&**storage).await;
                        }
                    });
                })
                .run();
            println!("{report}");
        }
    }

    /// Time of each call on its own, the two reads of the clock included.
    fn times(&self) {
        println!("| a call, cached | p50 | p99 |\n|---|--:|--:|");
        let storage = &*self.cached;
        let (mut episodes, mut pages) = (Vec::new(), Vec::new());
        self.runtime.block_on(async {
            for id in self.ids.iter().cycle().take(CALLS.try_into().unwrap()) {
                let begin = Instant::now();
                self.episode(storage, *id).await;
                episodes.push(begin.elapsed());
                let begin = Instant::now();
                self.page(storage).await;
                pages.push(begin.elapsed());
            }
        });
        line("get_episode", episodes);
        line("the same page of 20", pages);
    }

    async fn episode(&self, storage: &dyn StorageBackend, id: EpisodeId) {
        let found = storage.get_episode(&self.namespace, id).await;
        assert!(black_box(found.unwrap()).is_some());
    }

    async fn page(&self, storage: &dyn StorageBackend) {
        let found = storage.query_episodes(&self.query, &self.page).await;
        black_box(found.unwrap());
    }
}

fn line(name: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap();
    println!("| {name} | {:.2?} | {:.2?} |", at(50), at(99));
}
