//! Command lines and locations that make no sense say so, and how they would.

use crate::support::{Memory, attempt, bare, three};
use std::io::{Seek as _, SeekFrom, Write as _};

/// It was an empty path, and exit code 2.
#[test]
fn a_variable_that_is_set_to_nothing_counts_as_not_set() {
    let memory = Memory::with(&[attempt("a")]);
    let mut list = bare(&["list", "--json"]);
    list.env("TURSO_DATABASE_URL", "")
        .current_dir(memory.path().parent().unwrap());
    assert_eq!(memory.path().file_name().unwrap(), "memory.db");
    let output = list.output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    memory
        .call(&["list", "--db", ""])
        .assert_failed(2, "an empty path");
}

#[test]
fn a_location_that_is_none_says_what_one_is() {
    let memory = Memory::new();
    for place in ["foo://bar", "libsql://", "libsql://h:port", ""] {
        let call = memory.call(&["list", "--db", place]);
        call.assert_failed(2, "next: name a path, or a server by libsql://host");
    }
}

/// It was an error of the walk, with exit code 1.
#[test]
fn a_walk_beyond_the_limits_is_wrong_usage() {
    let memory = three();
    for (option, number) in [
        ("--depth", "33"),
        ("--depth", "99"),
        ("--depth", "0"),
        ("--limit", "10001"),
    ] {
        memory
            .call(&["related", "a", option, number])
            .assert_failed(2, "is not in 1..=");
    }
    memory.done(&["related", "a", "--depth", "32", "--limit", "10000"]);
}

/// It said by what trick the statement failed: "integer overflow".
#[test]
fn a_cycle_is_refused_in_plain_words() {
    let memory = three();
    let call = memory.call(&["relate", "b", "DependsOn", "c"]);
    call.assert_failed(1, "it would close a cycle of its kind");
    assert!(!call.err.contains("overflow"), "{}", call.err);
}

#[test]
fn forget_says_that_nothing_was_deleted_when_one_is_missing() {
    let memory = three();
    memory
        .call(&["forget", "--yes", "a", "nosuch"])
        .assert_failed(3, "namespace default: nothing was deleted");
    assert_eq!(memory.episodes(), 3);
}

/// Where SQLite itself could not read a page, the advice was to run `memory check`, also to those
/// who had just done that.
#[test]
fn check_goes_on_behind_a_page_that_cannot_be_read() {
    let attempts: Vec<_> = (0..300).map(|n| attempt(&n.to_string())).collect();
    let memory = Memory::with(&attempts);
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .open(memory.path())
        .unwrap();
    let last = file.metadata().unwrap().len() - 4_096;
    file.seek(SeekFrom::Start(last)).unwrap();
    file.write_all(&[0x55; 4_096]).unwrap();
    let call = memory.call(&["check"]);
    assert_eq!((call.code, call.err.as_str()), (4, ""));
    assert!(call.out.contains("problem: the file: "), "{}", call.out);
}
