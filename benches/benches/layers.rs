//! What each layer gives: everything at its defaults, beside the same without one of them, in turns.
//! On a file on disk, and on a real server behind a simulated network.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

use memory_benches::{Dice, Episodes, Sides, figure};
use memory_storage_turso::{
    Algorithm, Atomicity, Builder, CachedStorage, CompressionConfig, Episode, EpisodeQuery,
    EpisodeStore, Namespace, PageRequest, TursoStorage,
};
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;
use testkit::net::Database;
use tokio::runtime::Runtime;

const STORED: usize = 1_000;
/// Of these, so many are read again and again.
const READ: u64 = 20;
const ROUND_TRIP: Duration = Duration::from_millis(20);
const HANDSHAKE: Duration = Duration::from_millis(45);

/// How much is done: `cargo test` wants to know that it runs, `cargo bench` how fast.
#[derive(Clone, Copy)]
struct Size {
    rounds: usize,
    reads: u32,
    batch: u32,
}

/// A memory with episodes in it, and whoever asks it.
struct Bench {
    runtime: Runtime,
    url: String,
    episodes: Vec<Episode>,
    size: Size,
}

impl Bench {
    fn new(url: String, stored: usize, size: Size) -> Self {
        let bench = Self {
            runtime: Runtime::new().unwrap(),
            url,
            episodes: Episodes::new(1).take(stored).collect(),
            size,
        };
        let storage = bench.open(|builder| builder);
        let stored = storage.store_episodes(&bench.episodes, Atomicity::PerPart);
        bench.runtime.block_on(stored).unwrap();
        bench
    }

    fn open(&self, configure: impl FnOnce(Builder) -> Builder) -> TursoStorage {
        let builder = configure(TursoStorage::builder(&self.url));
        self.runtime.block_on(builder.build()).unwrap()
    }

    fn cached(&self) -> CachedStorage<TursoStorage> {
        let builder = TursoStorage::builder(&self.url);
        self.runtime.block_on(builder.build_cached()).unwrap()
    }

    async fn look_up<S: EpisodeStore>(&self, storage: &S, dice: &mut Dice) {
        let nth = dice.below(READ.min(self.episodes.len() as u64));
        let episode = &self.episodes[usize::try_from(nth).unwrap()];
        self.read(storage, episode).await;
    }

    /// Finds an episode by its external id and gets it: two statements.
    async fn read<S: EpisodeStore>(&self, storage: &S, episode: &Episode) {
        let namespace = Namespace::default();
        let name = [episode.external_id.clone().unwrap()];
        let found = storage.find_episode_ids(&namespace, &name).await.unwrap();
        let got = storage.get_episode(&namespace, found[0].unwrap()).await;
        assert!(got.unwrap().is_some());
    }

    fn look_ups<S: EpisodeStore>(&self, storage: &S, dice: &mut Dice) {
        self.runtime.block_on(async {
            for _ in 0..self.size.reads {
                self.look_up(storage, dice).await;
            }
        });
    }

    /// Looking one up that was looked up before, with ever fewer layers.
    fn reads(&self, place: &str) {
        let cached = self.cached();
        self.runtime.block_on(async {
            for episode in self.episodes.iter().take(usize::try_from(READ).unwrap()) {
                self.read(&cached, episode).await;
            }
        });
        let plain = cached.uncached();
        let one = turso_prepared::Config {
            max_entries: NonZeroUsize::MIN,
        };
        // Of two statements in turn none is kept.
        let compiles = self.open(|builder| builder.prepared(one));
        let mut dice = [(); 4].map(|()| Dice::new(2));
        let [first, second, third, fourth] = &mut dice;
        let mut sides = Sides::new(&format!("an episode by its external id, {place}"))
            .rounds(self.size.rounds)
            .operations(self.size.reads)
            .side("all layers", || self.look_ups(&cached, first))
            .side("without the cache", || self.look_ups(&plain, second));
        if place == "a file" {
            sides = sides.side("without cache and kept statements", || {
                self.look_ups(&compiles, third);
            });
        }
        let report = sides
            .side("opened for each, without a pool", || {
                for _ in 0..self.size.reads {
                    let storage = self.open(|builder| builder);
                    self.runtime.block_on(self.look_up(&storage, fourth));
                }
            })
            .run();
        println!("{report}");
    }

    fn pages(&self, place: &str) {
        let cached = self.cached();
        let plain = cached.uncached();
        let (query, page) = (EpisodeQuery::default(), PageRequest::first(20).unwrap());
        let read = |storage: &CachedStorage<TursoStorage>| {
            self.runtime.block_on(async {
                for _ in 0..self.size.reads {
                    storage.query_episodes(&query, &page).await.unwrap();
                }
            });
        };
        let report = Sides::new(&format!("the same page of 20, {place}"))
            .rounds(self.size.rounds)
            .operations(self.size.reads)
            .side("all layers", || read(&cached))
            .side("without the cache", || read(&plain))
            .run();
        println!("{report}");
    }

    /// As many episodes in one batch, in one without compression, and each in a call of its own.
    fn writes(&self, place: &str) {
        let storage = self.open(|builder| builder);
        let raw = self.open(|builder| {
            builder.compression(CompressionConfig {
                algorithm: Algorithm::Raw,
                ..CompressionConfig::default()
            })
        });
        let mut fresh = [3, 4, 5].map(Episodes::new);
        let [first, second, third] = &mut fresh;
        let count = self.size.batch;
        let take = |from: &mut Episodes| from.take(count as usize).collect::<Vec<_>>();
        let batch = |storage: &TursoStorage, episodes: Vec<Episode>| {
            let store = storage.store_episodes(&episodes, Atomicity::AllOrNothing);
            self.runtime.block_on(store).unwrap();
        };
        let report = Sides::new(&format!("{count} episodes stored, {place}"))
            .rounds(self.size.rounds)
            .operations(count)
            .side("one batch", || batch(&storage, take(first)))
            .side("one batch, uncompressed", || batch(&raw, take(second)))
            .side("each by itself", || {
                for episode in take(third) {
                    let store = storage.store_episode(&episode);
                    self.runtime.block_on(store).unwrap();
                }
            })
            .run();
        println!("{report}");
        let gain = report.ratio("each by itself").unwrap();
        figure(
            &format!("a batch of {count}, {place}"),
            gain,
            "times as fast",
        );
    }
}

fn main() {
    let bench = std::env::args().any(|argument| argument == "--bench");
    let size = |rounds, reads, batch| Size {
        rounds,
        reads,
        batch,
    };
    let of_file = if bench {
        size(11, 100, 100)
    } else {
        size(1, 1, 2)
    };
    let of_server = if bench { size(5, 10, 20) } else { of_file };
    let stored = if bench { STORED } else { 4 };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = |name: &str| Path::join(folder.path(), name).display().to_string();
    let file = Bench::new(path("memory.db"), stored, of_file);
    file.reads("a file");
    file.pages("a file");
    file.writes("a file");
    let Some(database) = Database::fresh("layers").unwrap() else {
        return;
    };
    let server = Bench::new(database.url(), stored, of_server);
    database.set_handshake(HANDSHAKE);
    database.set_round_trip(ROUND_TRIP);
    server.reads("a server at 20 ms");
    server.pages("a server at 20 ms");
    server.writes("a server at 20 ms");
}
