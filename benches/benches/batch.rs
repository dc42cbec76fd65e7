//! Storing many episodes: 64 at once beside 64 one after another, a batch of 1,000 beside what it
//! cannot do without, and how long a batch of 10,000 holds up a runtime of one thread.
//!
//! On disk (in cargo's target folder, so that no tmpfs stands in for it) and on tmpfs (`/dev/shm`).
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

#[path = "../common/mod.rs"]
mod common;

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use memory_benches::{Episodes, Sides, thread_cpu_time};
use memory_storage_turso::{
    Algorithm, Atomicity, CompressionConfig, DictionaryChoice, Durability, Episode,
    EpisodeStore as _, TursoStorage,
};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use turso_compression::HEADER_LEN;
use turso_conn::{
    Batch, Connect as _, Execute as _, LocalConfig, LocalConnection, LocalConnector, Location,
    Statement, Value,
};
use turso_prepared::Prepared;
use zstd::bulk::Compressor;

/// Single stores that are submitted at once.
const AT_ONCE: usize = 64;
/// What payloads are compressed with by default.
const DICTIONARY: &[u8] =
    include_bytes!("../../crates/memory-storage-turso/dictionaries/episodes-1.dictionary");
const TAKE: &str = "DELETE FROM episodes RETURNING rowid, namespace, id, external_id, task_type, \
    domain, outcome, reward, steps, reflections, started_at, completed_at, created_at, updated_at, \
    revision, write_id, digest, size, original_bytes, tags, patterns, metadata, payload";
const INSERT: &str = "INSERT INTO episodes (namespace, id, external_id, task_type, domain, \
    outcome, reward, steps, reflections, started_at, completed_at, created_at, updated_at, \
    revision, write_id, digest, size, original_bytes, tags, patterns, metadata, payload) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, \
    ?19, ?20, ?21, ?22)";
/// Where the payload stands in them.
const PAYLOAD: usize = 21;

/// How much is measured.
struct Extent {
    rounds: usize,
    /// Episodes in a batch.
    batch: usize,
    /// Episodes in the batch that a ticker ticks beside.
    long: usize,
}

/// How payloads are stored.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    /// As they are by default.
    Compressed,
    Raw,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Compressed => "compressed",
            Self::Raw => "uncompressed",
        }
    }

    async fn open(self, path: &Path) -> TursoStorage {
        let mut compression = CompressionConfig::default();
        if self == Self::Raw {
            compression.algorithm = Algorithm::Raw;
        }
        let builder = TursoStorage::builder(path.to_str().unwrap()).durability(Durability::Full);
        let builder = builder.dictionary(DictionaryChoice::BuiltIn);
        builder.compression(compression).build().await.unwrap()
    }
}

/// One batch of episodes, and the rows that storing them makes.
struct Work {
    episodes: Vec<Episode>,
    compressed: Vec<Vec<Value>>,
    raw: Vec<Vec<Value>>,
}

impl Work {
    fn rows(&self, mode: Mode) -> &[Vec<Value>] {
        match mode {
            Mode::Compressed => &self.compressed,
            Mode::Raw => &self.raw,
        }
    }

    fn inserts(&self, mode: Mode) -> Batch {
        let insert = |row: &Vec<Value>| Statement::new(INSERT).bind_all(row.iter().cloned());
        self.rows(mode).iter().map(insert).collect()
    }

    /// The bytes that are compressed.
    fn payloads(&self) -> impl Iterator<Item = &[u8]> {
        let envelopes = self.raw.iter().map(|row| row[PAYLOAD].as_blob().unwrap());
        envelopes.map(|envelope| &envelope[HEADER_LEN..])
    }
}

/// The rows that `storage`, whose file is at `path`, makes of `episodes`, in their order.
async fn rows(storage: &TursoStorage, path: &Path, episodes: &[Episode]) -> Vec<Vec<Value>> {
    let stored = storage.store_episodes(episodes, Atomicity::AllOrNothing);
    stored.await.unwrap();
    let taken = common::sql(path, TAKE).await;
    let mut rows: Vec<_> = taken
        .iter()
        .map(|row| (row.integer(0).unwrap(), row.values()[1..].to_vec()))
        .collect();
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

async fn make(count: usize, each: usize) -> Vec<Work> {
    let folder = tempfile::tempdir().unwrap();
    let [first, second] = ["compressed.db", "raw.db"].map(|name| folder.path().join(name));
    let (compresses, keeps) = (
        Mode::Compressed.open(&first).await,
        Mode::Raw.open(&second).await,
    );
    let (mut all, mut episodes) = (Vec::new(), Episodes::new(1));
    for _ in 0..count {
        let episodes: Vec<_> = episodes.by_ref().take(each).collect();
        all.push(Work {
            compressed: rows(&compresses, &first, &episodes).await,
            raw: rows(&keeps, &second, &episodes).await,
            episodes,
        });
    }
    all
}

async fn bare(path: &Path) -> LocalConnection {
    let location = Location::file(path).unwrap();
    let connector = LocalConnector::new(&location, LocalConfig::default()).unwrap();
    let connector = connector.with_statement_caches(Arc::new(Prepared::default()));
    connector.connect().await.unwrap()
}

/// A batch beside the least that it can cost: compressing the same bytes with the library alone, and
/// inserting the same rows by a kept statement in one transaction.
fn batches(runtime: &Runtime, folder: &Path, medium: &str, mode: Mode, work: &[Work]) {
    let path = |name: &str| folder.join(format!("{name}-{}.db", mode.name()));
    let storage = runtime.block_on(mode.open(&path("storage")));
    drop(runtime.block_on(mode.open(&path("bare"))));
    let mut conn = runtime.block_on(bare(&path("bare")));
    let inserts: Vec<_> = work.iter().map(|work| work.inserts(mode)).collect();
    let (mut own, mut limit) = (work.iter(), work.iter().zip(inserts));
    let mut naked = Compressor::with_dictionary(3, DICTIONARY).unwrap();
    let each = work[0].episodes.len();
    let name = format!("batch of {each}, {}, {medium}", mode.name());
    let report = Sides::new(&name)
        .rounds(work.len() - 1)
        .operations(u32::try_from(each).unwrap())
        .side("limit", || {
            let (work, inserts) = limit.next().unwrap();
            if mode == Mode::Compressed {
                for payload in work.payloads() {
                    black_box(naked.compress(payload).unwrap());
                }
            }
            runtime.block_on(conn.batch(inserts)).unwrap();
        })
        .side("storage", || {
            let episodes = &own.next().unwrap().episodes;
            let stored = storage.store_episodes(episodes, Atomicity::AllOrNothing);
            black_box(runtime.block_on(stored).unwrap());
        })
        .run();
    println!("{report}");
    let rate = 1.0 / report.time("storage").unwrap().as_secs_f64();
    println!("figure: {name} = {rate:.0} episodes/s");
    let ratio = report.cpu_ratio("storage").unwrap();
    println!("figure: {name}, CPU to the limit = {ratio:.2}\n");
}

fn at_once(runtime: &Runtime, folder: &Path, rounds: usize) {
    let open = |name: &str| runtime.block_on(Mode::Compressed.open(&folder.join(name)));
    let (first, second) = (open("one-by-one.db"), open("at-once.db"));
    let episodes: Vec<_> = Episodes::new(2).take(AT_ONCE * (rounds + 1)).collect();
    let (mut for_first, mut for_second) = (episodes.chunks(AT_ONCE), episodes.chunks(AT_ONCE));
    let name = format!("{AT_ONCE} single stores, on disk");
    let report = Sides::new(&name)
        .rounds(rounds)
        .operations(u32::try_from(AT_ONCE).unwrap())
        .side("one after another", || {
            for episode in for_first.next().unwrap() {
                runtime.block_on(first.store_episode(episode)).unwrap();
            }
        })
        .side("at once", || {
            let episodes = for_second.next().unwrap();
            runtime.block_on(store_at_once(&second, episodes));
        })
        .run();
    println!("{report}");
    let factor = 1.0 / report.ratio("at once").unwrap();
    println!("figure: {name}, at once against one after another = {factor:.1} times as fast\n");
}

async fn store_at_once(storage: &TursoStorage, episodes: &[Episode]) {
    let mut tasks = JoinSet::new();
    for episode in episodes {
        let (storage, episode) = (storage.clone(), episode.clone());
        tasks.spawn(async move { storage.store_episode(&episode).await.unwrap() });
    }
    assert_eq!(tasks.join_all().await.len(), episodes.len());
}

/// The longest time between two ticks of a ticker of 1 ms while `work` is done on the same thread, and
/// the most processor time that the thread used between two: what is left of it when nobody else
/// wants the processor.
async fn worst_gap(work: impl Future) -> [Duration; 2] {
    let done = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&done);
    let ticker = tokio::spawn(async move {
        let mut ticks = tokio::time::interval(Duration::from_millis(1));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut last, mut used) = (Instant::now(), thread_cpu_time());
        let mut worst = [Duration::ZERO; 2];
        while !seen.load(Ordering::Relaxed) {
            ticks.tick().await;
            let (now, cpu) = (Instant::now(), thread_cpu_time());
            worst = [
                worst[0].max(now - last),
                worst[1].max(cpu.saturating_sub(used)),
            ];
            (last, used) = (now, cpu);
        }
        worst
    });
    tokio::task::yield_now().await;
    work.await;
    done.store(true, Ordering::Relaxed);
    ticker.await.unwrap()
}

/// The worst of several batches, beside a runtime that has nothing else to do for as long.
fn gaps(folder: &Path, count: usize, rounds: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let storage = runtime.block_on(Mode::Compressed.open(&folder.join("gaps.db")));
    let mut source = Episodes::new(3);
    let (mut idle, mut busy, mut used, mut taken) = (vec![], vec![], vec![], vec![]);
    for _ in 0..rounds {
        let episodes: Vec<_> = source.by_ref().take(count).collect();
        let store = async {
            let stored = storage.store_episodes(&episodes, Atomicity::PerPart);
            assert_eq!(stored.await.unwrap().len(), count);
        };
        let begin = Instant::now();
        let [gap, cpu] = runtime.block_on(worst_gap(store));
        let lasted = begin.elapsed();
        let pause = async { tokio::time::sleep(lasted).await };
        idle.push(runtime.block_on(worst_gap(pause))[0]);
        busy.push(gap);
        used.push(cpu);
        taken.push(lasted);
    }
    let gap = format!("batch of {count}, worst gap of a 1 ms ticker");
    for (name, mut times) in [
        (format!("batch of {count}, time"), taken),
        (format!("{gap}, CPU"), used),
        (format!("{gap}, wall"), busy),
        (format!("{gap}, wall without a batch"), idle),
    ] {
        times.sort();
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        println!(
            "figure: {name}, median = {:.2} ms",
            median.as_secs_f64() * 1e3
        );
        println!("figure: {name}, most = {:.2} ms", worst.as_secs_f64() * 1e3);
    }
}

fn main() {
    // `cargo test` wants to know that it runs, `cargo bench` how fast.
    let extent = if std::env::args().any(|argument| argument == "--bench") {
        Extent {
            rounds: 9,
            batch: 1_000,
            long: 10_000,
        }
    } else {
        Extent {
            rounds: 1,
            batch: 20,
            long: 100,
        }
    };
    let runtime = Runtime::new().unwrap();
    let disk = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    at_once(&runtime, disk.path(), extent.rounds);
    let work = runtime.block_on(make(extent.rounds + 1, extent.batch));
    let tmpfs = tempfile::tempdir_in("/dev/shm");
    for mode in [Mode::Compressed, Mode::Raw] {
        batches(&runtime, disk.path(), "on disk", mode, &work);
        match &tmpfs {
            Ok(tmpfs) => batches(&runtime, tmpfs.path(), "on tmpfs", mode, &work),
            Err(error) => println!("not measured on tmpfs: there is no /dev/shm: {error}"),
        }
    }
    drop(work);
    gaps(disk.path(), extent.long, extent.rounds.min(5));
}
