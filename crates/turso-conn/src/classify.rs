//! From SQLite's result codes to [`ErrorKind`].

use crate::{Error, ErrorKind};

/// `SQLITE_ERROR` with the text of a failed guard is a conflict.
pub(crate) const GUARD_FAILED: &str = "integer overflow";

/// The kind for SQLite's (extended) result `code`.
///
/// The low byte of an extended code is its primary code; the few extended codes
/// that mean something else for the caller come first.
/// <https://www.sqlite.org/rescode.html>
pub(crate) fn classify(code: i32) -> ErrorKind {
    match code {
        // IOERR_WRITE is what a file-size limit gives: there is no room for more.
        778 => ErrorKind::Full,
        // READONLY_DBMOVED: the file was moved away under the connection.
        1032 => ErrorKind::Disconnected,
        _ => classify_primary(code & 0xff),
    }
}

fn classify_primary(code: i32) -> ErrorKind {
    match code {
        // BUSY, LOCKED, PROTOCOL (a race for the WAL's locks), SCHEMA (changed meanwhile).
        5 | 6 | 15 | 17 => ErrorKind::Busy,
        // PERM and CANTOPEN.
        3 | 14 => ErrorKind::Disconnected,
        // INTERRUPT: only our deadlines and cancelled calls interrupt.
        9 => ErrorKind::Timeout,
        23 => ErrorKind::Unauthorized,
        // CORRUPT, FORMAT, NOTADB.
        11 | 24 | 26 => ErrorKind::Corrupt,
        13 => ErrorKind::Full,
        8 => ErrorKind::ReadOnly,
        // CONSTRAINT and MISMATCH.
        19 | 20 => ErrorKind::Constraint,
        // NOMEM and TOOBIG.
        7 | 18 => ErrorKind::Limit,
        22 => ErrorKind::Unsupported,
        10 => ErrorKind::Io,
        // ERROR (bad SQL, no such table, a function's complaint) and RANGE.
        1 | 25 => ErrorKind::Misuse,
        // INTERNAL, ABORT, NOTFOUND, MISUSE and what a later SQLite may invent.
        _ => ErrorKind::Bug,
    }
}

/// Whether this failure of a guard means that the guard does not hold.
pub(crate) fn is_failed_guard(code: i32, message: &str) -> bool {
    code == 1 && message.contains(GUARD_FAILED)
}

/// Whether a statement that failed so may no longer fit the schema, as far as
/// its code tells: a missing table or column is plain `SQLITE_ERROR`, which a
/// failed guard is as well.
pub(crate) fn is_outdated(error: &Error) -> bool {
    let said = error.said_by_sqlite();
    said.is_some_and(|said| {
        matches!(said.code & 0xff, 1 | 17) && !is_failed_guard(said.code, &said.message)
    })
}

/// Whether a COMMIT that failed with `code` may still be found stored after a
/// crash: its frames may be in the log although syncing them failed. When
/// writing them failed (full, write error) the commit frame is not there.
pub(crate) fn commit_is_uncertain(code: i32) -> bool {
    code & 0xff == 10 && code != 778
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_table_has_its_kind() {
        let table = [
            (5, ErrorKind::Busy),
            (261, ErrorKind::Busy),
            (517, ErrorKind::Busy),
            (6, ErrorKind::Busy),
            (15, ErrorKind::Busy),
            (14, ErrorKind::Disconnected),
            (1032, ErrorKind::Disconnected),
            (9, ErrorKind::Timeout),
            (23, ErrorKind::Unauthorized),
            (11, ErrorKind::Corrupt),
            (26, ErrorKind::Corrupt),
            (13, ErrorKind::Full),
            (778, ErrorKind::Full),
            (8, ErrorKind::ReadOnly),
            (1288, ErrorKind::ReadOnly),
            (19, ErrorKind::Constraint),
            (787, ErrorKind::Constraint),
            (2067, ErrorKind::Constraint),
            (18, ErrorKind::Limit),
            (7, ErrorKind::Limit),
            (10, ErrorKind::Io),
            (1034, ErrorKind::Io),
            (1, ErrorKind::Misuse),
            (21, ErrorKind::Bug),
            (-1, ErrorKind::Bug),
        ];
        for (code, kind) in table {
            assert_eq!(classify(code), kind, "code {code}");
        }
    }

    #[test]
    fn only_a_failed_sync_leaves_a_commit_uncertain() {
        assert!(commit_is_uncertain(1034));
        assert!(!commit_is_uncertain(778));
        assert!(!commit_is_uncertain(13));
        assert!(!commit_is_uncertain(5));
    }
}
