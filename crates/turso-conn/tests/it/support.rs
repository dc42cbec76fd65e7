//! A file and connections to it.

use tempfile::TempDir;
use turso_conn::{
    Connect, ErrorKind, Execute, LocalConfig, LocalConnection, LocalConnector, Location, Rows,
    Statement,
};

/// A folder with a database, gone at the end of the test.
pub struct Place {
    folder: TempDir,
}

impl Place {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    pub fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("test.db")
    }

    pub fn connector(&self) -> LocalConnector {
        self.connector_with(LocalConfig::default())
    }

    pub fn connector_with(&self, config: LocalConfig) -> LocalConnector {
        LocalConnector::new(&Location::file(self.path()).unwrap(), config).unwrap()
    }

    pub async fn connect(&self) -> LocalConnection {
        self.connector().connect().await.unwrap()
    }

    /// A connection to a file with the table `t (x INTEGER PRIMARY KEY, y)`.
    pub async fn with_table(&self) -> LocalConnection {
        let mut conn = self.connect().await;
        run(
            &mut conn,
            "CREATE TABLE IF NOT EXISTS t (x INTEGER PRIMARY KEY, y)",
        )
        .await;
        conn
    }

    /// libsql itself on the same file.
    pub async fn raw(&self) -> libsql::Connection {
        let database = libsql::Builder::new_local(self.path())
            .build()
            .await
            .unwrap();
        database.connect().unwrap()
    }

    /// Descriptors of this process that are open on the database file itself.
    pub fn open_descriptors(&self) -> usize {
        let path = self.path().canonicalize().unwrap();
        let links = std::fs::read_dir("/proc/self/fd").unwrap();
        links
            .filter_map(|link| std::fs::read_link(link.ok()?.path()).ok())
            .filter(|target| *target == path)
            .count()
    }
}

pub async fn run(conn: &mut impl Execute, sql: &'static str) -> Rows {
    conn.query(Statement::new(sql)).await.unwrap()
}

/// The integers of the first column.
pub async fn integers(conn: &mut impl Execute, sql: &'static str) -> Vec<i64> {
    run(conn, sql)
        .await
        .iter()
        .map(|row| row.integer(0).unwrap())
        .collect()
}

/// The kind with which `statement` fails.
pub async fn kind_of(conn: &mut impl Execute, statement: Statement) -> ErrorKind {
    conn.query(statement).await.unwrap_err().kind()
}

/// `INSERT INTO t VALUES (x, y)`.
pub fn insert(x: i64, y: i64) -> Statement {
    Statement::new("INSERT INTO t VALUES (?1, ?2)")
        .bind(x)
        .bind(y)
}

/// A query that runs for many seconds unless interrupted.
pub fn endless() -> Statement {
    Statement::new(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000)
         SELECT count(*) FROM n",
    )
}

/// The first integer a raw libsql query answers.
pub async fn raw_integer(conn: &libsql::Connection, sql: &str) -> i64 {
    let mut rows = conn.query(sql, ()).await.unwrap();
    match rows.next().await.unwrap().unwrap().get_value(0).unwrap() {
        libsql::Value::Integer(v) => v,
        other => panic!("{other:?}"),
    }
}
