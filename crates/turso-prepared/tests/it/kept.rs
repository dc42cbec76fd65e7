//! What is kept, for how long, and how it is counted.

use turso_conn::{Batch, Execute, Statement};

use crate::support::{Place, get, insert, run};

#[tokio::test]
async fn a_text_is_compiled_once() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let before = place.prepared.stats();
    for x in 0..100 {
        conn.query(insert(x, x)).await.unwrap();
        conn.query(get(x)).await.unwrap();
    }
    assert_eq!(place.since(before), (198, 2));
    assert_eq!(place.prepared.stats().entries, 2);
}

#[tokio::test]
async fn a_batch_uses_one_statement_for_each_of_its_texts() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let before = place.prepared.stats();
    let batch: Batch = (0..100).map(|x| insert(x, x)).collect();
    conn.batch(batch).await.unwrap();
    conn.batch(Batch::new().step(insert(100, 0))).await.unwrap();
    assert_eq!(place.since(before), (100, 1));
}

#[tokio::test]
async fn the_one_used_least_recently_makes_room() {
    let place = Place::with_max(2);
    let mut conn = place.with_table().await;
    let (one, two, three) = ("SELECT 1", "SELECT 2", "SELECT 3");
    for sql in [one, two, one, three] {
        run(&mut conn, sql).await;
    }
    assert_eq!(place.prepared.stats().evictions, 1);
    let before = place.prepared.stats();
    run(&mut conn, one).await;
    assert_eq!(place.since(before), (1, 0));
    run(&mut conn, two).await;
    assert_eq!(place.since(before), (1, 1));
    assert_eq!(place.prepared.stats().entries, 2);
}

#[tokio::test]
async fn what_changes_the_connection_or_the_schema_is_not_kept() {
    let place = Place::new();
    let mut conn = place.connect().await;
    for sql in [
        "CREATE TABLE t (x INTEGER PRIMARY KEY, y)",
        "CREATE INDEX i ON t (y)",
        "ALTER TABLE t ADD COLUMN z",
        "ANALYZE",
        "REINDEX",
        "PRAGMA user_version",
        "PRAGMA user_version = 7",
        "PRAGMA cache_size = 100",
        "CREATE TEMP TABLE u (x)",
        "ATTACH ':memory:' AS m",
        "DETACH m",
        "VACUUM",
        "DROP TABLE t",
    ] {
        run(&mut conn, sql).await;
        assert_eq!(place.prepared.stats().entries, 0, "{sql}");
    }
}

#[tokio::test]
async fn what_is_kept_goes_with_the_connection() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    conn.query(get(1)).await.unwrap();
    let mut other = place.connect().await;
    other.query(get(1)).await.unwrap();
    assert_eq!(place.prepared.stats().entries, 2);
    drop(conn);
    assert_eq!(place.prepared.stats().entries, 1);
    drop(other);
    assert_eq!(place.prepared.stats().entries, 0);
}

#[tokio::test]
async fn a_text_that_does_not_compile_is_counted_and_not_kept() {
    let place = Place::new();
    let mut conn = place.connect().await;
    let before = place.prepared.stats();
    for _ in 0..2 {
        assert!(
            conn.query(Statement::new("SELECT * FROM none"))
                .await
                .is_err()
        );
    }
    assert_eq!(place.since(before), (0, 2));
    assert_eq!(place.prepared.stats().entries, 0);
}
