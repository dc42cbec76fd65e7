//! Submissions of one group do not disturb each other, on files and on a server.

use turso_batch::Submission;
use turso_conn::{Batch, ErrorKind, Statement, Step};

use crate::place::{Place, insert, stored, together};

fn rows(from: i64) -> Batch {
    (from..from + 3).map(|x| insert(x, x)).collect()
}

/// What fails, and how.
fn failures() -> Vec<(Step, ErrorKind)> {
    let statement = Statement::new;
    let guard = "SELECT abs(-9223372036854775807 - 1)";
    vec![
        (insert(1, 1).into(), ErrorKind::Constraint),
        (
            statement("INSERT INTO t VALUES (999, NULL)").into(),
            ErrorKind::Constraint,
        ),
        (
            Step::exactly(statement("DELETE FROM t WHERE x = 999"), 1),
            ErrorKind::Conflict,
        ),
        (Step::guard(statement(guard)), ErrorKind::Conflict),
    ]
}

/// The n-th failure loop: each way to fail, at each step of the second of three.
#[tokio::test]
async fn f33_whichever_step_of_whichever_fails_the_others_are_stored() {
    for place in Place::both("f33_whichever_step_of_whichever_fails_the_others_are_stored") {
        let (writes, single) = place.open().await;
        writes.submit(Submission::new(rows(1))).await.unwrap();
        let (mut next, mut expected) = (10, vec![1, 2, 3]);
        for (failing, kind) in failures() {
            for at in 0..=3 {
                let mut steps: Vec<Step> = rows(next + 10).steps().to_vec();
                steps.insert(at, failing.clone());
                let all = [rows(next), steps.into_iter().collect(), rows(next + 20)];
                let all = all.map(|batch| Submission::new(batch).named("test"));
                let answers = together(&writes, &single, all.into()).await;
                let error = answers[1].as_ref().unwrap_err();
                assert_eq!((error.kind(), error.step()), (kind, Some(at)));
                assert_eq!(answers[0].as_ref().unwrap().len(), 3);
                assert_eq!(answers[2].as_ref().unwrap().len(), 3);
                expected.extend((next..next + 3).chain(next + 20..next + 23));
                next += 30;
            }
        }
        assert_eq!(stored(&single).await, expected);
        let stats = writes.stats();
        assert_eq!((stats.failed, stats.largest), (16, 3));
        // One commit for the table, one for the first rows, one for each group of three.
        assert_eq!(stats.programs, 2 + 16);
    }
}

/// SQLite rolls the whole transaction back by itself, inside each of the groups in turn.
#[tokio::test]
async fn f33_what_is_reported_is_what_is_stored_when_sqlite_rolls_back_by_itself() {
    let test = "f33_what_is_reported_is_what_is_stored_when_sqlite_rolls_back_by_itself";
    for place in Place::both(test) {
        let (writes, single) = place.open().await;
        writes.submit(Submission::new(rows(1))).await.unwrap();
        let (mut next, mut expected) = (10, vec![1, 2, 3]);
        for guilty in 0..4 {
            for at in 0..=3 {
                let mut all = Vec::new();
                for nth in 0..4 {
                    let mut steps: Vec<Step> = rows(next + nth * 10).steps().to_vec();
                    if nth == guilty {
                        let lose = Statement::new("INSERT OR ROLLBACK INTO t VALUES (1, 1)");
                        steps.insert(at, lose.into());
                    }
                    all.push(Submission::new(steps.into_iter().collect()));
                }
                for (nth, answer) in (0..).zip(together(&writes, &single, all).await) {
                    match answer {
                        Ok(_) => expected.extend(next + nth * 10..next + nth * 10 + 3),
                        Err(error) => {
                            assert_eq!(nth, guilty, "{error:?}");
                            assert_eq!(error.kind(), ErrorKind::Constraint, "{error:?}");
                        }
                    }
                }
                next += 40;
            }
        }
        assert_eq!(stored(&single).await, expected);
        // Only the guilty failed.
        assert_eq!(writes.stats().failed, 16);
    }
}

/// What is checked only at the commit fails the transaction of all.
#[tokio::test]
async fn f33_a_commit_that_fails_is_told_to_the_one_that_is_to_blame() {
    let place = Place::file();
    let (writes, single) = place.open().await;
    let child = "CREATE TABLE c (p REFERENCES t (x) DEFERRABLE INITIALLY DEFERRED)";
    let child = Submission::new(Batch::new().step(child));
    writes.submit(child).await.unwrap();
    let orphan = rows(20).step("INSERT INTO c VALUES (77)");
    let all = [rows(10), orphan, rows(30)].map(Submission::new);
    let answers = together(&writes, &single, all.into()).await;
    assert!(answers[0].is_ok() && answers[2].is_ok());
    let error = answers[1].as_ref().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Constraint);
    assert_eq!(stored(&single).await, [10, 11, 12, 30, 31, 32]);
}
