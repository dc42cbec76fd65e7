use std::error::Error as StdError;
use std::fmt;

/// `Result` with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a caller can do about an [`Error`].
///
/// None but `Disconnected` and `Io` gets better by trying again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes are not an envelope, or were changed after they were written.
    /// Restore them from elsewhere.
    Corrupt,
    /// The envelope is whole, but of a format version or a codec that this
    /// build does not know; the error names which. Read it with a newer build.
    Unsupported,
    /// The envelope is whole, but was made with a dictionary that is not known
    /// here; the error names its id. Find that dictionary and
    /// [learn](crate::Packer::learn) it.
    MissingDictionary,
    /// The payload is, or says it is, larger than
    /// [`Config::max_uncompressed`](crate::Config::max_uncompressed).
    Limit,
    /// The peer of a transport went away without saying that it was done.
    Disconnected,
    /// The stream under a transport failed; the source says how.
    Io,
    /// The caller passed a value that has no meaning, such as level 20.
    Misuse,
}

/// The error of this crate: its kind, what was being done, and the cause.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    context: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, context: impl Into<String>) -> Self {
        Self {
            kind,
            context: context.into(),
            source: None,
        }
    }

    pub(crate) fn corrupt(context: impl Into<String>) -> Self {
        Self::new(ErrorKind::Corrupt, context)
    }

    pub(crate) fn with_source(self, source: impl StdError + Send + Sync + 'static) -> Self {
        Self {
            source: Some(Box::new(source)),
            ..self
        }
    }

    /// What the caller can do about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.context)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
