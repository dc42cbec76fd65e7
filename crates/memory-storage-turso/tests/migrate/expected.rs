//! What the real crate stored, compared with what comes out, field by field.

use crate::support::{bytes, copy, open, rest};
use memory_storage_turso::migrate::do_memory::{Loss, Record, Row};
use memory_storage_turso::{Change, EpisodeStore, PatternStore, RelationshipStore, TursoStorage};
use serde_json::{Value, json};
use std::path::Path;

fn lines(rows: &[Row]) -> Value {
    let lines = rows.iter().map(|row| {
        let value = match row.record.as_ref().unwrap() {
            Record::Episode(episode) => serde_json::to_value(episode),
            Record::Pattern(pattern) => serde_json::to_value(pattern),
            Record::Relationship(relationship) => serde_json::to_value(relationship),
        };
        let lost: Vec<&str> = row.lost.iter().map(|lost| lost.as_str()).collect();
        json!({ "table": row.table, "value": value.unwrap(), "lost": lost })
    });
    lines.collect()
}

/// With UPDATE_EXPECTED set, the file is written instead: read the difference before it is committed.
#[tokio::test]
async fn every_record_of_the_real_crate_arrives() {
    let temp = copy();
    let mut reader = open(&temp).await;
    let found = lines(&rest(&mut reader).await);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/do-memory-0.1.47.json");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        let text = serde_json::to_string_pretty(&found).unwrap() + "\n";
        std::fs::write(&path, text).unwrap();
    }
    let expected: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    let pair = |value: &Value| value.as_array().cloned().unwrap_or_default();
    for (found, expected) in pair(&found).iter().zip(pair(&expected)) {
        assert_eq!(*found, expected);
    }
    assert_eq!(found, expected);
    let left = reader.left_behind().await.unwrap();
    let expected = [
        ("rows of embeddings", 1),
        ("links to patterns that do not exist", 1),
    ];
    assert_eq!(left, expected.map(|(what, count)| (what.to_owned(), count)));
}

#[tokio::test]
async fn a_file_is_read_again_after_a_rewind() {
    let temp = copy();
    let mut reader = open(&temp).await;
    let first = lines(&rest(&mut reader).await);
    assert!(reader.next_page().await.unwrap().is_none());
    reader.rewind();
    assert_eq!(lines(&rest(&mut reader).await), first);
}

/// A file in WAL mode gets the two files beside it that SQLite makes for every reader. They
/// hold nothing, and are left: another process may have opened them meanwhile.
#[tokio::test]
async fn reading_does_not_change_the_file() {
    let temp = copy();
    let mut reader = open(&temp).await;
    assert!(!rest(&mut reader).await.is_empty());
    drop(reader);
    assert!(std::fs::read(temp.path()).unwrap() == bytes());
    let log = std::fs::metadata(temp.beside("memory.db-wal"));
    assert!(log.is_err() || log.unwrap().len() == 0);
}

#[tokio::test]
async fn storing_it_a_second_time_changes_nothing() {
    let (temp, memory) = (copy(), TursoStorage::open(":memory:").await.unwrap());
    let mut reader = open(&temp).await;
    let mut expected = Change::Created;
    for _ in 0..2 {
        for row in rest(&mut reader).await {
            let stored = match row.record.unwrap() {
                Record::Episode(episode) => memory.store_episode(&episode).await.unwrap().change,
                Record::Pattern(pattern) => memory.store_pattern(&pattern).await.unwrap().change,
                Record::Relationship(r) => memory.add_relationship(&r).await.unwrap(),
            };
            assert_eq!(stored, expected, "{} {}", row.table, row.number);
        }
        reader.rewind();
        expected = Change::Unchanged;
    }
    let report = memory.check().await.unwrap();
    assert!(report.problems.is_empty(), "{:?}", report.problems);
}

#[test]
fn every_loss_has_words_of_its_own() {
    assert_eq!(Loss::Tag.to_string(), Loss::Tag.as_str());
    assert_ne!(Loss::Tag.as_str(), Loss::Leftover.as_str());
}
