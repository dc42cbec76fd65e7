//! Servers and connections to them.

use testkit::net::{Database, Front, Sqld};
use turso_conn::{
    Connect, Encoding, ErrorKind, Execute, Location, RemoteConfig, RemoteConnection,
    RemoteConnector, Rows, Statement,
};

/// A connector for `url`.
pub fn connector(url: &str, config: RemoteConfig) -> RemoteConnector {
    let location: Location = url.parse().unwrap();
    RemoteConnector::new(&location, config).unwrap()
}

/// Both encodings.
pub const ENCODINGS: [Encoding; 2] = [Encoding::Negotiated, Encoding::Json];

pub fn speaking(encoding: Encoding) -> RemoteConfig {
    RemoteConfig {
        encoding,
        ..RemoteConfig::default()
    }
}

/// A fresh database on the real server, unless there is none.
pub fn database(test: &str) -> Option<Database> {
    let server = Sqld::shared(test).unwrap()?;
    Some(server.fresh_database().unwrap())
}

/// A connection to a database with the table `t (x INTEGER PRIMARY KEY, y)`.
pub async fn with_table(front: &Front, encoding: Encoding) -> RemoteConnection {
    let connector = connector(&front.url(), speaking(encoding));
    let mut conn = connector.connect().await.unwrap();
    run(
        &mut conn,
        "CREATE TABLE IF NOT EXISTS t (x INTEGER PRIMARY KEY, y)",
    )
    .await;
    run(&mut conn, "DELETE FROM t").await;
    conn
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
pub async fn kind_of(conn: &mut impl Execute, statement: impl Into<Statement>) -> ErrorKind {
    conn.query(statement.into()).await.unwrap_err().kind()
}

/// `INSERT INTO t VALUES (x, y)`.
pub fn insert(x: i64, y: i64) -> Statement {
    Statement::new("INSERT INTO t VALUES (?1, ?2)")
        .bind(x)
        .bind(y)
}
