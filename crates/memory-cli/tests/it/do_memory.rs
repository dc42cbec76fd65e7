//! Databases of do-memory as sources of an import.

use crate::support::Memory;
use serde_json::json;
use std::io::Read as _;

/// The database that the real crate made, in the folder of `memory`.
fn old(memory: &Memory) -> String {
    let packed: &[u8] =
        include_bytes!("../../../memory-storage-turso/tests/data/do-memory-0.1.47.db.gz");
    let mut bytes = Vec::new();
    let mut reader = flate2::read::GzDecoder::new(packed);
    reader.read_to_end(&mut bytes).unwrap();
    memory.write_bytes("old.db", &bytes)
}

const IMPORT: [&str; 4] = ["import", "--from", "do-memory", "old.db"];

#[test]
fn a_database_of_do_memory_is_imported_and_a_second_time_changes_nothing() {
    let memory = Memory::new();
    old(&memory);
    let summary = memory.json(&IMPORT);
    for (kind, number) in [("episodes", 7), ("patterns", 6), ("relationships", 7)] {
        let created = json!({ "created": number, "replaced": 0, "unchanged": 0 });
        assert_eq!(summary[kind], created, "{kind}");
    }
    let lost = json!({
        "contexts of patterns beyond their domain": 2,
        "embeddings of summaries": 1,
        "links to patterns that do not exist": 1,
        "rows of embeddings": 1,
    });
    assert_eq!(summary["lost"], lost);
    let before = memory.done(&["export"]);
    let summary = memory.json(&IMPORT);
    assert_eq!(
        summary["episodes"],
        json!({ "created": 0, "replaced": 0, "unchanged": 7 })
    );
    assert_eq!(
        summary["patterns"],
        json!({ "created": 0, "replaced": 0, "unchanged": 6 })
    );
    assert_eq!(
        summary["relationships"],
        json!({ "created": 0, "replaced": 0, "unchanged": 7 })
    );
    assert_eq!(memory.done(&["export"]), before);
    memory.assert_clean();
    assert!(
        memory
            .done(&IMPORT)
            .contains("not taken over: 1 embeddings of summaries")
    );
}

#[test]
fn it_goes_into_the_namespace_that_is_named() {
    let memory = Memory::new();
    old(&memory);
    memory.done(&[&IMPORT[..], &["--namespace", "old"]].concat());
    assert_eq!(memory.json(&["stats", "--namespace", "old"])["episodes"], 7);
    assert_eq!(memory.episodes(), 0);
}

#[test]
fn a_bad_row_stops_the_import_before_anything_is_stored_unless_it_is_skipped() {
    let memory = Memory::new();
    let path = old(&memory);
    damage(&path);
    let call = memory.call(&IMPORT);
    call.assert_failed(
        1,
        "old.db:episodes:1: column steps: its JSON cannot be understood",
    );
    assert!(
        call.err
            .contains("next: leave such rows out with --skip-bad"),
        "{}",
        call.err
    );
    assert!(!memory.path().exists());

    let call = memory.call(&[&IMPORT[..], &["--skip-bad"]].concat());
    assert_eq!(call.code, 0, "{}", call.err);
    assert!(
        call.err
            .contains("old.db:episodes:1: skipped: column steps"),
        "{}",
        call.err
    );
    assert_eq!(memory.episodes(), 6);
}

/// Spoils the JSON of the steps of the first episode in place, as a disk might.
fn damage(path: &str) {
    let mut bytes = std::fs::read(path).unwrap();
    let text = br#"[{"step_number":1"#;
    for at in 0..bytes.len() {
        // Free space may hold an old copy of it.
        if bytes[at..].starts_with(text) {
            bytes[at + 1] = b'[';
        }
    }
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn what_is_no_such_database_is_refused() {
    let memory = Memory::new();
    memory.done(&["import", &memory.write("lines.jsonl", &[])]);
    let ours = memory.path().to_str().unwrap().to_owned();
    let call = memory.call(&["import", "--from", "do-memory", &ours]);
    call.assert_failed(1, "next: name a file that do-memory-storage-turso made");
    let call = memory.call(&["import", "--from", "do-memory", "-"]);
    call.assert_failed(2, "standard input is not a file");
    let call = memory.call(&["import", "--from", "do-memory", "nothing.db"]);
    call.assert_failed(3, "cannot read nothing.db");
}
