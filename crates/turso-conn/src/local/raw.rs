//! The few places where libsql's own calls and errors are turned into ours.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use crate::classify::classify;
use crate::error::SqliteMessage;
use crate::{Error, ErrorKind, Result, Value};

/// Runs one local libsql call. Their futures do all the work at the first poll
/// and are then ready, so that no runtime is needed to wait for them.
pub(super) fn now<T>(call: impl Future<Output = libsql::Result<T>>) -> Result<T> {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer.map_err(error),
        Poll::Pending => Err(Error::new(ErrorKind::Bug, "libsql did not answer at once")),
    }
}

/// Runs what may panic inside libsql on stored data it did not expect: TEXT
/// that is not UTF-8 cannot be read through its API in any other way.
pub(super) fn shielded<T>(what: &'static str, read: impl FnOnce() -> Result<T>) -> Result<T> {
    // Unwind safe: what a panic interrupts is a statement, and that is reset.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(Error::new(ErrorKind::Corrupt, what)))
}

/// libsql's error as ours.
pub(super) fn error(error: libsql::Error) -> Error {
    match error {
        libsql::Error::SqliteFailure(code, message) => Error::new(classify(code), "SQLite refused")
            .with_code(code)
            .with_source(SqliteMessage { code, message }),
        libsql::Error::ConnectionFailed(_) => other(ErrorKind::Disconnected, error),
        libsql::Error::Misuse(_)
        | libsql::Error::ToSqlConversionFailure(_)
        | libsql::Error::InvalidUTF8Path => other(ErrorKind::Misuse, error),
        _ => other(ErrorKind::Bug, error),
    }
}

fn other(kind: ErrorKind, source: libsql::Error) -> Error {
    Error::new(kind, "libsql refused").with_source(source)
}

/// Our values as libsql's.
pub(super) fn params(values: &[Value]) -> libsql::params::Params {
    libsql::params::Params::Positional(values.iter().map(to_libsql).collect())
}

fn to_libsql(value: &Value) -> libsql::Value {
    match value {
        Value::Null => libsql::Value::Null,
        Value::Integer(v) => libsql::Value::Integer(*v),
        Value::Real(v) => libsql::Value::Real(*v),
        Value::Text(v) => libsql::Value::Text(v.clone()),
        Value::Blob(v) => libsql::Value::Blob(v.clone()),
    }
}

/// libsql's value as ours.
pub(super) fn from_libsql(value: libsql::Value) -> Value {
    match value {
        libsql::Value::Null => Value::Null,
        libsql::Value::Integer(v) => Value::Integer(v),
        libsql::Value::Real(v) => Value::Real(v),
        libsql::Value::Text(v) => Value::Text(v),
        libsql::Value::Blob(v) => Value::Blob(v),
    }
}
