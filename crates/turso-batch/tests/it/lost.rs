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
    for kind in [ErrorKind::Busy, ErrorKind::Disconnected] {
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
    use ErrorKind::{Constraint, Corrupt, Misuse};
    for kind in [Constraint, Corrupt, Misuse] {
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

#[tokio::test(start_paused = true)]
async fn what_may_have_been_stored_once_is_never_reported_as_not_stored() {
    use ErrorKind::{Busy, Closed, Conflict, Constraint, Disconnected, OutcomeUnknown, Timeout};
    let unknown = Answer::Lost(OutcomeUnknown);
    for then in [Busy, Disconnected, Timeout, Constraint, Closed] {
        let fake = Fake::gated().script([unknown, Answer::LostWith("b", then)]);
        let writes = GroupCommit::new(fake.clone(), Config::default());
        fake.go(100_000);
        let error = writes.submit(named("b")).await.unwrap_err();
        assert_eq!(error.kind(), OutcomeUnknown, "{then}");
    }
    // The server stays away; the storage is closed; another writer came between.
    for (refused, answers) in [
        (vec![Disconnected; 10_000], vec![unknown]),
        (vec![Closed], vec![unknown]),
        (Vec::new(), vec![unknown, Answer::Refused(Conflict)]),
    ] {
        let fake = Fake::gated().script(answers);
        let writes = GroupCommit::new(fake.clone(), Config::default());
        let task = tokio::spawn(async move { writes.submit(named("b")).await });
        settle().await;
        let fake = fake.refuse(refused);
        fake.go(100_000);
        let error = task.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), OutcomeUnknown);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_tried_apart_is_still_known_to_have_been_unknown() {
    use ErrorKind::{Constraint, OutcomeUnknown};
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let tasks = in_order(&writes, ["first", "b", "c"].map(named)).await;
    fake.go(1);
    settle().await;
    let lost = [OutcomeUnknown, Constraint, Constraint, Constraint];
    fake.clone().script(lost.map(Answer::Lost)).go(100);
    let mut kinds = Vec::new();
    for task in tasks {
        kinds.push(task.await.unwrap().err().map(|error| error.kind()));
    }
    assert_eq!(kinds, [None, Some(OutcomeUnknown), Some(OutcomeUnknown)]);
    let both = vec!["b", "c"];
    assert_eq!(fake.ran()[1..], [both.clone(), both, vec!["b"], vec!["c"]]);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_when_to_come_again_is_heeded() {
    let seconds = Duration::from_secs;
    for (pause, runs) in [(seconds(60), 1), (seconds(10), 3)] {
        let fake = Fake::open().script([Answer::ComeAgain(pause); 9]);
        let writes = GroupCommit::new(fake.clone(), Config::default());
        let error = writes.submit(named("a")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert_eq!(fake.ran().len(), runs, "{pause:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_pass_is_not_tried_again() {
    // Not by asking for connections until the time is over,
    let fake = Fake::gated().script([Answer::Lost(ErrorKind::Busy)]);
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let start = tokio::time::Instant::now();
    let task = tokio::spawn(async move { writes.submit(named("a")).await });
    settle().await;
    fake.clone().refuse([ErrorKind::Closed]).go(100);
    let error = task.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert!(start.elapsed() < Duration::from_secs(1));
    // and not once for each of a group, when none of them is to blame.
    for kind in [
        ErrorKind::Unauthorized,
        ErrorKind::ReadOnly,
        ErrorKind::Closed,
    ] {
        let fake = Fake::gated().script([Answer::LostWith("b", kind)]);
        let kinds = kinds_of(&fake, [once("b"), once("c")]).await;
        assert_eq!(kinds, [Some(kind); 2]);
        assert_eq!(fake.ran().len(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_takes_too_long_does_not_take_the_others_with_it() {
    let fake = Fake::gated().script([Answer::LostWith("slow", ErrorKind::Timeout)]);
    let kinds = kinds_of(&fake, [named("slow"), named("c")]).await;
    assert_eq!(kinds, [Some(ErrorKind::Timeout), None]);
}

#[tokio::test(start_paused = true)]
async fn whose_time_is_over_is_not_tried_apart() {
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let texts = ["first", "b", "c", "d", "e", "f", "g", "h"];
    let tasks = in_order(&writes, texts.map(named)).await;
    let slow = Answer::Slow(Duration::from_secs(30), ErrorKind::Timeout);
    let group = Answer::Lost(ErrorKind::Constraint);
    let start = tokio::time::Instant::now();
    fake.go(1);
    settle().await;
    fake.clone()
        .script([group].into_iter().chain([slow; 9]))
        .go(100);
    for (nth, task) in tasks.into_iter().enumerate() {
        let kind = task.await.unwrap().err().map(|error| error.kind());
        let wanted = match nth {
            0 => None,
            1 => Some(ErrorKind::Timeout),
            _ => Some(ErrorKind::Busy),
        };
        assert_eq!(kind, wanted, "{nth}");
    }
    assert!(start.elapsed() <= Duration::from_mins(1));
}
