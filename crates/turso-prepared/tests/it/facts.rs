//! What goes wrong with libsql's statements when they are kept, and does not here.

use std::time::Duration;

use turso_conn::{Batch, Connect, ErrorKind, Execute, Statement, Step};

use crate::support::{Place, get, insert, integers, plain, run};

/// libsql keeps the first parameters when a statement is run again without `reset()`.
#[tokio::test]
async fn l01_distinct_values_stay_distinct() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    for x in 1..=50 {
        conn.query(insert(x, x * x)).await.unwrap();
        let duplicate = conn.query(insert(x, 0)).await.unwrap_err();
        assert_eq!(duplicate.kind(), ErrorKind::Constraint);
    }
    let wanted: Vec<i64> = (1..=50).map(|x| x * x).collect();
    assert_eq!(
        integers(&mut conn, "SELECT y FROM t ORDER BY x").await,
        wanted
    );
    for x in [3, 1, 2] {
        let rows = conn.query(get(x)).await.unwrap();
        assert_eq!(rows.one().unwrap().integer(1).unwrap(), x * x);
    }
    let stats = place.prepared.stats();
    assert!(stats.hits >= 101, "{stats:?}");
}

/// libsql never compares the number of values with that of the parameters.
#[tokio::test]
async fn l02_too_few_values_do_not_take_those_of_the_last_time() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    conn.query(insert(1, 1)).await.unwrap();
    for values in [vec![2], vec![2, 2, 2]] {
        let wrong = Statement::new("INSERT INTO t VALUES (?1, ?2)").bind_all(values);
        let error = conn.query(wrong).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse);
    }
    conn.query(insert(3, 3)).await.unwrap();
    assert_eq!(integers(&mut conn, "SELECT x FROM t").await, [1, 3]);
}

/// Shared by two tasks, libsql's statement lost 2 of 40,000 inserts and doubled 2, all `Ok`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l03_two_tasks_neither_lose_nor_double_a_row() {
    const EACH: i64 = 1_000;
    let place = Place::new();
    drop(place.with_table().await);
    let task = |mut conn: turso_conn::LocalConnection, first: i64| async move {
        for part in 0..EACH / 100 {
            let numbers = first + part * 100..first + (part + 1) * 100;
            let batch: Batch = numbers.map(|x| insert(x, -x)).collect();
            conn.batch(batch).await.unwrap();
        }
    };
    let (one, other) = (place.connect().await, place.connect().await);
    let tasks = [tokio::spawn(task(one, 0)), tokio::spawn(task(other, EACH))];
    for task in tasks {
        task.await.unwrap();
    }
    let mut conn = place.connect().await;
    let sum = "SELECT count(*) FROM t WHERE y = -x";
    assert_eq!(integers(&mut conn, sum).await, [EACH * 2]);
}

/// A statement stays in the transaction of its own connection.
#[tokio::test]
async fn l03_a_cache_belongs_to_its_connection() {
    let place = Place::new();
    let mut one = place.with_table().await;
    one.query(insert(1, 1)).await.unwrap();
    let mut other = place.connect().await;
    let before = place.prepared.stats();
    other.query(insert(2, 2)).await.unwrap();
    assert_eq!(place.since(before), (0, 1));
}

/// An unfinished SELECT would pin its snapshot and block the checkpoint.
#[tokio::test]
async fn l04_a_kept_statement_holds_no_snapshot() {
    let place = Place::new();
    let mut reader = place.with_table().await;
    let mut writer = place.connect().await;
    writer.query(insert(1, 1)).await.unwrap();
    reader.query(get(1)).await.unwrap();
    run(&mut reader, "SELECT * FROM t").await;
    writer.query(insert(2, 2)).await.unwrap();
    let checkpoint = run(&mut writer, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    assert_eq!(checkpoint.one().unwrap().integer(0).unwrap(), 0);
    assert_eq!(reader.query(get(2)).await.unwrap().len(), 1);
}

/// The same for a read that ended early: over its limit, or at its deadline.
#[tokio::test]
async fn l04_a_statement_that_was_cut_off_holds_nothing_and_is_kept() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let batch: Batch = (0..100).map(|x| insert(x, x)).collect();
    conn.batch(batch).await.unwrap();
    let all = || Statement::new("SELECT x FROM t, (SELECT ?1)").bind(0);
    let cut = all().limits(turso_conn::Limits::new(10, 1_000));
    let error = conn.query(cut).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    let endless = || {
        Statement::new(
            "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
             SELECT count(*) FROM n",
        )
        .bind(1)
    };
    let late = endless()
        .bind(1_000_000_000)
        .within(Duration::from_millis(20));
    let error = conn.query(late).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let before = place.prepared.stats();
    assert_eq!(conn.query(all()).await.unwrap().len(), 100);
    let rows = conn.query(endless().bind(10)).await.unwrap();
    assert_eq!(rows.one().unwrap().integer(0).unwrap(), 10);
    assert_eq!(place.since(before), (2, 0));
    let checkpoint = run(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    assert_eq!(checkpoint.one().unwrap().integer(0).unwrap(), 0);
}

/// The same when the caller went away in the middle.
#[tokio::test]
async fn l04_a_cancelled_statement_is_kept_and_runs_with_new_values() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let count = |from: i64, to: i64| {
        Statement::new(
            "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
             SELECT count(*) FROM n",
        )
        .bind(from)
        .bind(to)
    };
    let long = conn.query(count(1, 1_000_000_000));
    tokio::time::timeout(Duration::from_millis(20), long)
        .await
        .unwrap_err();
    let before = place.prepared.stats();
    let rows = conn.query(count(1, 7)).await.unwrap();
    assert_eq!(rows.one().unwrap().integer(0).unwrap(), 7);
    assert_eq!(place.since(before), (1, 0));
}

/// A `Row` of libsql is a view of the cursor. Ours keep what they were.
#[tokio::test]
async fn l05_rows_outlive_the_next_use_of_their_statement() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    conn.batch([insert(1, 10), insert(2, 20)].into_iter().collect())
        .await
        .unwrap();
    let one = conn.query(get(1)).await.unwrap();
    let two = conn.query(get(2)).await.unwrap();
    assert_eq!(one.one().unwrap().integer(1).unwrap(), 10);
    assert_eq!(two.one().unwrap().integer(1).unwrap(), 20);
}

/// The error of the first step comes from the kept statement too.
#[tokio::test]
async fn l12_an_error_of_the_first_step_is_the_answer_every_time() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let overflow = || Statement::new("SELECT abs(?1)").bind(i64::MIN);
    for _ in 0..3 {
        assert!(conn.query(overflow()).await.is_err());
        assert!(conn.query(overflow().point_read()).await.is_err());
    }
    let holds = "SELECT CASE WHEN ?1 THEN 1 ELSE abs(-9223372036854775807 - 1) END";
    let guard = |yes: bool| {
        let statement = Statement::new(holds).bind(i64::from(yes));
        Batch::new().step(Step::guard(statement))
    };
    let before = place.prepared.stats();
    for _ in 0..3 {
        let error = conn.batch(guard(false)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        conn.batch(guard(true)).await.unwrap();
    }
    // A guard that does not hold is no reason to compile it again.
    assert_eq!(place.since(before), (5, 1));
}

#[tokio::test]
async fn l13_empty_and_several_statements_are_refused_and_not_kept() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let entries = place.prepared.stats().entries;
    for sql in ["", ";", "SELECT 1; SELECT 2", "COMMIT", "BEGIN"] {
        let error = conn.query(Statement::new(sql)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse, "{sql}");
    }
    assert_eq!(place.prepared.stats().entries, entries);
}

/// Dropping a connection and its last statement on two threads leaks libsql's handle.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l17_connections_with_kept_statements_are_closed() {
    let place = Place::new();
    drop(place.with_table().await);
    for _ in 0..50 {
        let connector = plain(place.db.path());
        let connector =
            connector.with_statement_caches(std::sync::Arc::new(place.prepared.clone()));
        let mut conn = connector.connect().await.unwrap();
        conn.query(get(1)).await.unwrap();
        drop(
            tokio::spawn(async move {
                let _ = conn.query(Statement::new("SELECT * FROM t")).await;
                drop(conn);
            })
            .await,
        );
    }
    assert_eq!(place.prepared.stats().entries, 0);
    let path = place.db.path().canonicalize().unwrap();
    let links = std::fs::read_dir("/proc/self/fd").unwrap();
    let open = links
        .filter_map(|link| std::fs::read_link(link.ok()?.path()).ok())
        .filter(|target| *target == path)
        .count();
    assert_eq!(open, 0);
}
