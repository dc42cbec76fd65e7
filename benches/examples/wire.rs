//! What storing and reading real episodes costs on the wire, as a Markdown table.
//!
//! ```sh
//! memory --db real.db import ../shared/data/*.gz
//! cargo run --release -p memory-benches --example wire -- real.db
//! ```
//!
//! With payloads as they are and compressed as they are by default. Takes 1,000 episodes of a memory, spread over all of it, stores them on a real sqld behind a
//! proxy that simulates a round trip of 20 ms and counts bytes, and reads them back.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

#[path = "../common/mod.rs"]
mod common;

use memory_storage_turso::{
    Algorithm, AnswerCompression, AnyConfig, Atomicity, CompressionConfig, Encoding, Episode,
    EpisodeQuery, EpisodeStore as _, Namespace, PageRequest, RemoteConfig, TursoStorage,
};
use std::time::{Duration, Instant};
use testkit::net::{Counts, Database};

const EPISODES: usize = 1_000;
const ROUND_TRIP: Duration = Duration::from_millis(20);

#[tokio::main]
async fn main() {
    let path = std::env::args().nth(1).expect("the path of a memory");
    let all = common::episodes(&path).await;
    let step = (all.len() / EPISODES).max(1);
    let episodes: Vec<_> = all.into_iter().step_by(step).take(EPISODES).collect();
    println!(
        "| payloads | encoding | gzip | operation | requests | sent | received | time | round trips |"
    );
    println!("|---|---|---|---|--:|--:|--:|--:|--:|");
    for algorithm in [Algorithm::Raw, Algorithm::Zstd] {
        all_encodings(algorithm, &episodes).await;
    }
}

async fn all_encodings(algorithm: Algorithm, episodes: &[Episode]) {
    for (encoding, compression) in [
        (Encoding::Json, AnswerCompression::Off),
        (Encoding::Json, AnswerCompression::Gzip),
        (Encoding::Negotiated, AnswerCompression::Off),
        (Encoding::Negotiated, AnswerCompression::Gzip),
    ] {
        let name = format!("{algorithm:?} | {encoding:?} | {compression:?}");
        measure(
            &name,
            RemoteConfig {
                encoding,
                compression,
                ..RemoteConfig::default()
            },
            algorithm,
            episodes,
        )
        .await;
    }
}

async fn measure(name: &str, remote: RemoteConfig, algorithm: Algorithm, episodes: &[Episode]) {
    let database = Database::fresh("wire").unwrap().expect("sqld");
    let connection = AnyConfig {
        remote,
        ..AnyConfig::default()
    };
    let storage = TursoStorage::builder(database.url())
        .connection(connection)
        .compression(CompressionConfig {
            algorithm,
            ..CompressionConfig::default()
        })
        .build()
        .await;
    let storage = storage.unwrap();
    // Warm, so that no handshake is measured.
    storage
        .count_episodes(&EpisodeQuery::default())
        .await
        .unwrap();
    storage
        .delete_episodes(&Namespace::default(), &[])
        .await
        .unwrap();
    database.set_round_trip(ROUND_TRIP);
    let meter = Meter::start(&database);
    storage
        .store_episodes(episodes, Atomicity::AllOrNothing)
        .await
        .unwrap();
    meter.row(name, "store 1,000");
    let ids: Vec<_> = episodes.iter().map(|episode| episode.id).collect();
    let meter = Meter::start(&database);
    let found = storage
        .get_episodes(&Namespace::default(), &ids)
        .await
        .unwrap();
    meter.row(name, "read 1,000 by id");
    assert!(found.iter().all(Option::is_some));
    let meter = Meter::start(&database);
    storage
        .get_episode(&Namespace::default(), ids[0])
        .await
        .unwrap();
    meter.row(name, "get one");
    let meter = Meter::start(&database);
    let page = PageRequest::first(100).unwrap();
    storage
        .query_episodes(&EpisodeQuery::default(), &page)
        .await
        .unwrap();
    meter.row(name, "query a page of 100");
}

struct Meter<'a> {
    database: &'a Database,
    before: Counts,
    since: Instant,
}

impl<'a> Meter<'a> {
    fn start(database: &'a Database) -> Self {
        Self {
            database,
            before: database.counts(),
            since: Instant::now(),
        }
    }

    fn row(self, name: &str, operation: &str) {
        let time = self.since.elapsed();
        let cost = self.database.counts() - self.before;
        println!(
            "| {name} | {operation} | {} | {} | {} | {:.1} ms | {:.1} |",
            cost.requests,
            kilobytes(cost.bytes_in),
            kilobytes(cost.bytes_out),
            time.as_secs_f64() * 1e3,
            time.as_secs_f64() / ROUND_TRIP.as_secs_f64(),
        );
    }
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100)
}
