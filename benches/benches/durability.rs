//! What it costs to have an acknowledged write on the disk before it is
//! acknowledged: full durability against normal, alternately in one run.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

use std::path::Path;

use memory_benches::{Episodes, Sides};
use memory_storage_turso::{Durability, EpisodeStore as _, TursoStorage};
use tokio::runtime::Runtime;

/// Episodes that one run of a side stores, each in a transaction of its own.
const EPISODES: u32 = 50;

fn open(runtime: &Runtime, path: &Path, durability: Durability) -> TursoStorage {
    let builder = TursoStorage::builder(path.to_str().unwrap()).durability(durability);
    runtime.block_on(builder.build()).unwrap()
}

fn store(runtime: &Runtime, storage: &TursoStorage, episodes: &mut Episodes) {
    for episode in episodes.take(EPISODES as usize) {
        runtime.block_on(storage.store_episode(&episode)).unwrap();
    }
}

fn main() {
    // `cargo test` wants to know that it runs, `cargo bench` how fast.
    let rounds = if std::env::args().any(|argument| argument == "--bench") {
        20
    } else {
        1
    };
    let (runtime, folder) = (Runtime::new().unwrap(), tempfile::tempdir().unwrap());
    let full = open(&runtime, &folder.path().join("full.db"), Durability::Full);
    let normal = open(
        &runtime,
        &folder.path().join("normal.db"),
        Durability::Normal,
    );
    let (mut first, mut second) = (Episodes::new(1), Episodes::new(1));
    let report = Sides::new("store one episode")
        .rounds(rounds)
        .operations(EPISODES)
        .side("full", || store(&runtime, &full, &mut first))
        .side("normal", || store(&runtime, &normal, &mut second))
        .run();
    println!("{report}");
}
