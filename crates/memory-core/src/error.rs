use std::error::Error as StdError;
use std::fmt;

/// What went wrong, by what the caller can do about it.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Another writer held the database until the deadline. Try again later.
    Busy,
    /// The database could not be reached. Nothing was stored.
    Disconnected,
    /// The deadline passed. Nothing was stored.
    Timeout,
    /// A write was sent and its outcome did not come back. Repeat the same call: it converges.
    OutcomeUnknown,
    /// The server refused the credentials.
    Unauthorized,
    /// What is stored is damaged.
    Corrupt,
    /// The disk or a quota is full.
    Full,
    /// The database cannot be written to.
    ReadOnly,
    /// The write contradicts what is stored, for instance an external id that belongs to another
    /// episode, or a relationship that would close a cycle.
    Constraint,
    /// Somebody else changed the value since it was read. Read it again and redo the change.
    Conflict,
    /// An episode, a pattern or a relationship that the call needs does not exist.
    NotFound,
    /// A documented limit was passed (see [`limits`](crate::limits)).
    Limit,
    /// The backend, or this version of it, cannot do that.
    Unsupported,
    /// A value that is never valid, or a call that makes no sense.
    Misuse,
    /// The backend was closed.
    Closed,
    /// The operating system reported an I/O error.
    Io,
    /// A defect of the backend.
    Bug,
}

impl ErrorKind {
    /// Whether the same call can succeed later without any change to its arguments.
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Busy | Self::Disconnected | Self::Timeout | Self::OutcomeUnknown
        )
    }
}

/// The error of the model and of every storage backend.
///
/// `Display` says what was being done and what to do; it never repeats the
/// source, which is reached through [`source`](StdError::source).
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    context: String,
    index: Option<usize>,
    committed: usize,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An error of the given kind; `context` says what was being done.
    pub fn new(kind: ErrorKind, context: impl Into<String>) -> Self {
        Self {
            kind,
            context: context.into(),
            index: None,
            committed: 0,
            source: None,
        }
    }

    /// The same error with its cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same error, said of the item at `index` of the slice that the call was given.
    #[must_use]
    pub fn at_index(mut self, index: usize) -> Self {
        self.index = Some(index);
        self
    }

    /// The same error, after the first `items` of the slice had been committed.
    #[must_use]
    pub fn after_committed(mut self, items: usize) -> Self {
        self.committed = items;
        self
    }

    /// What went wrong, by what the caller can do about it.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The index of the item that failed, in the slice that the call was given.
    pub const fn index(&self) -> Option<usize> {
        self.index
    }

    /// How many leading items of the slice are stored nevertheless. Zero, except
    /// for a store [`PerPart`](crate::Atomicity::PerPart) that failed in a later part.
    pub const fn committed(&self) -> usize {
        self.committed
    }

    /// Whether the same call can succeed later without any change to its arguments.
    pub const fn is_retryable(&self) -> bool {
        self.kind.is_retryable()
    }

    pub(crate) fn misuse(context: impl Into<String>) -> Self {
        Self::new(ErrorKind::Misuse, context)
    }

    pub(crate) fn limit(what: &str, is: usize, max: usize, unit: &str) -> Self {
        Self::new(
            ErrorKind::Limit,
            format!("{what} has {is} {unit}, at most {max} are allowed"),
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.context)?;
        if let Some(index) = self.index {
            write!(f, " (item {index})")?;
        }
        if self.committed > 0 {
            write!(f, "; the {} items before it are stored", self.committed)?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|e| e as _)
    }
}
