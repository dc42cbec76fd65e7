//! libsql's own remote client and ours, storing 1,000 real episodes and reading one.
//!
//! ```sh
//! memory --db real.db import ../shared/data/*.gz
//! cargo run --release --manifest-path benches/versus/libsql-remote/Cargo.toml -- real.db
//! ```
//!
//! Both speak to the same sqld behind the same proxy, which counts and simulates a round trip of
//! 20 ms. They take turns, each on a fresh database with the same schema. libsql's client
//! stores rows, made by our storage before, in one transaction: a row with each statement, as its
//! interface suggests, and a hundred with each. Ours does all of its work, packing included.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use hyper::client::HttpConnector;
use libsql::{Builder, Connection, Value, params_from_iter};
use memory_storage_turso::{
    Atomicity, Episode, EpisodeQuery, EpisodeStore as _, Namespace, Order, PageRequest,
    TursoStorage,
};
use std::time::{Duration, Instant};
use testkit::net::Database;

const EPISODES: usize = 1_000;
const ROUND_TRIP: Duration = Duration::from_millis(20);
const ROUNDS: usize = 3;
const COLUMNS: &str = "namespace, id, external_id, task_type, domain, outcome, reward, steps, \
    reflections, started_at, completed_at, created_at, updated_at, revision, write_id, digest, \
    size, original_bytes, tags, patterns, metadata, payload";
const COLUMN_COUNT: usize = 22;

#[tokio::main]
async fn main() {
    let path = std::env::args().nth(1).expect("the path of a memory");
    let episodes = some_episodes(&path).await;
    let rows = rows_of(&path, &episodes).await;
    println!("| client | operation | requests | new sockets | sent | received | time |");
    println!("|---|---|--:|--:|--:|--:|--:|");
    for _ in 0..ROUNDS {
        ours(&episodes).await;
        theirs(&rows, 1).await;
        theirs(&rows, 100).await;
    }
}

/// Every n-th episode of the memory at `path`, so that there are 1,000.
async fn some_episodes(path: &str) -> Vec<Episode> {
    let storage = TursoStorage::open(path).await.unwrap();
    let query = EpisodeQuery {
        order: Order::OldestFirst,
        ..EpisodeQuery::default()
    };
    let all = storage.count_episodes(&query).await.unwrap();
    let step = (usize::try_from(all).unwrap() / EPISODES).max(1);
    let (mut page, mut episodes) = (PageRequest::default(), Vec::new());
    loop {
        let read = storage.query_episodes(&query, &page).await.unwrap();
        episodes.extend(read.items.iter().map(|episode| (**episode).clone()));
        let Some(next) = read.next else { break };
        page = page.after(next);
    }
    episodes.into_iter().step_by(step).take(EPISODES).collect()
}

/// Their rows as they are stored in the file.
async fn rows_of(path: &str, episodes: &[Episode]) -> Vec<Vec<Value>> {
    let conn = Builder::new_local(path).build().await.unwrap().connect();
    let conn = conn.unwrap();
    let sql = format!("SELECT {COLUMNS} FROM episodes WHERE namespace = ?1 AND id = ?2");
    let mut rows = Vec::new();
    for episode in episodes {
        let key = [
            Value::from(episode.namespace.as_str()),
            episode.id.as_bytes().to_vec().into(),
        ];
        let mut found = conn.query(&sql, params_from_iter(key)).await.unwrap();
        let row = found.next().await.unwrap().unwrap();
        let columns = i32::try_from(COLUMN_COUNT).unwrap();
        rows.push((0..columns).map(|i| row.get_value(i).unwrap()).collect());
    }
    rows
}

/// A fresh database with our schema, and a storage on it that is warm.
async fn database() -> (Database, TursoStorage) {
    let database = Database::fresh("versus").unwrap().expect("sqld");
    let storage = TursoStorage::open(&database.url()).await.unwrap();
    let none = [];
    let namespace = Namespace::default();
    storage.delete_episodes(&namespace, &none).await.unwrap();
    let all = EpisodeQuery::default();
    storage.count_episodes(&all).await.unwrap();
    (database, storage)
}

async fn ours(episodes: &[Episode]) {
    let (database, storage) = database().await;
    database.set_round_trip(ROUND_TRIP);
    let store = storage.store_episodes(episodes, Atomicity::AllOrNothing);
    measure(&database, "ours", "store 1,000", async {
        drop(store.await.unwrap())
    })
    .await;
    let namespace = Namespace::default();
    let get = storage.get_episode(&namespace, episodes.first().unwrap().id);
    measure(&database, "ours", "the first get", async {
        assert!(get.await.unwrap().is_some())
    })
    .await;
}

async fn theirs(rows: &[Vec<Value>], at_once: usize) {
    let (database, _storage) = database().await;
    let conn = connect(&database).await;
    database.set_round_trip(ROUND_TRIP);
    let client = format!("libsql 0.10, {at_once} in a statement");
    measure(
        &database,
        &client,
        "store 1,000",
        store(&conn, rows, at_once),
    )
    .await;
    let key = rows.first().unwrap().get(..2).unwrap().to_vec();
    measure(&database, &client, "the first get", get(&conn, key)).await;
}

/// A connection of libsql's client, warm.
async fn connect(database: &Database) -> Connection {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let remote = Builder::new_remote(database.url(), String::new()).connector(connector);
    let conn = remote.build().await.unwrap().connect().unwrap();
    conn.execute("DELETE FROM episodes", ()).await.unwrap();
    conn
}

async fn store(conn: &Connection, rows: &[Vec<Value>], at_once: usize) {
    let one = format!("({})", vec!["?"; COLUMN_COUNT].join(", "));
    let values = vec![one; at_once].join(", ");
    let sql = format!("INSERT INTO episodes ({COLUMNS}) VALUES {values}");
    let transaction = conn.transaction().await.unwrap();
    for part in rows.chunks(at_once) {
        let values = params_from_iter(part.concat());
        transaction.execute(&sql, values).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

async fn get(conn: &Connection, key: Vec<Value>) {
    let sql = format!("SELECT {COLUMNS} FROM episodes WHERE namespace = ?1 AND id = ?2");
    let mut found = conn.query(&sql, params_from_iter(key)).await.unwrap();
    assert!(found.next().await.unwrap().is_some());
}

async fn measure(
    database: &Database,
    client: &str,
    operation: &str,
    work: impl Future<Output = ()>,
) {
    let (before, since) = (database.counts(), Instant::now());
    work.await;
    let (time, cost) = (since.elapsed(), database.counts() - before);
    println!(
        "| {client} | {operation} | {} | {} | {} kB | {} kB | {:.0} ms |",
        cost.requests,
        cost.connections,
        cost.bytes_in / 1_000,
        cost.bytes_out / 1_000,
        time.as_secs_f64() * 1e3,
    );
}
