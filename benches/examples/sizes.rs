//! How large the real episodes are, stored in each way, as Markdown tables.
//!
//! ```sh
//! memory --db real.db import ../shared/data/*.gz
//! cargo run --release -p memory-benches --example sizes -- real.db
//! ```
//!
//! The lines of the data themselves are what it compares with. They are read from where the tests find them.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)]

#[path = "../common/mod.rs"]
mod common;

use memory_storage_turso::{
    Algorithm, Atomicity, CompressionConfig, DictionaryChoice, Episode, EpisodeStore as _, Level,
};
use std::collections::HashMap;
use testkit::DataSet;
use turso_compression::{Dictionary, HEADER_LEN, Packer, gunzip};

const WAYS: [(Algorithm, u8, DictionaryChoice); 9] = [
    (Algorithm::Raw, 1, DictionaryChoice::None),
    (Algorithm::Deflate, 1, DictionaryChoice::None),
    (Algorithm::Deflate, 3, DictionaryChoice::None),
    (Algorithm::Deflate, 6, DictionaryChoice::None),
    (Algorithm::Zstd, 1, DictionaryChoice::None),
    (Algorithm::Zstd, 3, DictionaryChoice::None),
    (Algorithm::Zstd, 3, DictionaryChoice::BuiltIn),
    (Algorithm::Zstd, 1, DictionaryChoice::Trained),
    (Algorithm::Zstd, 3, DictionaryChoice::Trained),
];

#[tokio::main]
async fn main() {
    let path = std::env::args().nth(1).expect("the path of a memory");
    let episodes = common::episodes(&path).await;
    let lines = lines();
    let json: Vec<usize> = episodes
        .iter()
        .map(|episode| lines[episode.external_id.as_ref().unwrap().as_str()])
        .collect();
    halves(&common::payloads(&episodes).await, &json);
    println!("\n| stored | payloads | of the JSON | database file | of the JSON |");
    println!("|---|--:|--:|--:|--:|");
    for way in WAYS {
        file(way, &episodes, json.iter().sum()).await;
    }
}

/// The length of each line, by its external id.
fn lines() -> HashMap<String, usize> {
    let files = DataSet::find("sizes").expect("the data").files().unwrap();
    let texts = files
        .iter()
        .map(|file| gunzip(&std::fs::read(file).unwrap(), 1 << 30).unwrap());
    let mut lengths = HashMap::new();
    for text in texts {
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            let value: serde_json::Value = serde_json::from_slice(line).unwrap();
            let id = value["external_id"].as_str().unwrap().to_owned();
            lengths.insert(id, line.len() + 1);
        }
    }
    lengths
}

fn config(algorithm: Algorithm, level: u8) -> CompressionConfig {
    CompressionConfig {
        algorithm,
        level: Level::new(level).unwrap(),
        ..CompressionConfig::default()
    }
}

/// A dictionary that was trained on every other payload, measured on the others.
fn halves(payloads: &[Vec<u8>], json: &[usize]) {
    let seen: Vec<_> = payloads.iter().step_by(2).step_by(2).collect();
    let unseen: Vec<_> = payloads.iter().skip(1).step_by(2).collect();
    let text: usize = json.iter().skip(1).step_by(2).sum();
    println!(
        "{} payloads learnt from, {} measured, {text} bytes of JSON",
        seen.len(),
        unseen.len()
    );
    println!("\n| dictionary | level | stored | of the JSON |\n|--:|--:|--:|--:|");
    for kib in [16, 32, 64] {
        let dictionary = Dictionary::train(&seen, kib * 1_024).unwrap();
        for level in [1, 3, 6] {
            let packer = Packer::new(config(Algorithm::Zstd, level));
            packer.use_dictionary(Some(&dictionary));
            let mut stored = 0;
            for payload in &unseen {
                let envelope = packer.pack(payload).unwrap();
                assert!(envelope.len() <= payload.len() + HEADER_LEN);
                assert_eq!(packer.unpack(&envelope).unwrap(), **payload);
                stored += envelope.len();
            }
            println!(
                "| {kib} KiB | {level} | {stored} | {:.3} |",
                stored as f64 / text as f64
            );
        }
    }
}

async fn file(
    (algorithm, level, dictionary): (Algorithm, u8, DictionaryChoice),
    episodes: &[Episode],
    json: usize,
) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("memory.db");
    let storage = common::memory(&path, config(algorithm, level), dictionary).await;
    for part in episodes.chunks(1_000) {
        storage
            .store_episodes(part, Atomicity::AllOrNothing)
            .await
            .unwrap();
    }
    if dictionary == DictionaryChoice::Trained {
        let training = storage.train_dictionary().await.unwrap();
        assert!(training.is_adopted, "{training:?}");
        storage.compact(|_| ()).await.unwrap();
    }
    drop(storage);
    let sum = common::sql(&path, "SELECT sum(length(payload)) FROM episodes").await;
    let payloads = sum.one().unwrap().integer(0).unwrap();
    // So that what compact freed does not count, nor the log of what was written.
    common::sql(&path, "VACUUM").await;
    common::sql(&path, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    let bytes = std::fs::metadata(&path).unwrap().len();
    println!(
        "| {algorithm:?} {level}, dictionary {dictionary:?} | {payloads} | {:.3} | {bytes} | {:.3} |",
        payloads as f64 / json as f64,
        bytes as f64 / json as f64
    );
}
