//! Programs on a real server: what is reported is what is stored.

use turso_conn::{Batch, Connect, ErrorKind, Execute, Program, Statement, Step};

use crate::support::{ENCODINGS, connector, database, insert, integers, run, speaking, with_table};

/// Fails by overflow unless there is a row `?1`.
const OVERFLOW: &str = "SELECT CASE WHEN EXISTS (SELECT 1 FROM t WHERE x = ?1) THEN 1
                            ELSE abs(-9223372036854775807 - 1) END";

const STORED: &str = "SELECT x FROM t ORDER BY x";

/// Fail step 0, then 1, then 2, … until a run passes untouched.
#[tokio::test]
async fn f33_whichever_step_fails_nothing_is_stored() {
    let Some(database) = database("f33_whichever_step_fails_nothing_is_stored") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let steps = 6;
        for failing in 0..=steps {
            let batch: Batch = (0..steps)
                .map(|i| {
                    if i == failing {
                        Statement::new("INSERT INTO missing VALUES (1)")
                    } else {
                        insert(i, i)
                    }
                })
                .collect();
            let before = database.counts();
            let result = conn.batch(batch).await;
            assert_eq!((database.counts() - before).requests, 1);
            if failing == steps {
                assert_eq!(result.unwrap().len(), 6);
                break;
            }
            let error = result.unwrap_err();
            let step = usize::try_from(failing).unwrap();
            assert_eq!(
                (error.kind(), error.step()),
                (ErrorKind::Misuse, Some(step))
            );
            assert!(integers(&mut conn, STORED).await.is_empty());
        }
        assert_eq!(integers(&mut conn, STORED).await, [0, 1, 2, 3, 4, 5]);
    }
}

/// Groups fail alone, in every position and in every combination.
#[tokio::test]
async fn f33_each_group_is_stored_as_reported() {
    let Some(database) = database("f33_each_group_is_stored_as_reported") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        for failing in 0..16_u32 {
            run(&mut conn, "DELETE FROM t").await;
            let fails = |g: i64| failing >> g & 1 == 1;
            let groups = (0..4).map(|g| {
                let second = if fails(g) { 10 * g } else { 10 * g + 1 };
                Batch::new().step(insert(10 * g, 0)).step(insert(second, 0))
            });
            let results = conn.atomic(Program::new(groups)).await.unwrap();
            let mut expected = Vec::new();
            for (g, result) in (0..4).zip(&results) {
                assert_eq!(result.is_err(), fails(g));
                match result {
                    Ok(rows) => {
                        assert_eq!(rows.len(), 2);
                        expected.extend([10 * g, 10 * g + 1]);
                    }
                    Err(error) => {
                        assert_eq!(
                            (error.kind(), error.step()),
                            (ErrorKind::Constraint, Some(1))
                        );
                    }
                }
            }
            assert_eq!(integers(&mut conn, STORED).await, expected);
        }
    }
}

/// SQLite rolls the whole transaction back by itself inside a group: then every
/// group has failed, and nothing of any is stored, wherever it happens.
#[tokio::test]
async fn f33_automatic_rollback_in_any_group_loses_every_group() {
    let Some(database) = database("f33_automatic_rollback_in_any_group_loses_every_group") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        run(&mut conn, "INSERT INTO t VALUES (100, 0)").await;
        let killer = "INSERT OR ROLLBACK INTO t VALUES (100, 1)";
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
                let stored = integers(&mut conn, STORED).await;
                assert_eq!(stored, [100], "{groups} {position}");
            }
        }
    }
}

/// A constraint that is checked at COMMIT fails the program as a whole.
#[tokio::test]
async fn f33_a_commit_that_fails_stores_nothing() {
    let Some(database) = database("f33_a_commit_that_fails_stores_nothing") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        run(
            &mut conn,
            "CREATE TABLE IF NOT EXISTS child (x INTEGER REFERENCES t (x) DEFERRABLE INITIALLY DEFERRED)",
        )
        .await;
        let orphan = || Batch::new().step("INSERT INTO child VALUES (9)");
        for groups in [
            vec![orphan()],
            vec![Batch::new().step(insert(1, 1)), orphan()],
        ] {
            let error = conn.atomic(Program::new(groups)).await.unwrap_err();
            assert_eq!((error.kind(), error.step()), (ErrorKind::Constraint, None));
            assert!(integers(&mut conn, STORED).await.is_empty());
        }
        run(&mut conn, "DROP TABLE child").await;
    }
}

/// An expectation counts what the step itself changed.
#[tokio::test]
async fn an_expected_count_that_is_not_met_is_a_conflict() {
    let Some(database) = database("an_expected_count_that_is_not_met_is_a_conflict") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let met = Batch::new()
            .step(insert(1, 1))
            .step(insert(2, 1))
            .step(Step::exactly("UPDATE t SET y = 2 WHERE y = 1", 2))
            .step(Step::exactly("UPDATE t SET y = 3 WHERE y = 1", 0));
        assert_eq!(conn.batch(met).await.unwrap()[2].changes(), 2);
        let unmet = || {
            Batch::new()
                .step(insert(3, 3))
                .step(Step::exactly("DELETE FROM t WHERE x < 3", 1))
        };
        let error = conn.batch(unmet()).await.unwrap_err();
        assert_eq!((error.kind(), error.step()), (ErrorKind::Conflict, Some(1)));
        assert!(error.to_string().contains("2 rows changed where 1 should"));
        let groups = [unmet(), Batch::new().step(insert(4, 4))];
        let results = conn.atomic(Program::new(groups)).await.unwrap();
        let error = results[0].as_ref().unwrap_err();
        assert_eq!((error.kind(), error.step()), (ErrorKind::Conflict, Some(1)));
        assert!(results[1].is_ok());
        assert_eq!(integers(&mut conn, STORED).await, [1, 2, 4]);
    }
}

/// Only a guard's overflow is a conflict; any other failure keeps its kind.
#[tokio::test]
async fn a_guard_that_does_not_hold_is_a_conflict() {
    let Some(database) = database("a_guard_that_does_not_hold_is_a_conflict") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        run(&mut conn, "INSERT INTO t VALUES (1, 1)").await;
        let guarded = |x: i64, guard: fn(Statement) -> Step| {
            let guard = guard(Statement::new(OVERFLOW).bind(x));
            Batch::new().step(guard).step(insert(2, 2))
        };
        let error = conn.batch(guarded(9, Step::guard)).await.unwrap_err();
        assert_eq!((error.kind(), error.step()), (ErrorKind::Conflict, Some(0)));
        let error = conn.batch(guarded(9, Step::new)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse);
        let wrong = Step::guard("SELECT x FROM missing");
        let error = conn.batch(Batch::new().step(wrong)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse);
        conn.batch(guarded(1, Step::guard)).await.unwrap();
        assert_eq!(integers(&mut conn, STORED).await, [1, 2]);
    }
}

#[tokio::test]
async fn empty_programs_and_groups_succeed() {
    let Some(database) = database("empty_programs_and_groups_succeed") else {
        return;
    };
    let mut conn = with_table(&database, ENCODINGS[0]).await;
    let before = database.counts();
    assert!(conn.atomic(Program::new([])).await.unwrap().is_empty());
    assert!(conn.batch(Batch::new()).await.unwrap().is_empty());
    assert_eq!((database.counts() - before).requests, 0);
    let groups = [Batch::new(), Batch::new().step(insert(1, 1)), Batch::new()];
    let results = conn.atomic(Program::new(groups)).await.unwrap();
    let lens: Vec<_> = results.iter().map(|r| r.as_ref().unwrap().len()).collect();
    assert_eq!(lens, [0, 1, 0]);
}

/// A program of reads sees one state of the database.
#[tokio::test]
async fn a_program_of_reads_succeeds() {
    let Some(database) = database("a_program_of_reads_succeeds") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let groups = ["SELECT count(*) FROM t", "SELECT 7"].map(|sql| Batch::new().step(sql));
        let results = conn.atomic(Program::new(groups)).await.unwrap();
        let second = results[1].as_ref().unwrap();
        assert_eq!(second[0].one().unwrap().integer(0).unwrap(), 7);
    }
}

/// Neither a failed program nor a lost one leaves a transaction behind.
#[tokio::test]
async fn f33_no_lock_is_left_on_the_server() {
    let Some(database) = database("f33_no_lock_is_left_on_the_server") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let connector = connector(&database.url(), speaking(encoding));
        let mut other = connector.connect().await.unwrap();
        for x in 0..20 {
            let broken = Batch::new().step(insert(x, x)).step(insert(x, x));
            conn.batch(broken).await.unwrap_err();
            other.query(insert(100 + x, 0)).await.unwrap();
        }
    }
}

/// The server parses all of a batch before it runs any of it: it does not say
/// which step it was.
#[tokio::test]
async fn f33_sql_that_does_not_parse_fails_the_whole_program() {
    let Some(database) = database("f33_sql_that_does_not_parse_fails_the_whole_program") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let groups = [
            Batch::new().step(insert(1, 1)),
            Batch::new().step("SELEC 1"),
        ];
        let error = conn.atomic(Program::new(groups)).await.unwrap_err();
        assert_eq!((error.kind(), error.step()), (ErrorKind::Misuse, None));
        assert!(integers(&mut conn, STORED).await.is_empty());
        for (sql, step) in [("", 1), ("SELECT 1; SELECT 2", 1), ("COMMIT", 1)] {
            let batch = Batch::new().step(insert(1, 1)).step(sql);
            let error = conn.batch(batch).await.unwrap_err();
            assert_eq!(
                (error.kind(), error.step()),
                (ErrorKind::Misuse, Some(step))
            );
            assert!(integers(&mut conn, STORED).await.is_empty());
        }
    }
}

/// Texts that are repeated are sent once, as far as the server keeps them; longer ones and more
/// of them travel with their steps.
#[tokio::test]
async fn a_text_that_is_repeated_travels_once() {
    let Some(database) = database("a_text_that_is_repeated_travels_once") else {
        return;
    };
    let padded = |bytes: usize| format!("INSERT INTO t VALUES (?1, ?2) -- {}", "x".repeat(bytes));
    let inserts = |texts: &[String], times: i64| -> Batch {
        let rows = (0..times).flat_map(|n| (n * 100..).zip(texts));
        rows.map(|(x, sql)| Statement::new(sql.clone()).bind(x).bind(0))
            .collect()
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let before = database.counts();
        conn.batch(inserts(&[padded(3_900)], 100)).await.unwrap();
        let sent = (database.counts() - before).bytes_in;
        assert!((3_900..30_000).contains(&sent), "{sent}");
        for texts in [
            vec![padded(3_960), padded(5_000), padded(20_000)],
            (0..60).map(|n| padded(100 + n)).collect(),
        ] {
            run(&mut conn, "DELETE FROM t").await;
            let batch = inserts(&texts, 3);
            let steps = batch.len();
            assert_eq!(conn.batch(batch).await.unwrap().len(), steps);
            assert_eq!(integers(&mut conn, STORED).await.len(), steps);
            let again = conn.batch(inserts(&texts, 3).step("SELECT 1")).await;
            assert_eq!(again.unwrap_err().step(), Some(0));
        }
    }
}
