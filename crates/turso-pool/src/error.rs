//! The one error of this crate.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;

use turso_conn::ErrorKind;

use crate::Status;

/// Why there is no connection: a kind to act on, what the pool was doing, how
/// it looked then, and the last connect error if connecting is the trouble.
///
/// `Display` has the numbers of [`status`](Self::status); it does not repeat
/// the source. Cheap to clone, so that one failure is told to many waiters.
#[derive(Clone, Debug)]
pub struct Error {
    /// Boxed, so that a success is small to return.
    story: Box<Story>,
}

#[derive(Clone, Debug)]
struct Story {
    kind: ErrorKind,
    context: Cow<'static, str>,
    status: Option<Status>,
    source: Option<turso_conn::Error>,
}

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    pub(crate) fn new(kind: ErrorKind, context: impl Into<Cow<'static, str>>) -> Self {
        let story = Box::new(Story {
            kind,
            context: context.into(),
            status: None,
            source: None,
        });
        Self { story }
    }

    pub(crate) fn with_status(mut self, status: Status) -> Self {
        self.story.status = Some(status);
        self
    }

    pub(crate) fn with_source(mut self, source: Option<turso_conn::Error>) -> Self {
        self.story.source = source;
        self
    }

    /// The pool was closed.
    pub(crate) fn closed() -> Self {
        Self::new(ErrorKind::Closed, "the pool is closed")
    }

    /// A connection could not be opened.
    pub(crate) fn connecting(cause: turso_conn::Error) -> Self {
        Self::new(cause.kind(), "opening a connection").with_source(Some(cause))
    }

    /// What the caller can do about it: [`Timeout`](ErrorKind::Timeout) at the
    /// deadline, [`Closed`](ErrorKind::Closed) after closing,
    /// [`Busy`](ErrorKind::Busy) when the queue is full, the kind of the
    /// connect error when that is refused at once.
    pub fn kind(&self) -> ErrorKind {
        self.story.kind
    }

    /// See [`ErrorKind::is_retryable`].
    pub fn is_retryable(&self) -> bool {
        self.story.kind.is_retryable()
    }

    /// The pool when it happened.
    pub fn status(&self) -> Option<&Status> {
        self.story.status.as_ref()
    }

    /// The last connect error, if the last attempt to connect failed.
    pub fn connect_error(&self) -> Option<&turso_conn::Error> {
        self.story.source.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.story.context)?;
        match &self.story.status {
            Some(status) => write!(f, " ({status})"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.story
            .source
            .as_ref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

impl From<Error> for turso_conn::Error {
    fn from(error: Error) -> Self {
        let whole = Self::new(error.kind(), error.to_string());
        match error.story.source {
            Some(source) => whole.with_source(source),
            None => whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_the_numbers_and_the_last_connect_error() {
        let status = Status {
            size: 20,
            leased: 18,
            opening: 2,
            waiting: 7,
            ..Status::default()
        };
        let cause = turso_conn::Error::new(ErrorKind::Disconnected, "connection refused");
        let error = Error::new(ErrorKind::Timeout, "no connection within 10s")
            .with_status(status)
            .with_source(Some(cause));
        let text = "no connection within 10s \
                    (size 20: 18 in use, 0 idle, 2 opening; 7 waiting)";
        assert_eq!(error.to_string(), text);
        assert!(error.is_retryable());
        let error = turso_conn::Error::from(error);
        assert_eq!(error.kind(), ErrorKind::Timeout);
        assert_eq!(error.to_string(), text);
        assert_eq!(error.source().unwrap().to_string(), "connection refused");
    }
}
