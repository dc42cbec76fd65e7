//! Makes the dictionary that comes with the program, from the episodes of this crate.
//!
//! ```sh
//! cargo run --release -p memory-benches --example dictionary -- episodes-N.dictionary
//! ```
//!
//! `episodes-1.dictionary` of memory-storage-turso was made so. A released one is never made anew:
//! payloads name it, and another zstd may make other bytes. A better one is number 2.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

use memory_benches::Episodes;
use memory_storage_turso::{
    Algorithm, Atomicity, CompressionConfig, DictionaryChoice, Episode, EpisodeStore as _,
    TursoStorage,
};
use turso_compression::{Dictionary, Packer};
use turso_conn::{Connect as _, Execute as _, LocalConfig, LocalConnector, Location, Statement};

const EPISODES: usize = 1_000;
/// What is trained, and how much of its end, where the best is, is kept.
const TRAINED: usize = 16 * 1024;
const KEPT: usize = 4 * 1024;

#[tokio::main]
async fn main() {
    let path = std::env::args().nth(1).expect("the name of the file");
    let payloads = payloads().await;
    let trained = Dictionary::train(&payloads, TRAINED).unwrap();
    // Without zstd's statistics at its beginning: those of made-up episodes made real ones 5 %
    // larger than no dictionary does; without them, 4 KB make them 3 % smaller, and 16 KB do not do better.
    let content = &trained.content()[trained.content().len() - KEPT..];
    let dictionary = Dictionary::new(content).unwrap();
    std::fs::write(&path, dictionary.content()).unwrap();
    println!(
        "{path}: {} bytes, id {}",
        dictionary.content().len(),
        dictionary.id()
    );
}

/// The payloads of some episodes, as a storage writes them.
async fn payloads() -> Vec<Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("memory.db");
    let storage = TursoStorage::builder(path.to_str().unwrap())
        .compression(CompressionConfig {
            algorithm: Algorithm::Raw,
            ..CompressionConfig::default()
        })
        .dictionary(DictionaryChoice::None)
        .build()
        .await
        .unwrap();
    let episodes: Vec<Episode> = Episodes::new(1).take(EPISODES).collect();
    let atomic = Atomicity::AllOrNothing;
    storage.store_episodes(&episodes, atomic).await.unwrap();
    let location = Location::file(&path).unwrap();
    let connector = LocalConnector::new(&location, LocalConfig::default()).unwrap();
    let mut conn = connector.connect().await.unwrap();
    let all = Statement::new("SELECT payload FROM episodes ORDER BY rowid");
    let rows = conn.query(all).await.unwrap();
    let packer = Packer::default();
    rows.iter()
        .map(|row| packer.unpack(row.blob(0).unwrap()).unwrap())
        .collect()
}
