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

#[path = "../common/mod.rs"]
mod common;

use memory_benches::Episodes;
use memory_storage_turso::Episode;
use turso_compression::Dictionary;

const EPISODES: usize = 1_000;
/// What is trained, and how much of its end, where the best is, is kept.
const TRAINED: usize = 16 * 1024;
const KEPT: usize = 4 * 1024;

#[tokio::main]
async fn main() {
    let path = std::env::args().nth(1).expect("the name of the file");
    let episodes: Vec<Episode> = Episodes::new(1).take(EPISODES).collect();
    let payloads = common::payloads(&episodes).await;
    let trained = Dictionary::train(&payloads, TRAINED).unwrap();
    // Without zstd's statistics at its beginning, which are those of made-up episodes: with them, real
    // ones are larger than without a dictionary. More than 4 KB do worse on real ones.
    let content = &trained.content()[trained.content().len() - KEPT..];
    let dictionary = Dictionary::new(content).unwrap();
    std::fs::write(&path, dictionary.content()).unwrap();
    println!(
        "{path}: {} bytes, id {}",
        dictionary.content().len(),
        dictionary.id()
    );
}
