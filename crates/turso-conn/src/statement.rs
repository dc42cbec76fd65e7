//! One SQL statement with its values.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use crate::{Error, ErrorKind, Result, Value};

/// Most bytes one bound value may have: 256 MiB, well under SQLite's
/// 1,000,000,000, beyond which it would silently store NULL.
pub const VALUE_BYTES_MAX: usize = 256 << 20;

/// Most values one statement may bind: SQLite's 32,766.
pub const PARAMETERS_MAX: usize = 32_766;

/// Most bytes of SQL text: SQLite's 1,000,000.
pub const SQL_BYTES_MAX: usize = 1_000_000;

/// The operation name of a statement or program that was not named.
pub const OPERATION_OTHER: &str = "other";

/// How much a statement may answer. More is [`ErrorKind::Limit`], and nothing is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most rows. Default 100,000: a page has thousands at most.
    pub rows: usize,
    /// Most bytes of all values together. Default 64 MiB, which is nine of the
    /// largest payloads.
    pub bytes: usize,
}

impl Limits {
    /// These limits.
    pub fn new(rows: usize, bytes: usize) -> Self {
        Self { rows, bytes }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rows: 100_000,
            bytes: 64 << 20,
        }
    }
}

/// One SQL statement, its values by position, and how it is to be run.
///
/// The values are bound to `?1`, `?2`, … (or `?` in order); there must be as
/// many as the statement has parameters. A value is never spliced into the text.
///
/// ```
/// use turso_conn::Statement;
///
/// let find = Statement::new("SELECT body FROM notes WHERE id = ?1")
///     .bind(7)
///     .named("notes.get")
///     .point_read();
/// assert_eq!(find.operation(), "notes.get");
/// ```
#[derive(Clone, PartialEq)]
pub struct Statement {
    sql: Cow<'static, str>,
    values: Vec<Value>,
    operation: &'static str,
    point_read: bool,
    idempotent: bool,
    limits: Limits,
    deadline: Option<Duration>,
}

impl Statement {
    /// A statement without values.
    pub fn new(sql: impl Into<Cow<'static, str>>) -> Self {
        Self {
            sql: sql.into(),
            values: Vec::new(),
            operation: OPERATION_OTHER,
            point_read: false,
            idempotent: false,
            limits: Limits::default(),
            deadline: None,
        }
    }

    /// Adds the next value.
    #[must_use]
    pub fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Adds the next values.
    #[must_use]
    pub fn bind_all(mut self, values: impl IntoIterator<Item = impl Into<Value>>) -> Self {
        self.values.extend(values.into_iter().map(Into::into));
        self
    }

    /// Names the operation for metrics and errors, for instance `episodes.get`.
    /// The default is `other`.
    #[must_use]
    pub fn named(mut self, operation: &'static str) -> Self {
        self.operation = operation;
        self
    }

    /// Promises that this reads a few rows by key, in microseconds. A local
    /// connection then runs it on the calling thread, where no deadline can
    /// stop it; a scan under this promise stalls the runtime.
    #[must_use]
    pub fn point_read(mut self) -> Self {
        self.point_read = true;
        self
    }

    /// Promises that running it twice has the effect of running it once, as
    /// an upsert under an id made by the caller has. Should the answer of a
    /// server be lost, the connection then runs it again instead of reporting
    /// [`ErrorKind::OutcomeUnknown`]. Statements that only read need no promise.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// Bounds the answer.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The longest time from the call to its answer, waiting for other writers
    /// included. The default is the connection's.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The SQL text.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// The values by position.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The operation's name.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Whether [`point_read`](Self::point_read) was promised.
    pub fn is_point_read(&self) -> bool {
        self.point_read
    }

    /// Whether [`idempotent`](Self::idempotent) was promised.
    pub fn is_idempotent(&self) -> bool {
        self.idempotent
    }

    /// The bounds of the answer.
    pub fn answer_limits(&self) -> Limits {
        self.limits
    }

    /// The time it may take, if it was set.
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// Bytes of SQL and values: what it weighs in a batch or a request.
    pub fn size(&self) -> usize {
        self.sql.len() + self.values.iter().map(Value::size).sum::<usize>()
    }

    /// Checks the values, before anything runs. Connections call this
    /// themselves; whoever plans batches may ask earlier.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`] for NUL in the SQL or in a text and for a real that
    /// is not finite; [`ErrorKind::Limit`] for more than [`PARAMETERS_MAX`]
    /// values, a value over [`VALUE_BYTES_MAX`] or SQL over [`SQL_BYTES_MAX`].
    pub fn validate(&self) -> Result<()> {
        if self.sql.len() > SQL_BYTES_MAX {
            return Err(self.refuse(ErrorKind::Limit, "SQL text too long"));
        }
        if self.values.len() > PARAMETERS_MAX {
            return Err(self.refuse(ErrorKind::Limit, "too many values"));
        }
        if self.sql.as_bytes().contains(&0) {
            return Err(self.refuse(ErrorKind::Misuse, "NUL in the SQL text"));
        }
        self.values
            .iter()
            .enumerate()
            .try_for_each(|(i, value)| self.check(i, value))
    }

    fn check(&self, i: usize, value: &Value) -> Result<()> {
        let nth = i + 1;
        match value {
            v if v.size() > VALUE_BYTES_MAX => {
                Err(self.refuse(ErrorKind::Limit, &format!("value {nth} too long")))
            }
            Value::Real(v) if !v.is_finite() => Err(self.refuse(
                ErrorKind::Misuse,
                &format!("value {nth} is not a finite number"),
            )),
            Value::Text(v) if v.as_bytes().contains(&0) => {
                Err(self.refuse(ErrorKind::Misuse, &format!("value {nth} is text with NUL")))
            }
            _ => Ok(()),
        }
    }

    fn refuse(&self, kind: ErrorKind, why: &str) -> Error {
        Error::new(kind, format!("checking {}: {why}", self.operation))
    }
}

impl fmt::Debug for Statement {
    /// Without the values: they hold what users stored.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Statement")
            .field("operation", &self.operation)
            .field("sql", &self.sql)
            .field("values", &self.values.len())
            .finish_non_exhaustive()
    }
}

impl From<&'static str> for Statement {
    fn from(sql: &'static str) -> Self {
        Self::new(sql)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(statement: &Statement) -> Option<ErrorKind> {
        statement.validate().err().map(|error| error.kind())
    }

    #[test]
    fn values_that_sqlite_would_change_silently_are_refused() {
        let one = || Statement::new("SELECT ?1");
        assert_eq!(kind(&one().bind("a\0b")), Some(ErrorKind::Misuse));
        assert_eq!(kind(&one().bind(f64::NAN)), Some(ErrorKind::Misuse));
        assert_eq!(
            kind(&one().bind(f64::NEG_INFINITY)),
            Some(ErrorKind::Misuse)
        );
        assert_eq!(
            kind(&Statement::new("SELECT 1\0; DROP TABLE t")),
            Some(ErrorKind::Misuse)
        );
        assert_eq!(kind(&one().bind("a\u{feff}b").bind(-0.0)), None);
    }

    #[test]
    fn limits_are_checked_at_the_border() {
        let many = |n: usize| Statement::new("SELECT 1").bind_all(vec![1; n]);
        assert_eq!(kind(&many(PARAMETERS_MAX)), None);
        assert_eq!(kind(&many(PARAMETERS_MAX + 1)), Some(ErrorKind::Limit));
        let long = |n: usize| Statement::new("SELECT ?1").bind(vec![0_u8; n]);
        assert_eq!(kind(&long(VALUE_BYTES_MAX)), None);
        assert_eq!(kind(&long(VALUE_BYTES_MAX + 1)), Some(ErrorKind::Limit));
        let sql = |n: usize| Statement::new(" ".repeat(n));
        assert_eq!(kind(&sql(SQL_BYTES_MAX)), None);
        assert_eq!(kind(&sql(SQL_BYTES_MAX + 1)), Some(ErrorKind::Limit));
    }

    #[test]
    fn debug_shows_no_values() {
        let statement = Statement::new("SELECT ?1").bind("canary");
        assert!(!format!("{statement:?}").contains("canary"));
        assert!(
            !statement
                .bind(f64::NAN)
                .validate()
                .unwrap_err()
                .to_string()
                .contains("canary")
        );
    }
}
