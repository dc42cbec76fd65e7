//! A file and connections to it.

use tempfile::TempDir;
use turso_conn::{
    Connect, Execute, LocalConfig, LocalConnection, LocalConnector, Location, Statement,
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
}

pub async fn run(conn: &mut impl Execute, sql: &'static str) {
    conn.query(Statement::new(sql)).await.unwrap();
}

/// The integers of the first column.
pub async fn integers(conn: &mut impl Execute, sql: &'static str) -> Vec<i64> {
    let rows = conn.query(Statement::new(sql)).await.unwrap();
    rows.iter().map(|row| row.integer(0).unwrap()).collect()
}
