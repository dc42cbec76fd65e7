//! A file, connections to it, and the counters of their caches.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use testkit::TempDb;
use turso_conn::{
    Connect, Execute, LocalConfig, LocalConnection, LocalConnector, Location, Rows, Statement,
};
use turso_prepared::{Config, Prepared};

pub struct Place {
    pub db: TempDb,
    pub prepared: Prepared,
}

impl Place {
    pub fn new() -> Self {
        Self::with_max(128)
    }

    pub fn with_max(entries: usize) -> Self {
        let max_entries = NonZeroUsize::new(entries).unwrap();
        Self {
            db: TempDb::new().unwrap(),
            prepared: Prepared::new(Config { max_entries }),
        }
    }

    pub async fn connect(&self) -> LocalConnection {
        let connector = plain(self.db.path());
        let caches = Arc::new(self.prepared.clone());
        let connector = connector.with_statement_caches(caches);
        connector.connect().await.unwrap()
    }

    /// A connection to a file with the table `t (x INTEGER PRIMARY KEY, y)`.
    pub async fn with_table(&self) -> LocalConnection {
        let mut conn = self.connect().await;
        run(&mut conn, "CREATE TABLE t (x INTEGER PRIMARY KEY, y)").await;
        conn
    }

    /// Hits and misses since `before`.
    pub fn since(&self, before: turso_prepared::Stats) -> (u64, u64) {
        let now = self.prepared.stats();
        (now.hits - before.hits, now.misses - before.misses)
    }
}

/// A connector without this crate.
pub fn plain(path: &Path) -> LocalConnector {
    LocalConnector::new(&Location::file(path).unwrap(), LocalConfig::default()).unwrap()
}

pub async fn run(conn: &mut impl Execute, sql: &'static str) -> Rows {
    conn.query(Statement::new(sql)).await.unwrap()
}

pub fn insert(x: i64, y: i64) -> Statement {
    Statement::new("INSERT INTO t VALUES (?1, ?2)")
        .bind(x)
        .bind(y)
}

/// `SELECT * FROM t WHERE x = ?1` as a point read.
pub fn get(x: i64) -> Statement {
    Statement::new("SELECT * FROM t WHERE x = ?1")
        .bind(x)
        .point_read()
}

/// The integers of the first column.
pub async fn integers(conn: &mut impl Execute, sql: &'static str) -> Vec<i64> {
    let rows = run(conn, sql).await;
    rows.iter().map(|row| row.integer(0).unwrap()).collect()
}
