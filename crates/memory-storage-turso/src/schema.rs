//! The schema, built by numbered migrations. Each is applied in one transaction together with
//! the line that records it, so the recorded version is never ahead of the schema.

use crate::error::{corrupt, storage, unreadable};
use memory_core::{Error, ErrorKind, Result, Timestamp};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use turso_conn::{Batch, Execute, Program, Rows, Statement, Step};

/// A released migration is never edited: its checksum is stored in every database.
struct Migration {
    version: i64,
    name: &'static str,
    sql: &'static str,
}

const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "initial",
    sql: include_str!("../migrations/0001_initial.sql"),
}];

const OPERATION: &str = "schema.migrate";

const CREATE_LOG: &str = "CREATE TABLE IF NOT EXISTS memory_migrations (\
version INTEGER PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT";

/// Guard: the last migration is the one before ?1.
const IS_NEXT: &str = "\
SELECT CASE WHEN (SELECT ifnull(max(version), 0) FROM memory_migrations) = ?1 - 1 \
THEN 1 ELSE abs(-9223372036854775807 - 1) END";

const RECORD: &str =
    "INSERT INTO memory_migrations (version, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4)";

/// What kind of database a connection leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// There is no table at all.
    Empty,
    /// A memory, at this version.
    Memory(i64),
    /// Somebody else's database.
    Foreign,
}

/// Looks at the tables of the database. Changes nothing.
pub(crate) async fn look(conn: &mut impl Execute) -> Result<Found> {
    let tables = "SELECT count(*), ifnull(sum(name = 'memory_migrations'), 0) FROM sqlite_master \
                  WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'";
    let rows = query(conn, tables).await?;
    let row = rows.one().map_err(unreadable)?;
    let (all, ours) = (
        row.integer(0).map_err(unreadable)?,
        row.integer(1).map_err(unreadable)?,
    );
    if ours > 0 {
        return Ok(Found::Memory(check_log(conn).await?));
    }
    Ok(if all == 0 {
        Found::Empty
    } else {
        Found::Foreign
    })
}

/// The version of the database, if this program knows all its migrations.
async fn check_log(conn: &mut impl Execute) -> Result<i64> {
    let log = "SELECT version, checksum FROM memory_migrations ORDER BY version";
    let rows = query(conn, log).await?;
    let mut last = 0;
    for row in &rows {
        last = row.integer(0).map_err(unreadable)?;
        let known = MIGRATIONS
            .iter()
            .find(|migration| migration.version == last);
        let Some(known) = known else {
            return Err(newer(last));
        };
        if row.text(1).map_err(unreadable)? != checksum(known.sql) {
            return Err(corrupt(format!(
                "migration {last} of the database is not the one known here"
            )));
        }
    }
    Ok(last)
}

fn newer(version: i64) -> Error {
    let context = format!(
        "the database has version {version}, this program knows {}: use a newer program; \
         nothing was changed",
        latest()
    );
    Error::new(ErrorKind::Unsupported, context)
}

/// The version that this program makes.
pub(crate) fn latest() -> i64 {
    MIGRATIONS
        .iter()
        .map(|migration| migration.version)
        .max()
        .unwrap_or(0)
}

/// Applies the migrations after `version`. Several processes may do so at once:
/// each migration is applied by one of them.
pub(crate) async fn migrate(conn: &mut impl Execute, version: i64) -> Result<()> {
    for migration in MIGRATIONS
        .iter()
        .filter(|migration| migration.version > version)
    {
        let program = Program::from(migration.batch())
            .named(OPERATION)
            .idempotent();
        let groups = conn
            .atomic(program)
            .await
            .map_err(|e| storage(OPERATION, e))?;
        match groups.into_iter().next() {
            // Another process was faster; it may know more migrations than this one.
            Some(Err(e)) if e.kind() == turso_conn::ErrorKind::Conflict && e.step() == Some(1) => {
                check_log(conn).await?;
            }
            Some(Err(e)) => return Err(storage(OPERATION, e)),
            Some(Ok(_)) => {}
            None => return Err(crate::error::bug("a migration was not answered")),
        }
    }
    Ok(())
}

impl Migration {
    fn batch(&self) -> Batch {
        let bind = |sql| Statement::new(sql).bind(self.version).named(OPERATION);
        let record = bind(RECORD)
            .bind(self.name)
            .bind(checksum(self.sql))
            .bind(Timestamp::now().as_micros());
        let mut batch = Batch::new()
            .step(CREATE_LOG)
            .step(Step::guard(bind(IS_NEXT)));
        batch.extend(statements(self.sql).map(Statement::new));
        batch.step(record)
    }
}

/// The statements of a migration, which are separated by empty lines.
fn statements(sql: &'static str) -> impl Iterator<Item = &'static str> {
    let is_comment = |part: &&str| {
        part.lines()
            .all(|line| line.is_empty() || line.starts_with("--"))
    };
    sql.split("\n\n")
        .map(str::trim)
        .filter(move |part| !is_comment(part))
}

fn checksum(sql: &str) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(sql.as_bytes()) {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

async fn query(conn: &mut impl Execute, sql: &'static str) -> Result<Rows> {
    let statement = Statement::new(sql).named("schema.look");
    conn.query(statement)
        .await
        .map_err(|e| storage("looking at the database", e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_up_from_one() {
        let versions: Vec<i64> = MIGRATIONS
            .iter()
            .map(|migration| migration.version)
            .collect();
        assert_eq!(versions, (1..=latest()).collect::<Vec<_>>());
    }

    #[test]
    fn a_released_migration_is_never_edited() {
        let checksums: Vec<String> = MIGRATIONS.iter().map(|m| checksum(m.sql)).collect();
        assert_eq!(checksums, RELEASED);
    }

    const RELEASED: [&str; 1] =
        ["03302ce12965d082a716ddd834897373afe7b74b5aa56fc3cb7fb909b785afbd"];

    #[test]
    fn every_part_of_a_migration_is_one_statement() {
        for part in MIGRATIONS
            .iter()
            .flat_map(|migration| statements(migration.sql))
        {
            assert!(part.ends_with(';'), "{part}");
        }
    }
}
