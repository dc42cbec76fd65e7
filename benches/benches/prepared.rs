//! A point read by a statement that is kept, against one that is compiled for each call, and
//! what compiling still costs when statements are kept.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use memory_benches::{Dice, Episodes, Sides};
use memory_storage_turso::{Atomicity, EpisodeStore as _, TursoStorage};
use tokio::runtime::Runtime;
use turso_conn::{
    Connect as _, Execute as _, LocalConfig, LocalConnection, LocalConnector, Location, Statement,
};
use turso_prepared::{Config, Prepared};

const STORED: usize = 1_000;
/// Point reads that one run of a side does.
const READS: u32 = 2_000;

/// An episode by its id, with all that is read of it.
const EPISODE: &str = "SELECT e.id, e.external_id, e.task_type, e.domain, e.started_at, \
    e.completed_at, e.created_at, e.updated_at, e.revision, e.tags, e.patterns, e.metadata, \
    e.payload FROM episodes e WHERE e.namespace = ?1 AND e.id = ?2";
/// One number of it.
const REVISION: &str = "SELECT revision FROM episodes WHERE namespace = ?1 AND id = ?2";

type Keys = Vec<(String, Vec<u8>)>;

/// Makes a memory at `path`. The namespace and the id of each of its episodes.
async fn filled(path: &Path) -> Keys {
    let storage = TursoStorage::open(path.to_str().unwrap()).await.unwrap();
    let episodes: Vec<_> = Episodes::new(1).take(STORED).collect();
    let stored = storage.store_episodes(&episodes, Atomicity::PerPart).await;
    assert_eq!(stored.unwrap().len(), STORED);
    let key = |episode: &memory_storage_turso::Episode| {
        let namespace = episode.namespace.as_str().to_owned();
        (namespace, episode.id.as_bytes().to_vec())
    };
    episodes.iter().map(key).collect()
}

struct Bench {
    runtime: Runtime,
    location: Location,
    keys: Keys,
    rounds: usize,
}

impl Bench {
    fn connect(&self, prepared: Option<&Prepared>) -> LocalConnection {
        let mut connector = LocalConnector::new(&self.location, LocalConfig::default()).unwrap();
        if let Some(prepared) = prepared {
            connector = connector.with_statement_caches(Arc::new(prepared.clone()));
        }
        self.runtime.block_on(connector.connect()).unwrap()
    }

    fn read(&self, conn: &mut LocalConnection, text: &'static str, dice: &mut Dice) {
        self.runtime.block_on(async {
            for _ in 0..READS {
                let place = usize::try_from(dice.below(STORED as u64)).unwrap();
                let (namespace, id) = self.keys[place].clone();
                let read = Statement::new(text).point_read();
                let read = read.bind(namespace).bind(id);
                let rows = conn.query(read).await.unwrap();
                assert_eq!(black_box(rows).len(), 1);
            }
        });
    }

    /// A kept statement beside one that is compiled for each call.
    fn compare(&self, name: &str, text: &'static str) {
        let prepared = Prepared::new(Config::default());
        let (mut keeps, mut compiles) = (self.connect(Some(&prepared)), self.connect(None));
        let (mut first, mut second) = (Dice::new(2), Dice::new(2));
        let report = Sides::new(&format!("{name}, point read"))
            .rounds(self.rounds)
            .operations(READS)
            .side("kept", || self.read(&mut keeps, text, &mut first))
            .side("compiled each time", || {
                self.read(&mut compiles, text, &mut second);
            })
            .run();
        println!("{report}");
        let ratio = report.cpu_ratio("compiled each time").unwrap();
        let stats = prepared.stats();
        // The warm-up has the first call of the connection, which compiles.
        let misses = 1.0 - stats.hit_rate();
        let remains = misses * (ratio - 1.0) * 100.0;
        println!("figure: {name}, kept against compiled = {ratio:.2} times as fast");
        println!(
            "figure: {name}, misses = {} of {}",
            stats.misses,
            stats.hits + stats.misses
        );
        println!("figure: {name}, compiling that remains = {remains:.5} % of a query\n");
    }
}

fn main() {
    // `cargo test` wants to know that it runs, `cargo bench` how fast.
    let rounds = if std::env::args().any(|argument| argument == "--bench") {
        31
    } else {
        1
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("memory.db");
    let keys = runtime.block_on(filled(&path));
    let location = Location::file(&path).unwrap();
    let bench = Bench {
        runtime,
        location,
        keys,
        rounds,
    };
    bench.compare("an episode", EPISODE);
    bench.compare("its revision", REVISION);
}
