//! rusqlite alone beside ours: what SQLite itself takes for the same bytes.
//!
//! It stores an episode as its JSON, with the columns that it can be found by and its tags, by kept
//! statements in one transaction, and reads the columns by a kept statement. It neither encodes nor
//! checks nor decodes anything while the time runs.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use memory_core::{Episode, EpisodeId};
use rusqlite::{Connection, params};
use tokio::runtime::Runtime;
use versus_common::{
    Child, Measured, Memory, Order, Outcome, Place, Work, compare, figure, places,
};

const SCHEMA: &str = "
    CREATE TABLE episodes (
        row INTEGER PRIMARY KEY, namespace TEXT NOT NULL, id BLOB NOT NULL, external_id TEXT,
        task_type TEXT NOT NULL, domain TEXT NOT NULL, outcome TEXT NOT NULL, reward REAL,
        started_at INTEGER NOT NULL, completed_at INTEGER, created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL, revision INTEGER NOT NULL, payload BLOB NOT NULL,
        UNIQUE (namespace, id));
    CREATE TABLE tags (
        tag TEXT NOT NULL, episode INTEGER NOT NULL, PRIMARY KEY (tag, episode)) WITHOUT ROWID;";
const INSERT: &str = "INSERT INTO episodes (namespace, id, external_id, task_type, domain, outcome, \
    reward, started_at, completed_at, created_at, updated_at, revision, payload) \
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
const TAG: &str = "INSERT INTO tags (tag, episode) VALUES (?1, ?2)";
const READ: &str = "SELECT id, external_id, task_type, domain, started_at, completed_at, \
    created_at, updated_at, revision, payload FROM episodes WHERE namespace = ?1 AND id = ?2";
const EACH: usize = 1_000;

/// One connection, as it is when nothing else has to be thought of.
struct Alone {
    conn: Mutex<Connection>,
}

impl Alone {
    fn new(path: &Path) -> rusqlite::Result<Self> {
        let conn = Connection::open(path)?;
        conn.pragma_update(None, "journal_mode", "wal")?;
        conn.pragma_update(None, "synchronous", "full")?;
        conn.execute_batch(SCHEMA)?;
        Ok(Self {
            conn: Mutex::new(conn),
        })
    }

    fn insert(&self, rows: &[Row]) -> rusqlite::Result<()> {
        let mut conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction = conn.transaction()?;
        let mut insert = transaction.prepare_cached(INSERT)?;
        let mut tag = transaction.prepare_cached(TAG)?;
        for Row {
            episode,
            outcome,
            payload,
        } in rows
        {
            insert.execute(params![
                episode.namespace.as_str(),
                episode.id.as_bytes(),
                episode.external_id.as_ref().map(|id| id.as_str()),
                episode.task_type.as_str(),
                episode.context.domain.as_str(),
                outcome,
                episode.reward.as_ref().map(|reward| reward.total),
                episode.started_at.as_micros(),
                episode.completed_at.map(|at| at.as_micros()),
                episode.created_at.as_micros(),
                episode.updated_at.as_micros(),
                1,
                payload,
            ])?;
            let row = transaction.last_insert_rowid();
            for text in &episode.tags {
                tag.execute(params![text.as_str(), row])?;
            }
        }
        drop((insert, tag));
        transaction.commit()
    }

    fn read(&self, id: EpisodeId) -> rusqlite::Result<Vec<u8>> {
        let conn = self.conn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut read = conn.prepare_cached(READ)?;
        read.query_row(params!["default", id.as_bytes()], |row| {
            let _: [u8; 16] = row.get(0)?;
            let _: [Option<String>; 3] = [row.get(1)?, row.get(2)?, row.get(3)?];
            for column in 4..9 {
                let _: Option<i64> = row.get(column)?;
            }
            row.get(9)
        })
    }
}

/// An episode, and what is made of it before the time runs.
struct Row {
    episode: Episode,
    outcome: &'static str,
    payload: Vec<u8>,
}

impl Memory for Alone {
    type Episode = Row;

    fn prepare(&self, episode: Episode) -> Row {
        Row {
            outcome: if episode.outcome.is_some() {
                "ended"
            } else {
                "running"
            },
            payload: serde_json::to_vec(&episode).expect("JSON"),
            episode,
        }
    }

    async fn batch(&self, episodes: Vec<Row>) -> Outcome {
        self.insert(&episodes).map_err(|error| error.to_string())
    }

    async fn store(&self, episode: &Row) -> Outcome {
        let one = std::slice::from_ref(episode);
        self.insert(one).map_err(|error| error.to_string())
    }

    async fn get(&self, id: EpisodeId) -> Outcome {
        self.read(id).map(drop).map_err(|error| error.to_string())
    }
}

fn beside(place: &Place) {
    let medium = place.medium;
    let alone = Alone::new(&place.path("alone.db")).expect("a database");
    let mut alone = Measured::new(Runtime::new().expect("a runtime"), alone);
    let open = |kind: &str| Child::ours(kind, &place.path(&format!("{kind}.db")));
    let mut ours = open("default");
    let mut raw = open("uncompressed");
    let mut kept = open("statement");
    let name = format!("batch of {EACH}, {medium}");
    let batch = Order::new(Work::Batch, EACH);
    compare(
        &name,
        11,
        batch,
        &mut [
            ("rusqlite", &mut alone),
            ("ours", &mut ours),
            ("ours uncompressed", &mut raw),
        ],
    )
    .each()
    .rates("ours")
    .rates("ours uncompressed")
    .shares("ours")
    .shares("ours uncompressed");
    for _ in 0..12 {
        kept.order(batch);
    }
    compare(
        &format!("one store, {medium}"),
        11,
        Order::new(Work::Store, 50),
        &mut [("rusqlite", &mut alone), ("ours", &mut ours)],
    )
    .each()
    .rates("ours")
    .shares("ours");
    compare(
        &format!("get by id, {medium}"),
        31,
        Order::new(Work::Get, 2_000),
        &mut [
            ("rusqlite", &mut alone),
            ("a kept statement of ours", &mut kept),
            ("ours", &mut ours),
            ("ours uncompressed", &mut raw),
        ],
    )
    .each_median()
    .medians("ours")
    .medians("a kept statement of ours")
    .shares("ours");
}

fn main() {
    figure(
        "rusqlite, SQLite's version",
        f64::from(rusqlite::version_number()),
        "",
    );
    for place in places() {
        beside(&place);
    }
}
