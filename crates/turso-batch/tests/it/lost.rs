//! The transaction itself is lost.

use std::time::Duration;

use turso_batch::{Config, GroupCommit};
use turso_conn::{ErrorKind, Result, Rows};

use crate::fake::{Answer, Fake, in_order, named, once, settle};

/// What becomes of `a`, committed alone, and of `b` and `c`, committed together after it,
/// each in turn as it was told.
async fn kinds_of(fake: &Fake, [b, c]: [turso_batch::Submission; 2]) -> [Option<ErrorKind>; 2] {
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let mut tasks = in_order(&writes, [named("a"), b, c]).await;
    fake.go(1_000);
    let kind = |answer: Result<Vec<Rows>>| answer.err().map(|error| error.kind());
    let (c, b) = (tasks.pop().unwrap(), tasks.pop().unwrap());
    tasks.pop().unwrap().await.unwrap().unwrap();
    [kind(b.await.unwrap()), kind(c.await.unwrap())]
}

#[tokio::test(start_paused = true)]
async fn a_passing_failure_is_repeated_by_all_together() {
    for kind in [ErrorKind::Busy, ErrorKind::Disconnected, ErrorKind::Timeout] {
        let fake = Fake::gated().script([Answer::LostWith("b", kind)]);
        let writes = GroupCommit::new(fake.clone(), Config::default());
        let submit = |text: &'static str, seconds| {
            let (writes, wait) = (writes.clone(), Duration::from_secs(seconds));
            tokio::spawn(async move { writes.submit(once(text).within(wait)).await })
        };
        let first = submit("a", 60);
        settle().await;
        let (b, c) = (submit("b", 10), submit("c", 60));
        settle().await;
        fake.go(100_000);
        first.await.unwrap().unwrap();
        // `b` fails for ever: at its deadline it goes, and `c` is stored without it.
        assert_eq!(b.await.unwrap().unwrap_err().kind(), kind);
        c.await.unwrap().unwrap();
        let ran = fake.ran();
        assert_eq!(ran.last().unwrap(), &["c"]);
        let together = ran.iter().filter(|ran| **ran == ["b", "c"]).count();
        assert!((100..2_000).contains(&together), "{together} repetitions");
        let stats = writes.stats();
        assert_eq!((stats.stored, stats.failed), (2, 1));
        assert_eq!(stats.repetitions, together as u64);
    }
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_refused_while_repeating_is_asked_for_again() {
    let fake = Fake::gated().script([Answer::Lost(ErrorKind::Disconnected)]);
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let task = tokio::spawn({
        let writes = writes.clone();
        async move { writes.submit(once("a")).await }
    });
    settle().await;
    let fake = fake.refuse([ErrorKind::Disconnected, ErrorKind::Busy]);
    fake.go(10);
    task.await.unwrap().unwrap();
    assert_eq!(fake.ran().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_may_be_repeated_is_repeated_until_its_outcome_is_known() {
    let unknown = Answer::LostWith("c", ErrorKind::OutcomeUnknown);
    let fake = Fake::gated().script([unknown]);
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let task = tokio::spawn({
        let writes = writes.clone();
        async move {
            writes
                .submit(named("c").within(Duration::from_secs(5)))
                .await
        }
    });
    fake.go(100_000);
    let error = task.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(fake.ran().len() > 50);
    let fake = Fake::gated().script([Answer::Lost(ErrorKind::OutcomeUnknown); 3]);
    let writes = GroupCommit::new(fake.clone(), Config::default());
    fake.go(100);
    writes.submit(named("d")).await.unwrap();
    assert_eq!(fake.ran().len(), 4);
}

#[tokio::test]
async fn what_may_not_be_repeated_is_told_that_nobody_knows() {
    let unknown = Answer::LostWith("b", ErrorKind::OutcomeUnknown);
    let fake = Fake::gated().script([unknown]);
    let kinds = kinds_of(&fake, [once("b"), once("c")]).await;
    assert_eq!(kinds, [Some(ErrorKind::OutcomeUnknown); 2]);
    assert_eq!(fake.ran(), [vec!["a"], vec!["b", "c"]]);
}

#[tokio::test]
async fn whoever_loses_the_transaction_of_all_is_found_and_told_alone() {
    for kind in [ErrorKind::Constraint, ErrorKind::Corrupt, ErrorKind::Misuse] {
        for (guilty, wanted) in [("b", [Some(kind), None]), ("c", [None, Some(kind)])] {
            let fake = Fake::gated().script([Answer::LostWith(guilty, kind)]);
            let kinds = kinds_of(&fake, [once("b"), once("c")]).await;
            assert_eq!(kinds, wanted);
            assert_eq!(fake.ran()[1..], [vec!["b", "c"], vec!["b"], vec!["c"]]);
        }
    }
}

#[tokio::test]
async fn f05_a_full_disk_is_told_to_everybody() {
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let tasks = in_order(&writes, ["a", "b", "c"].map(once)).await;
    let fake = fake.script([Answer::Lost(ErrorKind::Full); 4]);
    fake.go(100);
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap_err().kind(), ErrorKind::Full);
    }
    writes.submit(once("d")).await.unwrap();
    assert_eq!(writes.stats().failed, 3);
}
