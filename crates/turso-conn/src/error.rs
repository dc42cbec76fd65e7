//! The one error of this crate.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// What the caller can do about an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Another writer held the database until the deadline. Nothing stored; try later.
    Busy,
    /// The database could not be reached or opened.
    Disconnected,
    /// The deadline passed. Nothing stored.
    Timeout,
    /// A write may or may not be stored. Repeat it only if repeating is harmless.
    OutcomeUnknown,
    /// The credentials were refused.
    Unauthorized,
    /// What is stored is not what was written, or is not a database.
    Corrupt,
    /// No room on the medium.
    Full,
    /// The database cannot be written.
    ReadOnly,
    /// A constraint of the schema refused the values.
    Constraint,
    /// An expectation or a guard of a program did not hold: someone else was faster.
    Conflict,
    /// A named bound was exceeded.
    Limit,
    /// This build or this database cannot do it.
    Unsupported,
    /// The request itself is wrong: bad SQL, wrong number of values, bad location.
    Misuse,
    /// It was closed before.
    Closed,
    /// The medium failed.
    Io,
    /// This crate or the database engine is at fault.
    Bug,
}

impl ErrorKind {
    /// Every kind, for tables in tests and metrics.
    pub const ALL: [Self; 16] = [
        Self::Busy,
        Self::Disconnected,
        Self::Timeout,
        Self::OutcomeUnknown,
        Self::Unauthorized,
        Self::Corrupt,
        Self::Full,
        Self::ReadOnly,
        Self::Constraint,
        Self::Conflict,
        Self::Limit,
        Self::Unsupported,
        Self::Misuse,
        Self::Closed,
        Self::Io,
        Self::Bug,
    ];

    /// Whether the same request may succeed later without any change, and
    /// certainly stored nothing this time.
    ///
    /// [`OutcomeUnknown`](Self::OutcomeUnknown) is not: whoever knows that
    /// repeating is harmless (ids made by the client, upserts) may repeat it.
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::Busy | Self::Disconnected | Self::Timeout)
    }

    /// A short, stable name in snake case, fit for a metric label.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Busy => "busy",
            Self::Disconnected => "disconnected",
            Self::Timeout => "timeout",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::Unauthorized => "unauthorized",
            Self::Corrupt => "corrupt",
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Constraint => "constraint",
            Self::Conflict => "conflict",
            Self::Limit => "limit",
            Self::Unsupported => "unsupported",
            Self::Misuse => "misuse",
            Self::Closed => "closed",
            Self::Io => "io",
            Self::Bug => "bug",
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What went wrong: a kind to act on, what this layer was doing, and the cause.
///
/// `Display` tells what was being done and never a parameter value, a token,
/// or the text of [`source`](StdError::source). Cheap to clone, so that one
/// failure can be told to many waiters.
#[derive(Clone)]
pub struct Error {
    kind: ErrorKind,
    context: Cow<'static, str>,
    step: Option<usize>,
    code: Option<i32>,
    retry_after: Option<Duration>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of `kind` that happened while doing `context`.
    pub fn new(kind: ErrorKind, context: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            context: context.into(),
            step: None,
            code: None,
            retry_after: None,
            source: None,
        }
    }

    /// Adds the cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// Adds the index of the failing step within its group.
    #[must_use]
    pub fn with_step(mut self, step: usize) -> Self {
        self.step = Some(step);
        self
    }

    /// Replaces the kind, keeping the story.
    #[must_use]
    pub fn with_kind(mut self, kind: ErrorKind) -> Self {
        self.kind = kind;
        self
    }

    /// This error of a repetition, when an earlier try may have had its effect: that this one had
    /// none says nothing. Even a conflict does not, since another writer may have come between
    /// what the earlier try wrote and this one. Only what no try could have done was not done.
    ///
    /// ```
    /// use turso_conn::{Error, ErrorKind};
    ///
    /// let after = |kind| Error::from(kind).after_unknown().kind();
    /// assert_eq!(after(ErrorKind::Conflict), ErrorKind::OutcomeUnknown);
    /// assert_eq!(after(ErrorKind::Misuse), ErrorKind::Misuse);
    /// ```
    #[must_use]
    pub fn after_unknown(self) -> Self {
        use ErrorKind::{Limit, Misuse, OutcomeUnknown, Unsupported};
        // Then the request itself is at fault, whatever is stored.
        match self.kind {
            Limit | Misuse | Unsupported => self,
            _ => self.with_kind(OutcomeUnknown),
        }
    }

    /// Puts before the context what it was part of, for instance an operation's name.
    #[must_use]
    pub fn during(mut self, what: &str) -> Self {
        self.context = format!("{what}: {}", self.context).into();
        self
    }

    /// Adds SQLite's extended result code.
    #[must_use]
    pub fn with_code(mut self, code: i32) -> Self {
        self.code = Some(code);
        self
    }

    /// Adds how long the server asks to wait before the next try.
    #[must_use]
    pub fn with_retry_after(mut self, pause: Duration) -> Self {
        self.retry_after = Some(pause);
        self
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The step of its group that failed, counted from 0, if one did.
    pub fn step(&self) -> Option<usize> {
        self.step
    }

    /// SQLite's extended result code, if SQLite said it.
    pub fn sqlite_code(&self) -> Option<i32> {
        self.code
    }

    /// How long the server asked to wait before the next try, if it did.
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }

    /// SQLite's own words, if they are the cause.
    pub(crate) fn said_by_sqlite(&self) -> Option<&SqliteMessage> {
        self.source()?.downcast_ref()
    }

    /// See [`ErrorKind::is_retryable`].
    pub fn is_retryable(&self) -> bool {
        self.kind.is_retryable()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.context)?;
        if let Some(step) = self.step {
            write!(f, " (step {step})")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.kind)
            .field("context", &self.context)
            .field("step", &self.step)
            .field("code", &self.code)
            .field("retry_after", &self.retry_after)
            .field("source", &self.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind, kind.as_str())
    }
}

/// What SQLite said, kept as the source of an [`Error`].
#[derive(Debug)]
pub(crate) struct SqliteMessage {
    pub(crate) code: i32,
    pub(crate) message: String,
}

impl fmt::Display for SqliteMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (SQLite code {})", self.message, self.code)
    }
}

impl StdError for SqliteMessage {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn display_names_the_step_and_not_the_source() {
        let error = Error::new(ErrorKind::Constraint, "running notes.add")
            .with_step(2)
            .with_source("UNIQUE constraint failed");
        assert_eq!(error.to_string(), "running notes.add (step 2)");
        assert_eq!(
            error.source().unwrap().to_string(),
            "UNIQUE constraint failed"
        );
        assert_eq!(error.clone().step(), Some(2));
    }

    #[test]
    fn names_are_distinct() {
        let mut names: Vec<_> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorKind::ALL.len());
    }
}
