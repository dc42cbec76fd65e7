//! The queue is bounded, and nobody waits in it for ever.

use std::num::NonZeroUsize;
use std::time::Duration;

use turso_batch::{Config, GroupCommit};
use turso_conn::ErrorKind;

use crate::fake::{Fake, in_order, named, settle};

fn bounded(count: usize, bytes: usize) -> Config {
    Config {
        queue_count: NonZeroUsize::new(count).unwrap(),
        queue_bytes: NonZeroUsize::new(bytes).unwrap(),
        ..Config::default()
    }
}

#[tokio::test]
async fn more_than_the_queue_holds_waits_before_it() {
    // Two places; or four kibibytes, which two of two fill.
    for (config, text) in [
        (bounded(2, 1 << 20), "x".to_owned()),
        (bounded(100, 4_096), "x".repeat(2_000)),
    ] {
        let fake = Fake::gated();
        let writes = GroupCommit::new(fake.clone(), config);
        let tasks = in_order(&writes, (0..5).map(|_| named(text.as_str()))).await;
        // One is being committed, one is queued, three wait.
        assert_eq!(writes.stats().queued, 1);
        fake.go(5);
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        assert_eq!(writes.stats().stored, 5);
    }
}

#[tokio::test]
async fn one_that_is_larger_than_the_queue_goes_alone() {
    let fake = Fake::open();
    let writes = GroupCommit::new(fake.clone(), bounded(9, 1_024));
    let large = named("x".repeat(100_000));
    let (one, other) = tokio::join!(writes.submit(large), writes.submit(named("y")));
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(fake.ran().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn f40_who_gets_no_turn_in_time_is_told_and_left_out() {
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), bounded(2, 1 << 20));
    let first = tokio::spawn({
        let writes = writes.clone();
        async move { writes.submit(named("first")).await }
    });
    settle().await;
    let second = Duration::from_secs(1);
    // One waits in the queue, the other for a place in it.
    let (one, other) = tokio::join!(
        writes.submit(named("late").within(second)),
        writes.submit(named("later").within(second)),
    );
    assert_eq!(one.unwrap_err().kind(), ErrorKind::Busy);
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Busy);
    fake.go(2);
    first.await.unwrap().unwrap();
    writes.submit(named("last")).await.unwrap();
    assert_eq!(fake.ran(), [["first"], ["last"]]);
    assert_eq!(writes.stats().left_out, 1);
}

#[tokio::test(start_paused = true)]
async fn once_begun_a_commit_is_waited_for() {
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let submission = named("slow").within(Duration::from_millis(1));
    let task = tokio::spawn({
        let writes = writes.clone();
        async move { writes.submit(submission).await }
    });
    tokio::time::sleep(Duration::from_mins(1)).await;
    fake.go(1);
    task.await.unwrap().unwrap();
}

#[tokio::test]
async fn who_leaves_makes_room_at_once() {
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), bounded(3, 1 << 20));
    let mut tasks = in_order(&writes, ["first", "a", "b", "c"].map(named)).await;
    assert_eq!(writes.stats().queued, 2);
    for left in tasks.drain(1..3) {
        left.abort();
    }
    settle().await;
    // `c` has taken one of the two places, and the other is free.
    tasks.extend(in_order(&writes, [named("d")]).await);
    assert_eq!(writes.stats().queued, 2);
    fake.go(9);
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(fake.ran(), [vec!["first"], vec!["c", "d"]]);
}

#[tokio::test]
async fn who_leaves_leaves_nothing_behind() {
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let first = in_order(&writes, [named("first")]).await;
    for nth in 0..10_000 {
        let task = tokio::spawn({
            let writes = writes.clone();
            async move { writes.submit(named(format!("{nth}"))).await }
        });
        tokio::task::yield_now().await;
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
    }
    assert_eq!(
        (writes.stats().queued, writes.stats().left_out),
        (0, 10_000)
    );
    fake.go(2);
    writes.submit(named("last")).await.unwrap();
    assert_eq!(fake.ran(), [["first"], ["last"]]);
    for task in first {
        task.await.unwrap().unwrap();
    }
}
