//! Many submitters at once: what each was told is what is stored.

use testkit::net::Action;
use turso_batch::Submission;
use turso_conn::{Batch, ErrorKind, Statement, Step};

use crate::place::{Place, insert, stored};

/// A submission of three rows from `x` on that goes well or badly, by `dice`.
fn submission(x: i64, dice: u64) -> Submission {
    let bad: Option<Step> = match dice % 8 {
        0 => Some(insert(0, 0).into()),
        1 => Some(Step::exactly(
            Statement::new("DELETE FROM t WHERE x < 0"),
            1,
        )),
        2 => Some(Statement::new("INSERT OR ROLLBACK INTO t VALUES (0, 0)").into()),
        _ => None,
    };
    let mut steps: Vec<Step> = (x..x + 3).map(|x| insert(x, x).into()).collect();
    if let Some(bad) = bad {
        let at = usize::try_from(dice / 8 % 4).unwrap();
        steps.insert(at, bad);
    }
    Submission::new(steps.into_iter().collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_each_of_many_was_told_is_what_is_stored() {
    for place in Place::both("what_each_of_many_was_told_is_what_is_stored") {
        let (writes, single) = place.open().await;
        let zero = Submission::new(Batch::new().step(insert(0, 0)));
        writes.submit(zero).await.unwrap();
        let tasks: Vec<_> = (0_i64..16)
            .map(|task| {
                let writes = writes.clone();
                tokio::spawn(async move {
                    let mut told = Vec::new();
                    for nth in 0_i64..10 {
                        let x = 1 + (task * 10 + nth) * 3;
                        let dice = u64::try_from(x)
                            .unwrap()
                            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
                        if writes.submit(submission(x, dice >> 32)).await.is_ok() {
                            told.extend(x..x + 3);
                        }
                    }
                    told
                })
            })
            .collect();
        let mut told = vec![0];
        for task in tasks {
            told.extend(task.await.unwrap());
        }
        told.sort_unstable();
        assert_eq!(stored(&single).await, told);
        let stats = writes.stats();
        assert!(stats.largest > 1 && stats.failed > 10, "{stats:?}");
        assert_eq!(stats.stored, (told.len() as u64 - 1) / 3 + 2);
    }
}

/// The reply of a server is lost: submissions that may be repeated are stored exactly once.
#[tokio::test]
async fn f31_a_group_whose_reply_was_lost_is_stored_once() {
    let test = "f31_a_group_whose_reply_was_lost_is_stored_once";
    let Some(place) = Place::both(test).into_iter().nth(1) else {
        return;
    };
    let (writes, single) = place.open().await;
    let Place::Server(database) = &place else {
        unreachable!()
    };
    let upsert = |x: i64| Statement::new("INSERT OR IGNORE INTO t VALUES (?1, 0)").bind(x);
    // More often than the connection itself repeats.
    database.queue(std::iter::repeat_n(Action::CloseAfterForward, 8));
    let repeated = Submission::new(Batch::new().step(upsert(1))).idempotent();
    writes.submit(repeated).await.unwrap();
    assert_eq!(stored(&single).await, [1]);
    database.queue([Action::CloseAfterForward]);
    let once = Submission::new(Batch::new().step(insert(2, 2)));
    let error = writes.submit(once).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(stored(&single).await, [1, 2]);
}
