//! A compiled statement and how it is run.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::call::Call;
use super::raw::{from_libsql, now, params, shielded};
use crate::sql::{Verb, only_statement};
use crate::{Error, ErrorKind, Limits, Result, Rows, Statement, Value};

/// A statement compiled on one connection, for a
/// [`StatementCache`](crate::StatementCache) to keep.
///
/// Invariant: it is never used on another connection and never dropped after
/// its own. A cache keeps it inside the connection, and the connection
/// looks whose it is before it runs it.
pub struct Compiled {
    statement: libsql::Statement,
    home: Home,
    sql: Box<str>,
    verb: Verb,
    parameters: usize,
    columns: Arc<[Box<str>]>,
}

/// Tells connections of this process apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Home(u64);

impl Home {
    /// One that no other connection has.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl fmt::Debug for Compiled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled")
            .field("sql", &self.sql)
            .finish_non_exhaustive()
    }
}

impl Compiled {
    /// Compiles the one statement of `sql`.
    pub(crate) fn new(conn: &libsql::Connection, home: Home, sql: &str) -> Result<Self> {
        let verb = only_statement(sql)?;
        if verb == Verb::Transaction {
            return Err(Error::new(
                ErrorKind::Misuse,
                "BEGIN, COMMIT, ROLLBACK and savepoints belong to the connection",
            ));
        }
        let statement = now(conn.prepare(sql))?;
        let parameters = statement.parameter_count();
        Ok(Self {
            statement,
            home,
            sql: sql.into(),
            verb,
            parameters,
            columns: Arc::default(),
        })
    }

    /// Whether it was compiled from this text on this connection.
    pub(crate) fn is_for(&self, home: Home, sql: &str) -> bool {
        self.home == home && *self.sql == *sql
    }

    /// The text it was compiled from.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// What it does.
    pub(crate) fn verb(&self) -> Verb {
        self.verb
    }

    /// Runs it with the values of `statement` to its last row.
    pub(crate) fn run(
        &mut self,
        conn: &libsql::Connection,
        statement: &Statement,
        call: &Call,
    ) -> Result<Rows> {
        let given = statement.values().len();
        if given != self.parameters {
            let wanted = self.parameters;
            let context = format!("{given} values for a statement with {wanted} parameters");
            return Err(Error::new(ErrorKind::Misuse, context));
        }
        let before = conn.total_changes();
        let answer = self.drain(statement, call)?;
        // Other statements than DML leave the count of the last DML standing.
        let wrote = self.verb == Verb::Write && conn.total_changes() != before;
        let changes = if wrote { conn.changes() } else { 0 };
        Ok(Rows::from_parts(
            Arc::clone(&self.columns),
            answer.values,
            answer.rows,
            changes,
        ))
    }

    fn drain(&mut self, statement: &Statement, call: &Call) -> Result<Answer> {
        let mut cursor = Cursor::open(&self.statement, statement.values())?;
        let mut answer = Answer::new(statement.answer_limits());
        while let Some(row) = now(cursor.rows.next())? {
            if answer.rows == 0 {
                shielded("a column name is not UTF-8", || {
                    refresh_columns(&mut self.columns, &row);
                    Ok(())
                })?;
            }
            call.check_stop()?;
            answer.add(&row, self.columns.len())?;
        }
        if answer.rows == 0 {
            shielded("a column name is not UTF-8", || {
                refresh_columns(&mut self.columns, &cursor.rows);
                Ok(())
            })?;
        }
        Ok(answer)
    }
}

/// A running statement; reset when it goes, so that it neither pins a snapshot
/// nor runs its next time with the values of this one.
struct Cursor<'a> {
    statement: &'a libsql::Statement,
    rows: libsql::Rows,
}

impl<'a> Cursor<'a> {
    fn open(statement: &'a libsql::Statement, values: &[Value]) -> Result<Self> {
        statement.reset();
        match now(statement.query(params(values))) {
            Ok(rows) => Ok(Self { statement, rows }),
            Err(error) => {
                statement.reset();
                Err(error)
            }
        }
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        self.statement.reset();
    }
}

/// The rows so far, within their limits.
struct Answer {
    values: Vec<Value>,
    rows: usize,
    bytes: usize,
    limits: Limits,
}

impl Answer {
    fn new(limits: Limits) -> Self {
        Self {
            values: Vec::new(),
            rows: 0,
            bytes: 0,
            limits,
        }
    }

    fn add(&mut self, row: &libsql::Row, width: usize) -> Result<()> {
        if self.rows == self.limits.rows {
            let context = format!("more than {} rows", self.limits.rows);
            return Err(Error::new(ErrorKind::Limit, context));
        }
        shielded("a TEXT value is not UTF-8", || self.copy(row, width))?;
        self.rows += 1;
        Ok(())
    }

    /// Copies the values out: the row is a view of the cursor and changes with it.
    fn copy(&mut self, row: &libsql::Row, width: usize) -> Result<()> {
        for column in (0_i32..).take(width) {
            let value = from_libsql(row.get_value(column).map_err(super::raw::error)?);
            self.bytes = self.bytes.saturating_add(value.size());
            if self.bytes > self.limits.bytes {
                let context = format!("more than {} bytes of rows", self.limits.bytes);
                return Err(Error::new(ErrorKind::Limit, context));
            }
            self.values.push(value);
        }
        Ok(())
    }
}

/// Where column names can be asked.
trait Columns {
    fn count(&self) -> i32;
    fn name(&self, column: i32) -> &str;
}

impl Columns for libsql::Row {
    fn count(&self) -> i32 {
        self.column_count()
    }

    fn name(&self, column: i32) -> &str {
        self.column_name(column).unwrap_or_default()
    }
}

impl Columns for libsql::Rows {
    fn count(&self) -> i32 {
        self.column_count()
    }

    fn name(&self, column: i32) -> &str {
        self.column_name(column).unwrap_or_default()
    }
}

/// Keeps the shared names when they still hold: the schema may have changed
/// since the statement was compiled, and SQLite compiles it anew by itself.
fn refresh_columns(known: &mut Arc<[Box<str>]>, now: &impl Columns) {
    let names = || (0..now.count()).map(|column| now.name(column));
    if !names().eq(known.iter().map(AsRef::as_ref)) {
        *known = names().map(Into::into).collect();
    }
}
