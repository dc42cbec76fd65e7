//! Notices that the schema is another than before.

use super::raw::now;
use crate::{Error, ErrorKind, Result};

/// A kept question for the schema's version, a number in the file that every
/// change of the schema raises, in whatever process. Asked inside a
/// transaction it takes 0.3 µs, outside 1.8 µs.
pub(super) struct SchemaWatch {
    statement: libsql::Statement,
    seen: i64,
}

impl SchemaWatch {
    pub(super) fn new(conn: &libsql::Connection) -> Result<Self> {
        let statement = now(conn.prepare("PRAGMA schema_version"))?;
        let seen = version(&statement)?;
        Ok(Self { statement, seen })
    }

    /// Whether the version differs from the one seen last.
    pub(super) fn has_changed(&mut self) -> Result<bool> {
        let version = version(&self.statement)?;
        Ok(std::mem::replace(&mut self.seen, version) != version)
    }
}

/// Leaves the statement reset, so that it holds no snapshot.
fn version(statement: &libsql::Statement) -> Result<i64> {
    let answer = ask(statement);
    statement.reset();
    answer
}

fn ask(statement: &libsql::Statement) -> Result<i64> {
    let mut rows = now(statement.query(()))?;
    let row = now(rows.next())?;
    match row.map(|row| row.get_value(0)) {
        Some(Ok(libsql::Value::Integer(version))) => Ok(version),
        _ => Err(Error::new(ErrorKind::Bug, "the schema has no version")),
    }
}
