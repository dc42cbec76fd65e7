//! Callers that go away, and tasks that end before their time.

use std::task::Poll;

use turso_batch::GroupRead;
use turso_conn::ErrorKind;

use super::lender::{Lender, PANIC, all, ask, behind, read, said};
use crate::fake::{runtime, settle};

#[tokio::test]
async fn who_leaves_while_it_waits_is_left_out() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let tasks = behind(&reads, "first", ["a", "b", "c"]).await;
    tasks[2].abort();
    settle().await;
    assert_eq!(reads.stats().queued, 2);
    lender.go(2);
    settle().await;
    assert_eq!(lender.asked(), [vec!["first"], vec!["a", "c"]]);
    assert_eq!((reads.stats().left_out, reads.stats().grouped), (1, 2));
}

/// Also the one that began to wait first: somebody else's turn does not end with it.
#[tokio::test]
async fn when_all_leave_nobody_is_asked_for_and_the_next_gets_its_turn() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let mut tasks = behind(&reads, "first", ["a", "b"]).await;
    for task in tasks.drain(1..) {
        task.abort();
    }
    settle().await;
    tasks.push(ask(&reads, "next"));
    settle().await;
    lender.go(2);
    assert_eq!(all(tasks).await[1], Ok("next".into()));
    assert_eq!(lender.asked(), [["first"], ["next"]]);
}

#[tokio::test]
async fn who_leaves_after_it_was_asked_disturbs_nobody() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let mut tasks = behind(&reads, "first", ["a", "b", "c"]).await;
    lender.go(1);
    settle().await;
    tasks.remove(1).abort();
    settle().await;
    lender.go(1);
    let answers = all(tasks).await;
    assert_eq!(answers, ["first", "b", "c"].map(|text| Ok(text.into())));
    assert_eq!(reads.stats().left_out, 0);
}

/// Dropped after any number of polls, with and without a free connection.
#[tokio::test]
async fn cancelled_at_any_poll() {
    for polls in 0..12 {
        for connections in [1, 2] {
            let lender = Lender::gated(connections);
            let reads = GroupRead::new(lender.clone());
            let first = ask(&reads, "first");
            settle().await;
            {
                let mut query = std::pin::pin!(reads.query(read("a")));
                for _ in 0..polls {
                    let polled =
                        std::future::poll_fn(|cx| Poll::Ready(query.as_mut().poll(cx).is_ready()));
                    if polled.await {
                        break;
                    }
                    tokio::task::yield_now().await;
                }
            }
            lender.go(9);
            first.await.unwrap().unwrap();
            assert_eq!(ask(&reads, "b").await.unwrap(), Ok("b".into()));
            assert_eq!(reads.stats().queued, 0);
        }
    }
}

#[tokio::test]
async fn f52_a_panic_in_a_group_is_told_and_the_next_one_works() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let tasks = behind(&reads, "first", ["a", PANIC]).await;
    lender.go(9);
    let answers = all(tasks).await;
    assert_eq!(answers[1..], [const { Err(ErrorKind::Closed) }; 2]);
    assert_eq!(ask(&reads, "next").await.unwrap(), Ok("next".into()));
}

#[test]
fn a_runtime_that_ends_before_its_turn_is_survived() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let (one, other) = (runtime(), runtime());
    let first = other.spawn({
        let reads = reads.clone();
        async move { said(reads.query(read("first")).await) }
    });
    other.block_on(settle());
    // Polled once, which starts the task that waits; that one is never polled.
    one.block_on(async {
        let mut query = std::pin::pin!(reads.query(read("a")));
        std::future::poll_fn(|cx| {
            assert!(query.as_mut().poll(cx).is_pending());
            Poll::Ready(())
        })
        .await;
    });
    drop(one);
    lender.go(2);
    assert_eq!(other.block_on(first).unwrap(), Ok("first".into()));
    let next = other.block_on(reads.query(read("next")));
    assert_eq!(said(next), Ok("next".into()));
}

#[test]
fn the_end_of_the_runtime_that_waits_is_told() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let (one, other) = (runtime(), runtime());
    let spawn = |on: &tokio::runtime::Runtime, text: &'static str| {
        let reads = reads.clone();
        let task = on.spawn(async move { said(reads.query(read(text)).await) });
        on.block_on(settle());
        task
    };
    let first = spawn(&other, "first");
    drop(spawn(&one, "a"));
    let waiting = spawn(&other, "b");
    drop(one);
    let told = other.block_on(waiting).unwrap();
    assert_eq!(told, Err(ErrorKind::Closed));
    lender.go(2);
    assert_eq!(other.block_on(first).unwrap(), Ok("first".into()));
    let next = other.block_on(reads.query(read("next")));
    assert_eq!(said(next), Ok("next".into()));
}
