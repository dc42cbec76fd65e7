//! The settings of a connection. Every one is set, none is taken for granted.

use super::config::{Durability, LocalConfig};
use super::raw::{now, shielded};
use crate::{Error, ErrorKind, Result, Value};

/// Brings a fresh connection into the state the rest of the crate relies on,
/// and reads the schema: opening alone succeeds on a file of garbage.
pub(super) fn configure(conn: &libsql::Connection, config: &LocalConfig, file: bool) -> Result<()> {
    conn.busy_timeout(config.busy_wait())
        .map_err(super::raw::error)?;
    ask(conn, "PRAGMA schema_version")?;
    if file {
        use_wal(conn)?;
    }
    for (pragma, wanted) in settings(config) {
        ask(conn, &format!("PRAGMA {pragma} = {wanted}"))?;
        verify(conn, pragma, &Value::Integer(wanted))?;
    }
    ask(conn, "SELECT count(*) FROM sqlite_schema").map(drop)
}

/// Name and value. libsql's defaults: synchronous 2, foreign_keys 1,
/// trusted_schema 1, cell_size_check 0, cache_size -2000.
fn settings(config: &LocalConfig) -> [(&'static str, i64); 5] {
    let synchronous = match config.durability {
        Durability::Full => 2,
        Durability::Normal => 1,
    };
    [
        ("synchronous", synchronous),
        ("foreign_keys", 1),
        // The file may come from elsewhere: its views and triggers may call
        // only harmless functions, and its pages are looked at when loaded.
        ("trusted_schema", 0),
        ("cell_size_check", 1),
        // Negative: KiB, not pages.
        ("cache_size", -(i64::from(config.cache_bytes) / 1024).max(1)),
    ]
}

/// WAL is a property of the file. Several processes may want to set it at once,
/// and SQLite answers BUSY without waiting then; the caller tries again.
fn use_wal(conn: &libsql::Connection) -> Result<()> {
    let wal = Value::from("wal");
    if ask(conn, "PRAGMA journal_mode")? == wal {
        return Ok(());
    }
    match ask(conn, "PRAGMA journal_mode = WAL") {
        Ok(mode) if mode == wal => Ok(()),
        Ok(_) => Err(Error::new(
            ErrorKind::Unsupported,
            "the file's place has no shared memory, which WAL needs",
        )),
        // Reading a file that cannot be written works in any journal mode.
        Err(error) if error.kind() == ErrorKind::ReadOnly => Ok(()),
        Err(error) => Err(error),
    }
}

fn verify(conn: &libsql::Connection, pragma: &str, wanted: &Value) -> Result<()> {
    if ask(conn, &format!("PRAGMA {pragma}"))? == *wanted {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::Unsupported,
        format!("the setting {pragma} was not taken"),
    ))
}

/// The first value of the first row. Drained, because an error of a later step
/// comes only then, and an unfinished statement pins its snapshot.
fn ask(conn: &libsql::Connection, sql: &str) -> Result<Value> {
    let mut rows = now(conn.query(sql, ()))?;
    let mut first = Value::Null;
    let mut seen = false;
    while let Some(row) = now(rows.next())? {
        if !seen {
            let value = || row.get_value(0).map_err(super::raw::error);
            first = super::raw::from_libsql(shielded("a setting is not UTF-8", value)?);
            seen = true;
        }
    }
    Ok(first)
}
