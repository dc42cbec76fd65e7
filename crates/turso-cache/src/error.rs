use std::error::Error as StdError;
use std::fmt;

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller can do about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The configuration makes no sense; the error names the field.
    Misuse,
}

/// The error of this crate. Only the making of a cache can fail; loads fail
/// with the error of their loader.
#[derive(Debug, Clone)]
pub struct Error {
    kind: ErrorKind,
    context: String,
}

impl Error {
    pub(crate) fn misuse(context: impl Into<String>) -> Self {
        Self {
            kind: ErrorKind::Misuse,
            context: context.into(),
        }
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "configuring a cache: {}", self.context)
    }
}

impl StdError for Error {}
