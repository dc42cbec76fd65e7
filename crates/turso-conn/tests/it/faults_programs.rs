//! Programs of which a part fails: what is reported is what is stored.

use turso_conn::{Batch, ErrorKind, Execute, Limits, Program, Statement, Step};

use crate::support::{Place, insert, integers, run};

const STORED: &str = "SELECT x FROM t ORDER BY x";

/// Fail step 0, then 1, then 2, … until a run passes untouched.
#[tokio::test]
async fn f33_whichever_step_fails_nothing_is_stored() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    for failing in 0_usize..=6 {
        let mut steps: Vec<_> = (0..6).map(|i| insert(i, i)).collect();
        if let Some(step) = steps.get_mut(failing) {
            *step = Statement::new("INSERT INTO missing VALUES (1)");
        }
        let result = conn.batch(steps.into_iter().collect()).await;
        if failing == 6 {
            assert_eq!(result.unwrap().len(), 6);
            break;
        }
        let error = result.unwrap_err();
        assert_eq!(
            (error.kind(), error.step()),
            (ErrorKind::Misuse, Some(failing))
        );
        assert!(integers(&mut conn, STORED).await.is_empty());
    }
    assert_eq!(integers(&mut conn, STORED).await, [0, 1, 2, 3, 4, 5]);
}

/// The same with values that are refused before anything runs.
#[tokio::test]
async fn f33_a_value_that_cannot_be_bound_fails_before_anything_runs() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let nul = Statement::new("INSERT INTO t VALUES (2, ?1)").bind("a\0b");
    let groups = [
        Batch::new().step(insert(1, 1)),
        Batch::new().step(insert(3, 3)).step(nul),
    ];
    let error = conn.atomic(Program::new(groups)).await.unwrap_err();
    assert_eq!((error.kind(), error.step()), (ErrorKind::Misuse, Some(1)));
    assert!(integers(&mut conn, STORED).await.is_empty());
}

/// Groups fail alone, in every position and in every combination.
#[tokio::test]
async fn f33_each_group_is_stored_as_reported() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    for failing in 0..16_u32 {
        run(&mut conn, "DELETE FROM t").await;
        let groups = (0..4).map(|g| {
            let second = if failing >> g & 1 == 1 {
                10 * g
            } else {
                10 * g + 1
            };
            Batch::new().step(insert(10 * g, 0)).step(insert(second, 0))
        });
        let results = conn.atomic(Program::new(groups)).await.unwrap();
        let mut expected = Vec::new();
        for (g, result) in (0..4).zip(&results) {
            assert_eq!(result.is_err(), failing >> g & 1 == 1);
            match result {
                Ok(_) => expected.extend([10 * g, 10 * g + 1]),
                Err(error) => assert_eq!(error.step(), Some(1)),
            }
        }
        assert_eq!(integers(&mut conn, STORED).await, expected);
    }
}

/// SQLite rolls the whole transaction back by itself inside a group: then every
/// group has failed, and nothing of any is stored, wherever it happens.
#[tokio::test]
async fn automatic_rollback_in_any_group_loses_every_group() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    run(&mut conn, "INSERT INTO t VALUES (100, 0)").await;
    run(&mut conn, "CREATE TABLE guarded (x)").await;
    run(
        &mut conn,
        "CREATE TRIGGER no BEFORE INSERT ON guarded BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
    )
    .await;
    let killers = [
        "INSERT OR ROLLBACK INTO t VALUES (100, 1)",
        "INSERT INTO guarded VALUES (1)",
    ];
    for killer in killers {
        for groups in 1..=4 {
            for position in 0..groups {
                let program = Program::new((0..groups).map(|g| {
                    let batch = Batch::new().step(insert(g, 0));
                    let batch = if g == position {
                        batch.step(killer)
                    } else {
                        batch
                    };
                    batch.step(insert(g + 50, 0))
                }));
                let error = conn.atomic(program).await.unwrap_err();
                assert_eq!(
                    (error.kind(), error.step()),
                    (ErrorKind::Constraint, Some(1))
                );
                assert_eq!(
                    integers(&mut conn, STORED).await,
                    [100],
                    "{killer} {groups} {position}"
                );
            }
        }
    }
}

/// A full database, by the page limit: error 13 and an automatic rollback.
#[tokio::test]
async fn f05_a_full_database_loses_the_program_and_keeps_the_rest() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    run(&mut conn, "INSERT INTO t VALUES (1, 1)").await;
    run(&mut conn, "PRAGMA max_page_count = 20").await;
    let big = |x: i64| Statement::new("INSERT INTO t VALUES (?1, zeroblob(60000))").bind(x);
    let groups = [
        Batch::new().step(insert(2, 2)),
        Batch::new().step(big(3)).step(big(4)),
    ];
    let error = conn.atomic(Program::new(groups)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Full);
    assert_eq!(integers(&mut conn, STORED).await, [1]);
    run(&mut conn, "INSERT INTO t VALUES (5, 5)").await;
    assert_eq!(integers(&mut conn, STORED).await, [1, 5]);
}

/// A constraint that is checked at COMMIT fails the program as a whole.
#[tokio::test]
async fn a_commit_that_fails_stores_nothing() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    run(
        &mut conn,
        "CREATE TABLE child (x INTEGER REFERENCES t (x) DEFERRABLE INITIALLY DEFERRED)",
    )
    .await;
    let orphan = Statement::new("INSERT INTO child VALUES (9)");
    let groups = [Batch::new().step(insert(1, 1)), Batch::new().step(orphan)];
    let error = conn.atomic(Program::new(groups)).await.unwrap_err();
    assert_eq!((error.kind(), error.step()), (ErrorKind::Constraint, None));
    assert!(integers(&mut conn, STORED).await.is_empty());
    run(&mut conn, "INSERT INTO t VALUES (2, 2)").await;
}

/// A statement whose answer exceeds its limits stores nothing, although SQLite
/// had finished its writing before the first row came.
#[tokio::test]
async fn a_limit_on_the_answer_undoes_the_write() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let sql = "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3) RETURNING x";
    let bounded = |rows, bytes| Statement::new(sql).limits(Limits::new(rows, bytes));
    for statement in [bounded(2, 1000), bounded(10, 23)] {
        let error = conn.query(statement.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        let error = conn
            .batch(Batch::new().step(insert(9, 9)).step(statement))
            .await
            .unwrap_err();
        assert_eq!((error.kind(), error.step()), (ErrorKind::Limit, Some(1)));
        assert!(integers(&mut conn, STORED).await.is_empty());
    }
    assert_eq!(conn.query(bounded(3, 24)).await.unwrap().len(), 3);
}

/// Reads are bounded in the same way, inline or not.
#[tokio::test]
async fn f39_a_read_is_bounded_in_rows_and_bytes() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    conn.batch((0..10).map(|x| insert(x, x)).collect())
        .await
        .unwrap();
    for limits in [Limits::new(9, 1000), Limits::new(10, 79)] {
        let read = Statement::new("SELECT x FROM t").limits(limits);
        for read in [read.clone(), read.point_read()] {
            assert_eq!(conn.query(read).await.unwrap_err().kind(), ErrorKind::Limit);
        }
    }
    let exact = Statement::new("SELECT x FROM t").limits(Limits::new(10, 80));
    assert_eq!(conn.query(exact).await.unwrap().len(), 10);
}

#[tokio::test]
async fn empty_programs_and_groups_succeed() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    assert!(conn.atomic(Program::new([])).await.unwrap().is_empty());
    assert!(conn.batch(Batch::new()).await.unwrap().is_empty());
    let groups = [Batch::new(), Batch::new().step(insert(1, 1)), Batch::new()];
    let results = conn.atomic(Program::new(groups)).await.unwrap();
    assert_eq!(
        results
            .iter()
            .map(|r| r.as_ref().unwrap().len())
            .collect::<Vec<_>>(),
        [0, 1, 0]
    );
}

/// A step sees what earlier steps of its program wrote, and a program of reads
/// alone sees one state of the database and takes no write lock.
#[tokio::test]
async fn a_program_of_reads_takes_no_write_lock() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let raw = place.raw().await;
    raw.execute("BEGIN IMMEDIATE", ()).await.unwrap();
    let reads = Batch::new()
        .step("SELECT count(*) FROM t")
        .step("VALUES (1)");
    let rows = conn.batch(reads).await.unwrap();
    assert_eq!(rows[0].one().unwrap().integer(0).unwrap(), 0);
}

/// An expectation counts what the step itself changed.
#[tokio::test]
async fn an_expected_count_is_of_the_step_itself() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let batch = Batch::new()
        .step(insert(1, 1))
        .step(insert(2, 1))
        .step(Step::exactly(
            Statement::new("UPDATE t SET y = 2 WHERE y = 1"),
            2,
        ))
        .step(Step::exactly(
            Statement::new("UPDATE t SET y = 3 WHERE y = 1"),
            0,
        ));
    conn.batch(batch).await.unwrap();
    let wrong = Batch::new().step(Step::exactly(Statement::new("DELETE FROM t"), 1));
    let error = conn.batch(wrong).await.unwrap_err();
    assert_eq!((error.kind(), error.step()), (ErrorKind::Conflict, Some(0)));
    assert_eq!(integers(&mut conn, STORED).await, [1, 2]);
}

/// Only a guard's overflow is a conflict; any other failure keeps its kind.
#[tokio::test]
async fn a_guard_that_is_wrong_itself_is_no_conflict() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let wrong = Step::guard(Statement::new("SELECT x FROM missing"));
    let error = conn.batch(Batch::new().step(wrong)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse);
}
