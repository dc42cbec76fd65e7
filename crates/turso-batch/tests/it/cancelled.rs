//! Submitters that go away, and tasks that end before their time.

use std::time::Duration;

use turso_batch::{Config, GroupCommit};
use turso_conn::ErrorKind;

use crate::fake::{Answer, Fake, in_order, named, runtime, settle};

#[tokio::test]
async fn who_leaves_before_the_commit_begins_is_left_out() {
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let tasks = in_order(&writes, ["a", "b", "c"].map(named)).await;
    tasks[1].abort();
    settle().await;
    fake.go(2);
    settle().await;
    assert_eq!(fake.ran(), [["a"], ["c"]]);
    assert_eq!((writes.stats().left_out, writes.stats().stored), (1, 2));
}

#[tokio::test]
async fn f51_who_leaves_after_the_commit_began_is_stored_all_the_same() {
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let task = tokio::spawn({
        let writes = writes.clone();
        async move { writes.submit(named("a")).await }
    });
    settle().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    fake.go(1);
    settle().await;
    assert_eq!((writes.stats().left_out, writes.stats().stored), (0, 1));
}

/// Dropped after any number of polls, it is stored once or never, and the next one gets its turn.
#[tokio::test]
async fn f51_cancelled_at_any_poll() {
    for polls in 0..30 {
        let fake = Fake::open();
        let writes = GroupCommit::new(fake.clone(), Config::default());
        {
            let mut submit = std::pin::pin!(writes.submit(named("a")));
            for _ in 0..polls {
                let once = std::future::poll_fn(|cx| {
                    std::task::Poll::Ready(submit.as_mut().poll(cx).is_ready())
                });
                if once.await {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        writes.submit(named("b")).await.unwrap();
        let ran: Vec<_> = fake.ran().into_iter().flatten().collect();
        assert!(ran == ["b"] || ran == ["a", "b"], "{polls}: {ran:?}");
    }
}

#[tokio::test]
async fn f52_a_panic_in_a_commit_is_an_unknown_outcome_and_the_next_one_works() {
    let fake = Fake::gated().script([Answer::Panic]);
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let tasks = in_order(&writes, ["a", "b"].map(named)).await;
    fake.go(3);
    let mut kinds = Vec::new();
    for task in tasks {
        kinds.push(task.await.unwrap().unwrap_err().kind());
    }
    assert_eq!(kinds, [ErrorKind::OutcomeUnknown, ErrorKind::Closed]);
    writes.submit(named("c")).await.unwrap();
}

#[test]
fn a_runtime_that_ends_before_it_commits_is_survived() {
    let fake = Fake::open();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let first = runtime();
    // Polled once, which starts the task that commits; that one is never polled.
    first.block_on(async {
        let mut submitted = std::pin::pin!(writes.submit(named("a")));
        std::future::poll_fn(|cx| {
            assert!(submitted.as_mut().poll(cx).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
    });
    drop(first);
    runtime().block_on(writes.submit(named("b"))).unwrap();
    assert_eq!(fake.ran(), [["b"]]);
}

#[test]
fn the_end_of_the_runtime_that_commits_is_told_and_survived() {
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let first = runtime();
    let begun = writes.clone();
    first.spawn(async move { begun.submit(named("a")).await });
    first.block_on(settle());
    let second = runtime();
    let waiting = second.spawn({
        let writes = writes.clone();
        async move { writes.submit(named("b")).await }
    });
    second.block_on(settle());
    drop(first);
    let error = second.block_on(waiting).unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    fake.go(2);
    second.block_on(writes.submit(named("c"))).unwrap();
}

#[tokio::test]
async fn without_a_connection_everybody_who_waits_is_told() {
    let fake = Fake::open().refuse([ErrorKind::Unauthorized]);
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let (one, other) = tokio::join!(writes.submit(named("a")), writes.submit(named("b")));
    assert_eq!(one.unwrap_err().kind(), ErrorKind::Unauthorized);
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Unauthorized);
    writes
        .submit(named("c").within(Duration::from_secs(1)))
        .await
        .unwrap();
}
