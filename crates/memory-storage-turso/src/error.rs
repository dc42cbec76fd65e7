//! The errors of the layers below, as the model's.

use memory_core::{Error, ErrorKind};

/// What went wrong while `doing`, in the words of the model.
pub(crate) fn storage(doing: &str, error: turso_conn::Error) -> Error {
    let kind = kind_of(error.kind());
    Error::new(kind, format!("{doing}: {}", advice(kind))).with_source(error)
}

/// A payload that could not be packed or unpacked.
pub(crate) fn payload(doing: &str, error: turso_compression::Error) -> Error {
    use turso_compression::ErrorKind as Packing;
    let kind = match error.kind() {
        // A dictionary that was there when the payload was written is lost.
        Packing::Corrupt | Packing::MissingDictionary => ErrorKind::Corrupt,
        Packing::Unsupported => ErrorKind::Unsupported,
        Packing::Limit => ErrorKind::Limit,
        _ => ErrorKind::Bug,
    };
    Error::new(kind, doing).with_source(error)
}

/// Something stored that does not make sense.
pub(crate) fn corrupt(what: impl Into<String>) -> Error {
    Error::new(ErrorKind::Corrupt, what)
}

/// A value read from the database that is not what it must be.
pub(crate) fn unreadable(error: turso_conn::Error) -> Error {
    corrupt("a stored value has another type than its column").with_source(error)
}

/// A defect of this crate.
pub(crate) fn bug(what: &str) -> Error {
    Error::new(ErrorKind::Bug, what)
}

const fn kind_of(kind: turso_conn::ErrorKind) -> ErrorKind {
    use turso_conn::ErrorKind as Conn;
    match kind {
        Conn::Busy => ErrorKind::Busy,
        Conn::Disconnected => ErrorKind::Disconnected,
        Conn::Timeout => ErrorKind::Timeout,
        Conn::OutcomeUnknown => ErrorKind::OutcomeUnknown,
        Conn::Unauthorized => ErrorKind::Unauthorized,
        Conn::Corrupt => ErrorKind::Corrupt,
        Conn::Full => ErrorKind::Full,
        Conn::ReadOnly => ErrorKind::ReadOnly,
        Conn::Constraint => ErrorKind::Constraint,
        Conn::Conflict => ErrorKind::Conflict,
        Conn::Limit => ErrorKind::Limit,
        Conn::Unsupported => ErrorKind::Unsupported,
        Conn::Misuse => ErrorKind::Misuse,
        Conn::Closed => ErrorKind::Closed,
        Conn::Io => ErrorKind::Io,
        _ => ErrorKind::Bug,
    }
}

const fn advice(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Busy => "other writers held the database until the deadline; try again",
        ErrorKind::Disconnected => "the database cannot be reached",
        ErrorKind::Timeout => "the deadline passed; nothing was stored",
        ErrorKind::OutcomeUnknown => "the answer was lost; repeat the call, it converges",
        ErrorKind::Unauthorized => "the server refused the token",
        ErrorKind::Corrupt => "the database is damaged",
        ErrorKind::Full => "the disk or a quota is full; nothing was stored",
        ErrorKind::ReadOnly => "the database cannot be written to",
        ErrorKind::Constraint => "it contradicts what is stored",
        ErrorKind::Conflict => {
            "somebody else changed it meanwhile; read it again and redo the change"
        }
        ErrorKind::NotFound => "there is no such record",
        ErrorKind::Limit => "a limit was passed",
        ErrorKind::Unsupported => "the database cannot do that",
        ErrorKind::Misuse => "the call makes no sense",
        ErrorKind::Closed => "the storage is closed",
        ErrorKind::Io => "the operating system reported an error",
        _ => "this is a defect; please report it",
    }
}
