//! What libsql's statements do, and ours.

use libsql::Value as Raw;
use turso_conn::{Batch, ErrorKind, Execute, Statement};

use crate::support::{Place, insert, integers, kind_of, raw_integer, run};

/// libsql: a statement run again without `reset()` keeps the first parameters.
#[tokio::test]
async fn l01_a_statement_used_again_takes_the_new_values() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let raw = place.raw().await;
    raw.execute("CREATE TABLE r (x)", ()).await.unwrap();
    let statement = raw.prepare("INSERT INTO r VALUES (?1)").await.unwrap();
    for x in 1..=3 {
        statement.execute([x]).await.unwrap();
    }
    assert_eq!(
        raw_integer(&raw, "SELECT count(DISTINCT x) FROM r").await,
        1,
        "libsql changed"
    );

    conn.batch((1..=3).map(|x| insert(x, x)).collect())
        .await
        .unwrap();
    assert_eq!(
        integers(&mut conn, "SELECT y FROM t ORDER BY x").await,
        [1, 2, 3]
    );
}

/// The same after a constraint error in between.
#[tokio::test]
async fn l01_a_statement_used_again_after_an_error_takes_the_new_values() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let groups = [1, 1, 2, 3].map(|x| Batch::new().step(insert(x, 10 * x)));
    let results = conn.atomic(turso_conn::Program::new(groups)).await.unwrap();
    assert_eq!(
        results.iter().map(Result::is_ok).collect::<Vec<_>>(),
        [true, false, true, true]
    );
    assert_eq!(
        integers(&mut conn, "SELECT y FROM t ORDER BY x").await,
        [10, 20, 30]
    );
}

/// libsql: too few, misspelt or too many parameters are all `Ok`.
#[tokio::test]
async fn l02_a_wrong_number_of_values_is_refused() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let raw = place.raw().await;
    let two = "INSERT INTO t VALUES (?1, ?2)";
    assert_eq!(raw.execute(two, [1]).await.unwrap(), 1, "libsql changed");
    assert_eq!(
        raw.execute(two, [2, 2, 2]).await.unwrap(),
        1,
        "libsql changed"
    );

    let before = integers(&mut conn, "SELECT count(*) FROM t").await;
    assert_eq!(
        kind_of(&mut conn, Statement::new(two).bind(3)).await,
        ErrorKind::Misuse
    );
    assert_eq!(
        kind_of(&mut conn, Statement::new(two).bind_all([4; 3])).await,
        ErrorKind::Misuse
    );
    let error = conn
        .batch(Batch::new().step(insert(5, 5)).step(two))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.step()), (ErrorKind::Misuse, Some(1)));
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM t").await, before);
}

/// libsql: a statement compiled on one connection runs in that one's transaction.
/// Ours live inside their connection; two connections never share any.
#[tokio::test]
async fn l03_a_statement_belongs_to_its_connection() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let (first, second) = (place.raw().await, place.raw().await);
    let statement = first.prepare("INSERT INTO t VALUES (?1, 0)").await.unwrap();
    first.execute("BEGIN", ()).await.unwrap();
    assert!(second.is_autocommit());
    statement.execute([1]).await.unwrap();
    statement.reset();
    first.execute("ROLLBACK", ()).await.unwrap();
    assert_eq!(
        raw_integer(&second, "SELECT count(*) FROM t").await,
        0,
        "libsql changed"
    );

    let mut other = place.connect().await;
    for x in 0..20 {
        let (a, b) = (
            conn.batch(Batch::new().step(insert(2 * x, 0))),
            other.query(insert(2 * x + 1, 0)),
        );
        let (a, b) = tokio::join!(a, b);
        assert!(a.is_ok() && b.is_ok());
    }
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM t").await, [40]);
}

/// libsql: an unfinished SELECT pins its snapshot and blocks the checkpoint.
#[tokio::test]
async fn l04_a_finished_query_holds_no_snapshot() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let rows = (0..10).map(|x| insert(x, x)).collect();
    conn.batch(rows).await.unwrap();
    let raw = place.raw().await;
    let mut unfinished = raw.query("SELECT x FROM t", ()).await.unwrap();
    unfinished.next().await.unwrap().unwrap();
    run(&mut conn, "UPDATE t SET y = -1").await;
    let blocked = "PRAGMA wal_checkpoint(TRUNCATE)";
    let quick = Statement::new(blocked).within(std::time::Duration::from_millis(50));
    let answer = conn.query(quick).await;
    let is_blocked = answer.map_or(true, |rows| rows.one().unwrap().integer(0).unwrap() == 1);
    assert!(is_blocked, "libsql changed");
    drop(unfinished);

    let mut reader = place.connect().await;
    assert_eq!(integers(&mut reader, "SELECT x FROM t").await.len(), 10);
    reader
        .query(Statement::new("SELECT x FROM t").point_read())
        .await
        .unwrap();
    assert_eq!(
        integers(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)").await,
        [0]
    );
}

/// libsql: an unfinished `INSERT … RETURNING` holds an uncommitted write while
/// `is_autocommit()` says that there is none.
#[tokio::test]
async fn l04_a_returning_insert_is_committed_when_it_answers() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let raw = place.raw().await;
    let returning = "INSERT INTO t VALUES (1, 1) RETURNING x";
    let mut unfinished = raw.query(returning, ()).await.unwrap();
    unfinished.next().await.unwrap().unwrap();
    assert!(raw.is_autocommit());
    assert_eq!(
        integers(&mut conn, "SELECT count(*) FROM t").await,
        [0],
        "libsql changed"
    );
    drop(unfinished);

    let ours = Statement::new("INSERT INTO t VALUES (2, 2) RETURNING x");
    let rows = conn.query(ours).await.unwrap();
    assert_eq!(
        (rows.one().unwrap().integer(0).unwrap(), rows.changes()),
        (2, 1)
    );
    assert_eq!(
        raw_integer(&raw, "SELECT count(*) FROM t WHERE x = 2").await,
        1
    );
}

/// libsql: a `Row` is a view of the cursor; a getter of another type panics.
#[tokio::test]
async fn l05_rows_are_copies_and_getters_check() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let two = "SELECT 1 UNION ALL SELECT 2";
    let raw = place.raw().await;
    let mut rows = raw.query(two, ()).await.unwrap();
    let first = rows.next().await.unwrap().unwrap();
    assert_eq!(first.get_value(0).unwrap(), Raw::Integer(1));
    let _second = rows.next().await.unwrap().unwrap();
    assert_eq!(
        first.get_value(0).unwrap(),
        Raw::Integer(2),
        "libsql changed"
    );
    let wrong = std::panic::AssertUnwindSafe(|| first.get::<String>(0));
    assert!(std::panic::catch_unwind(wrong).is_err(), "libsql changed");

    let rows = run(&mut conn, two).await;
    let values: Vec<_> = rows.iter().map(|row| row.integer(0).unwrap()).collect();
    assert_eq!(values, [1, 2]);
    assert_eq!(
        rows.first().unwrap().text(0).unwrap_err().kind(),
        ErrorKind::Corrupt
    );
}

/// libsql: `execute()` of what returns rows fails after taking effect, and DDL
/// answers with the count of the last DML.
#[tokio::test]
async fn l11_what_returns_rows_succeeds_and_counts_are_of_dml_only() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let raw = place.raw().await;
    let returning = raw
        .execute("INSERT INTO t VALUES (1, 1) RETURNING x", ())
        .await;
    assert!(
        matches!(returning, Err(libsql::Error::ExecuteReturnedRows)),
        "libsql changed"
    );
    assert_eq!(
        raw_integer(&raw, "SELECT count(*) FROM t").await,
        1,
        "libsql changed"
    );
    assert_eq!(
        raw.execute("CREATE TABLE a (x)", ()).await.unwrap(),
        1,
        "libsql changed"
    );

    assert!(
        integers(&mut conn, "PRAGMA user_version = 3")
            .await
            .is_empty()
    );
    assert_eq!(integers(&mut conn, "PRAGMA user_version").await, [3]);
    assert_eq!(
        run(&mut conn, "INSERT INTO t VALUES (2, 2), (3, 3)")
            .await
            .changes(),
        2
    );
    assert_eq!(run(&mut conn, "CREATE TABLE b (x)").await.changes(), 0);
    assert_eq!(run(&mut conn, "SELECT 1").await.changes(), 0);
    assert_eq!(
        run(&mut conn, "UPDATE t SET y = 0 WHERE x = 99")
            .await
            .changes(),
        0
    );
}

/// libsql: `query()` is `Ok` for a statement that fails; the error comes with
/// the first row.
#[tokio::test]
async fn l12_an_error_of_the_first_step_is_the_answer() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let raw = place.raw().await;
    let overflow = "SELECT abs(-9223372036854775807 - 1)";
    let mut rows = raw.query(overflow, ()).await.expect("libsql changed");
    assert!(rows.next().await.is_err());

    assert_eq!(
        kind_of(&mut conn, Statement::new(overflow)).await,
        ErrorKind::Misuse
    );
    assert_eq!(
        kind_of(&mut conn, Statement::new(overflow).point_read()).await,
        ErrorKind::Misuse
    );
}

/// libsql: of `a; b` only a is run, and an empty text is a fine statement.
#[tokio::test]
async fn l13_empty_and_several_statements_are_refused() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let raw = place.raw().await;
    let both = "INSERT INTO t VALUES (1, 1); INSERT INTO t VALUES (2, 2)";
    raw.execute(both, ()).await.expect("libsql changed");
    assert_eq!(
        raw_integer(&raw, "SELECT count(*) FROM t").await,
        1,
        "libsql changed"
    );
    assert!(raw.prepare("").await.is_ok(), "libsql changed");

    run(&mut conn, "DELETE FROM t").await;
    for sql in [both, "", " -- nothing", ";"] {
        assert_eq!(
            kind_of(&mut conn, Statement::new(sql)).await,
            ErrorKind::Misuse,
            "{sql}"
        );
        let error = conn.batch(Batch::new().step(sql)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse, "{sql}");
    }
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM t").await, [0]);
}

/// libsql's transactional batch lets lower-case `commit` through: half of it is
/// stored although it fails. We write BEGIN and COMMIT ourselves and refuse them
/// from others.
#[tokio::test]
async fn l22_transaction_words_are_ours_alone() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let raw = place.raw().await;
    let batch = "INSERT INTO t VALUES (1, 1); commit; INSERT INTO t VALUES (1, 1)";
    assert!(raw.execute_transactional_batch(batch).await.is_err());
    assert_eq!(
        raw_integer(&raw, "SELECT count(*) FROM t").await,
        1,
        "libsql changed"
    );

    run(&mut conn, "DELETE FROM t").await;
    for sql in [
        "commit",
        "BEGIN",
        "/* x */ End;",
        "rollback",
        "SAVEPOINT s",
        "release s",
    ] {
        assert_eq!(
            kind_of(&mut conn, Statement::new(sql)).await,
            ErrorKind::Misuse,
            "{sql}"
        );
        let error = conn
            .batch(Batch::new().step(insert(1, 1)).step(sql))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.step()),
            (ErrorKind::Misuse, Some(1)),
            "{sql}"
        );
    }
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM t").await, [0]);
}
