//! A pool of libsql's connections beside turso-pool: lending one and reading one row by its key.
//!
//! A module of the programs that have such a pool, each with the libsql that the pool links: what
//! includes it has `Pool`, whose `get` lends something that derefs to a `libsql::Connection`.

use std::path::PathBuf;

use memory_core::{Episode, EpisodeId};
use tokio::runtime::Runtime;
use versus_common::{Child, Measured, Memory, Order, Outcome, Place, Side, Work, compare};

use super::Pool;

const CREATE: &str =
    "CREATE TABLE IF NOT EXISTS episodes (id BLOB PRIMARY KEY, payload BLOB NOT NULL)";
const INSERT: &str = "INSERT INTO episodes (id, payload) VALUES (?1, ?2)";
const READ: &str = "SELECT payload FROM episodes WHERE id = ?1";
const STORED: usize = 1_000;

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// A pool, and whether the other side stores the rows that it reads.
struct Pooled {
    pool: Pool,
    filled: bool,
}

impl Pooled {
    async fn local(pool: Pool) -> Self {
        let conn = pool.get().await.expect("a connection");
        let mode = conn.query("PRAGMA journal_mode = wal", ()).await;
        let mut mode = mode.expect("a pragma");
        while mode.next().await.expect("a row").is_some() {}
        drop(mode);
        conn.execute(CREATE, ()).await.expect("a table");
        drop(conn);
        Self {
            pool,
            filled: false,
        }
    }
}

impl Memory for Pooled {
    type Episode = (EpisodeId, Vec<u8>);

    fn prepare(&self, episode: Episode) -> Self::Episode {
        (episode.id, serde_json::to_vec(&episode).expect("JSON"))
    }

    async fn batch(&self, episodes: Vec<Self::Episode>) -> Outcome {
        if self.filled {
            return Ok(());
        }
        let conn = self.pool.get().await.map_err(words)?;
        let transaction = conn.transaction().await.map_err(words)?;
        for (id, payload) in episodes {
            let values = (id.as_bytes().to_vec(), payload);
            transaction.execute(INSERT, values).await.map_err(words)?;
        }
        transaction.commit().await.map_err(words)
    }

    async fn get(&self, id: EpisodeId) -> Outcome {
        let conn = self.pool.get().await.map_err(words)?;
        let key = [id.as_bytes().to_vec()];
        let mut rows = conn.query(READ, key).await.map_err(words)?;
        let row = rows.next().await.map_err(words)?;
        let payload: Vec<u8> = row.ok_or("not found")?.get(0).map_err(words)?;
        let empty = || "empty".to_owned();
        (!payload.is_empty()).then_some(()).ok_or_else(empty)
    }
}

fn fill(count: usize, sides: &mut [&mut dyn Side]) {
    for side in sides {
        let answer = side.order(Order::new(Work::Batch, count));
        assert_eq!(answer.errors, 0, "{}", answer.first);
    }
}

/// Compares a pool called `name` before a file.
pub fn local<F: Future<Output = Pool>>(name: &str, place: &Place, pool: impl FnOnce(PathBuf) -> F) {
    let runtime = Runtime::new().expect("a runtime");
    let path = place.path("theirs.db");
    let theirs = runtime.block_on(async { Pooled::local(pool(path).await).await });
    let mut theirs = Measured::new(runtime, theirs);
    let open = |kind: &str| Child::ours(kind, &place.path(&format!("{kind}.db")));
    let (mut ours, mut kept) = (open("pool"), open("pool-kept"));
    fill(STORED, &mut [&mut theirs, &mut ours, &mut kept]);
    for (what, order) in [
        ("alone", Order::new(Work::Get, 2_000)),
        ("64 tasks on 8", Order::new(Work::Hit, 50).tasks(64)),
    ] {
        let sides: &mut [(&str, &mut dyn Side)] = &mut [
            (name, &mut theirs),
            ("turso-pool", &mut ours),
            ("turso-pool, kept statements", &mut kept),
        ];
        compare(
            &format!("checkout and point read, {what}"),
            21,
            order,
            sides,
        )
        .means("turso-pool")
        .shares("turso-pool");
    }
}

/// Compares it before a server that our side has started, through a network that takes 5 ms.
pub fn remote<F: Future<Output = Pool>>(name: &str, place: &Place, pool: impl FnOnce(String) -> F) {
    let mut ours = Child::ours("pool-remote", &place.path("unused.db"));
    let runtime = Runtime::new().expect("a runtime");
    let url = ours.ready().to_owned();
    let theirs = runtime.block_on(async {
        Pooled {
            pool: pool(url).await,
            filled: true,
        }
    });
    let mut theirs = Measured::new(runtime, theirs);
    fill(200, &mut [&mut theirs, &mut ours]);
    let what = "checkout and point read, a server at 5 ms";
    let sides: &mut [(&str, &mut dyn Side)] = &mut [(name, &mut theirs), ("turso-pool", &mut ours)];
    compare(what, 7, Order::new(Work::Get, 20), sides)
        .means("turso-pool")
        .shares("turso-pool");
}
