//! From what a server says to [`ErrorKind`]: pure functions.

use super::answer::Failure;
use crate::ErrorKind;
use crate::classify::{GUARD_FAILED, classify as classify_sqlite};

/// The kind of an error with a `code` of the protocol, and SQLite's own
/// primary code if it is one of those.
pub(super) fn classify(failure: &Failure) -> (ErrorKind, Option<i32>) {
    match sqlite_code(&failure.code) {
        Some(code) => (classify_sqlite(code), Some(code)),
        None => (classify_code(&failure.code, &failure.message), None),
    }
}

/// Whether a failed guard or a failed count of changes says that it does not hold.
pub(super) fn is_failed_guard(failure: &Failure) -> bool {
    failure.message.contains(GUARD_FAILED)
}

fn classify_code(code: &str, message: &str) -> ErrorKind {
    match code {
        // The transaction was stolen after 5 s, or there are too many.
        "TRANSACTION_TIMEOUT" | "TRANSACTION_BUSY" => ErrorKind::Busy,
        "RESPONSE_TOO_LARGE" => ErrorKind::Limit,
        // A value of more than 5,000,000 bytes, in sqld 0.24.
        "ARGS_INVALID" if message.contains("too big") => ErrorKind::Limit,
        "SQL_PARSE_ERROR" if message.contains("unsupported statement") => ErrorKind::Unsupported,
        "SQL_PARSE_ERROR"
        | "SQL_NO_STATEMENT"
        | "SQL_MANY_STATEMENTS"
        | "SQL_INPUT_ERROR"
        | "ARGS_INVALID"
        | "ARGS_BOTH_POSITIONAL_AND_NAMED" => ErrorKind::Misuse,
        // By the operator, for instance because a quota is used up.
        "BLOCKED" if message.contains("write") => ErrorKind::ReadOnly,
        "BLOCKED" => ErrorKind::Unauthorized,
        _ if code.starts_with("AUTH_") => ErrorKind::Unauthorized,
        _ if code.starts_with("STREAM_") => ErrorKind::Disconnected,
        // PROXY_ERROR: a replica passes on what its primary said, without the
        // code. And whatever else there may be.
        _ => classify_message(message),
    }
}

fn classify_message(message: &str) -> ErrorKind {
    let says = |part: &str| message.contains(part);
    match () {
        () if says("constraint failed") => ErrorKind::Constraint,
        () if says("database is locked") || says("Transaction timed-out") => ErrorKind::Busy,
        () if says("database or disk is full") => ErrorKind::Full,
        () if says("readonly database") => ErrorKind::ReadOnly,
        () if says("no such") || says("syntax error") || says(GUARD_FAILED) => ErrorKind::Misuse,
        () => ErrorKind::Bug,
    }
}

/// SQLite's primary result codes by the names that servers give them; extended
/// names (`SQLITE_CONSTRAINT_UNIQUE`) begin with their primary one's.
/// `SQLITE_UNKNOWN` is what sqld calls the generic `SQLITE_ERROR`.
const NAMES: [(&str, i32); 27] = [
    ("SQLITE_ERROR", 1),
    ("SQLITE_UNKNOWN", 1),
    ("SQLITE_INTERNAL", 2),
    ("SQLITE_PERM", 3),
    ("SQLITE_ABORT", 4),
    ("SQLITE_BUSY", 5),
    ("SQLITE_LOCKED", 6),
    ("SQLITE_NOMEM", 7),
    ("SQLITE_READONLY", 8),
    ("SQLITE_INTERRUPT", 9),
    ("SQLITE_IOERR", 10),
    ("SQLITE_CORRUPT", 11),
    ("SQLITE_NOTFOUND", 12),
    ("SQLITE_FULL", 13),
    ("SQLITE_CANTOPEN", 14),
    ("SQLITE_PROTOCOL", 15),
    ("SQLITE_EMPTY", 16),
    ("SQLITE_SCHEMA", 17),
    ("SQLITE_TOOBIG", 18),
    ("SQLITE_CONSTRAINT", 19),
    ("SQLITE_MISMATCH", 20),
    ("SQLITE_MISUSE", 21),
    ("SQLITE_NOLFS", 22),
    ("SQLITE_AUTH", 23),
    ("SQLITE_FORMAT", 24),
    ("SQLITE_RANGE", 25),
    ("SQLITE_NOTADB", 26),
];

fn sqlite_code(code: &str) -> Option<i32> {
    let names = NAMES.iter().filter(|(name, _)| {
        code.strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    });
    names.map(|(_, number)| *number).next()
}

/// What a status says, when the body does not say it better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) kind: ErrorKind,
    /// Whether the request may have had its effect nevertheless.
    pub(super) may_have_run: bool,
}

/// What an HTTP status other than 200 means, with the plain message it came with.
///
/// 503 is taken at its word (RFC 9110: unable to handle the request), like 429.
/// The other errors of servers and gateways (500, 502, 504, …) may come after
/// the request was carried out.
pub(super) fn refused(status: u16, message: &str) -> Refused {
    let kind = match status {
        // A server that has just started does not know its databases yet.
        404 if message.starts_with("Namespace") => ErrorKind::Disconnected,
        // Text that is none was to be answered.
        500 if message.starts_with("invalid utf-8") => ErrorKind::Corrupt,
        _ => kind_of_status(status),
    };
    Refused {
        kind,
        may_have_run: status < 300 || (status >= 500 && ![501, 503, 505].contains(&status)),
    }
}

fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 | 403 | 407 => ErrorKind::Unauthorized,
        413 | 414 | 431 => ErrorKind::Limit,
        406 | 415 | 426 | 501 | 505 => ErrorKind::Unsupported,
        429 | 503 => ErrorKind::Busy,
        // The server did not get all of the request.
        408 | 421 | 425 => ErrorKind::Disconnected,
        // Also 404: the wrong path or the wrong server.
        400..=499 => ErrorKind::Misuse,
        // Redirects are not followed: a token would follow them.
        _ => ErrorKind::Disconnected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(code: &str, message: &str) -> ErrorKind {
        classify(&Failure {
            message: message.into(),
            code: code.into(),
        })
        .0
    }

    #[test]
    fn codes_have_their_kinds() {
        let table = [
            ("SQLITE_BUSY", ErrorKind::Busy),
            ("SQLITE_BUSY_SNAPSHOT", ErrorKind::Busy),
            ("SQLITE_CONSTRAINT", ErrorKind::Constraint),
            ("SQLITE_CONSTRAINT_PRIMARYKEY", ErrorKind::Constraint),
            ("SQLITE_UNKNOWN", ErrorKind::Misuse),
            ("SQLITE_FULL", ErrorKind::Full),
            ("SQLITE_IOERR", ErrorKind::Io),
            ("SQLITE_READONLY", ErrorKind::ReadOnly),
            ("SQLITE_AUTH", ErrorKind::Unauthorized),
            ("SQLITE_NOTADB", ErrorKind::Corrupt),
            ("SQLITE_TOOBIG", ErrorKind::Limit),
            ("SQLITE_NEWLY_INVENTED", ErrorKind::Bug),
            ("SQL_PARSE_ERROR", ErrorKind::Misuse),
            ("SQL_MANY_STATEMENTS", ErrorKind::Misuse),
            ("ARGS_INVALID", ErrorKind::Misuse),
            ("TRANSACTION_TIMEOUT", ErrorKind::Busy),
            ("RESPONSE_TOO_LARGE", ErrorKind::Limit),
            ("STREAM_EXPIRED", ErrorKind::Disconnected),
            ("AUTH_JWT_EXPIRED", ErrorKind::Unauthorized),
            ("", ErrorKind::Bug),
        ];
        for (code, expected) in table {
            assert_eq!(kind(code, "some message"), expected, "{code}");
        }
    }

    #[test]
    fn messages_count_where_codes_do_not_say_it() {
        let table = [
            (
                "SQL_PARSE_ERROR",
                "unsupported statement: PRAGMA x",
                ErrorKind::Unsupported,
            ),
            ("ARGS_INVALID", "string or blob too big", ErrorKind::Limit),
            ("BLOCKED", "writes are blocked", ErrorKind::ReadOnly),
            ("BLOCKED", "Operation was blocked", ErrorKind::Unauthorized),
            (
                "PROXY_ERROR",
                "UNIQUE constraint failed: t.x",
                ErrorKind::Constraint,
            ),
            ("PROXY_ERROR", "no such table: t", ErrorKind::Misuse),
            ("PROXY_ERROR", "database is locked", ErrorKind::Busy),
            ("PROXY_ERROR", "something", ErrorKind::Bug),
        ];
        for (code, message, expected) in table {
            assert_eq!(kind(code, message), expected, "{code}: {message}");
        }
    }

    #[test]
    fn statuses_have_their_kinds() {
        use ErrorKind::{Busy, Disconnected, Limit, Misuse, Unauthorized, Unsupported};
        let table = [
            (301, Disconnected, false),
            (400, Misuse, false),
            (401, Unauthorized, false),
            (403, Unauthorized, false),
            (404, Misuse, false),
            (408, Disconnected, false),
            (413, Limit, false),
            (415, Unsupported, false),
            (429, Busy, false),
            (500, Disconnected, true),
            (502, Disconnected, true),
            (503, Busy, false),
            (504, Disconnected, true),
            (204, Disconnected, true),
        ];
        for (status, kind, may_have_run) in table {
            let expected = Refused { kind, may_have_run };
            assert_eq!(refused(status, "x"), expected, "{status}");
        }
        let kind = |status, message| refused(status, message).kind;
        assert_eq!(kind(404, "Namespace `x` doesn't exist"), Disconnected);
        assert_eq!(kind(500, "invalid utf-8 sequence"), ErrorKind::Corrupt);
    }
}
