//! Databases that are not as the crate leaves them.

use crate::support::{changed, complaints, copy, counts, rows};
use memory_storage_turso::migrate::do_memory::DoMemory;
use memory_storage_turso::{ErrorKind, Namespace, TursoStorage};
use testkit::TempDb;

#[tokio::test]
async fn tables_that_older_versions_do_not_have_are_empty() {
    let drops = [
        "episode_pattern_relationships",
        "heuristics",
        "patterns",
        "episode_relationships",
        "episode_tags",
        "episode_summaries",
        "episode_revisions",
        "embeddings",
    ];
    let drops = drops.map(|table| format!("DROP TABLE {table}"));
    let mut statements: Vec<&str> = drops.iter().map(String::as_str).collect();
    statements.push("ALTER TABLE episodes DROP COLUMN checkpoints");
    let temp = changed(&statements).await;
    let rows = rows(&temp).await;
    assert_eq!(complaints(&rows), [""; 0]);
    assert_eq!(counts(&rows), [7, 0, 0]);
}

#[tokio::test]
async fn a_row_that_makes_no_sense_is_named_and_the_rest_is_read() {
    let temp = changed(&[
        "PRAGMA foreign_keys = OFF",
        "UPDATE episodes SET steps = '[{' WHERE rowid = 1",
        "UPDATE episodes SET task_type = '' WHERE rowid = 2",
        "UPDATE episodes SET episode_id = 'x' WHERE rowid = 5",
        "UPDATE episodes SET metadata = '__compressed__:lz4:9\nAAAA' WHERE rowid = 6",
        "UPDATE episodes SET task_description = CAST(x'ff' AS TEXT) WHERE rowid = 7",
        "UPDATE patterns SET success_rate = 'often' WHERE rowid = 1",
        "UPDATE heuristics SET evidence = '7' WHERE rowid = 2",
        "UPDATE episode_relationships SET relationship_type = 'caused_by' WHERE rowid = 1",
        "UPDATE episode_relationships SET to_episode_id = from_episode_id WHERE rowid = 2",
    ])
    .await;
    let rows = rows(&temp).await;
    let starts = [
        "episodes 1: column steps: its JSON cannot be understood: EOF while parsing an object",
        "episodes 2: column task_type: the task type is empty",
        "episodes 5: column episode_id: not an episode id",
        "episodes 6: column metadata: a compressed value is broken",
        "episodes 7: column task_description: not a text",
        "patterns 1: column success_rate: not a number",
        "heuristics 2: column evidence: its JSON cannot be understood",
        "episode_relationships 1: column relationship_type: \"caused_by\" is no kind of relationship",
        "episode_relationships 2: an episode cannot be related to itself",
    ];
    let complaints = complaints(&rows);
    assert_eq!(complaints.len(), starts.len(), "{complaints:#?}");
    for (complaint, start) in complaints.iter().zip(starts) {
        assert!(complaint.starts_with(start), "{complaint}");
    }
    assert_eq!(counts(&rows), [2, 4, 5]);
}

#[tokio::test]
async fn a_row_that_is_too_large_is_named_and_the_rest_is_read() {
    let large = "UPDATE episodes SET steps = CAST(zeroblob(40000000) AS TEXT) WHERE rowid = 3";
    let rows = rows(&changed(&[large]).await).await;
    let complaints = complaints(&rows);
    assert!(
        complaints[0].starts_with("episodes 3: the row has 4000"),
        "{complaints:?}"
    );
    assert_eq!(counts(&rows), [6, 6, 7]);
}

#[tokio::test]
async fn many_rows_come_in_pages_that_are_bounded() {
    let copies = "INSERT INTO episodes (episode_id, task_type, task_description, context, start_time, steps, patterns, metadata, domain) \
        WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 450) \
        SELECT printf('00000000-0000-4000-8000-%012d', i), 'testing', iif(i % 50 = 0, hex(zeroblob(1500000)), 'short'), \
          '{}', i, '[]', '[]', '{}', '' FROM n";
    let temp = changed(&[copies]).await;
    let mut reader = DoMemory::open(temp.path(), Namespace::default())
        .await
        .unwrap();
    let (mut pages, mut all) = (0, Vec::new());
    while let Some(page) = reader.next_page().await.unwrap() {
        let bytes: usize = page.iter().map(|row| row.bytes).sum();
        assert!(
            page.len() == 1 || (page.len() <= 200 && bytes <= 7_000_000),
            "{bytes}"
        );
        pages += 1;
        all.extend(page);
    }
    assert_eq!(complaints(&all), [""; 0]);
    assert_eq!(counts(&all), [457, 6, 7]);
    assert!(pages > 6, "{pages}");
    let mut numbers: Vec<i64> = all
        .iter()
        .filter(|row| row.table == "episodes")
        .map(|row| row.number)
        .collect();
    numbers.dedup();
    assert!(numbers.is_sorted() && numbers.len() == 457);
}

#[tokio::test]
async fn another_database_is_refused() {
    let temp = TempDb::new().unwrap();
    TursoStorage::open(temp.path().to_str().unwrap())
        .await
        .unwrap();
    let error = DoMemory::open(temp.path(), Namespace::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);

    let temp = copy();
    std::fs::write(
        temp.path(),
        "not a database, and long enough to be looked at as one",
    )
    .unwrap();
    let error = DoMemory::open(temp.path(), Namespace::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);

    let error = DoMemory::open(&temp.beside("nothing.db"), Namespace::default())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
}
