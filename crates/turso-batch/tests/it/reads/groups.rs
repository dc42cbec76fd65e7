//! What is asked together, and what is not.

use std::time::Duration;

use turso_batch::GroupRead;
use turso_conn::{Acquire, ErrorKind};

use super::lender::{BAD, Lender, all, ask, behind, read, said};
use crate::fake::settle;

#[tokio::test]
async fn who_finds_a_connection_goes_alone_at_once() {
    let lender = Lender::gated(2);
    let reads = GroupRead::new(lender.clone());
    let tasks = vec![ask(&reads, "a"), ask(&reads, "b")];
    settle().await;
    assert_eq!(lender.asked(), [["a"], ["b"]]);
    lender.go(2);
    assert_eq!(all(tasks).await, ["a", "b"].map(|text| Ok(text.into())));
    let stats = reads.stats();
    assert_eq!((stats.alone, stats.grouped, stats.groups), (2, 0, 0));
}

#[tokio::test]
async fn what_waits_for_a_connection_is_asked_together() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let tasks = behind(&reads, "first", ["a", "b", "c"]).await;
    assert_eq!(reads.stats().queued, 3);
    lender.go(2);
    let answers = all(tasks).await;
    assert_eq!(
        answers,
        ["first", "a", "b", "c"].map(|text| Ok(text.into()))
    );
    assert_eq!(lender.asked(), [vec!["first"], vec!["a", "b", "c"]]);
    let stats = reads.stats();
    assert_eq!((stats.alone, stats.grouped, stats.groups), (1, 3, 1));
    assert_eq!((stats.largest, stats.queued), (3, 0));
    assert_eq!(stats.group_sizes, [0, 1, 0, 0, 0]);
}

/// More than one group's worth is shared fairly between those that are needed.
#[tokio::test]
async fn a_group_is_bounded_and_takes_its_share() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let texts: Vec<String> = (0..40).map(|n| n.to_string()).collect();
    let tasks = behind(&reads, "first", texts.iter().map(String::as_str)).await;
    lender.go(100);
    let answers = all(tasks).await.into_iter().skip(1);
    assert!(answers.eq(texts.into_iter().map(Ok)));
    let sizes: Vec<_> = lender.asked().iter().map(Vec::len).collect();
    assert_eq!(sizes, [1, 14, 13, 13]);
}

#[tokio::test]
async fn one_that_fails_fails_alone() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let tasks = behind(&reads, "first", ["a", BAD, "c"]).await;
    lender.go(2);
    let answers = all(tasks).await;
    let expected = [Ok("a".into()), Err(ErrorKind::Misuse), Ok("c".into())];
    assert_eq!(answers[1..], expected);
}

#[tokio::test]
async fn an_error_of_acquiring_is_told_to_all_who_wait() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let tasks = behind(&reads, "first", ["a", "b"]).await;
    lender.refuse([ErrorKind::Unauthorized]);
    lender.go(1);
    let answers = all(tasks).await;
    assert_eq!(answers[1..], [const { Err(ErrorKind::Unauthorized) }; 2]);
    lender.refuse([ErrorKind::Disconnected]);
    let refused = said(reads.query(read("alone")).await);
    assert_eq!(refused, Err(ErrorKind::Disconnected));
    lender.go(1);
    assert_eq!(ask(&reads, "next").await.unwrap(), Ok("next".into()));
}

/// They could hold up the others, or be cut short by them.
#[tokio::test]
async fn what_is_large_or_in_a_hurry_is_not_grouped() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let tasks = behind(&reads, "first", ["a"]).await;
    let large = "x".repeat(5_000);
    let asked = [read(&large), read("hurry").within(Duration::from_secs(1))];
    let apart: Vec<_> = asked
        .map(|statement| {
            let reads = reads.clone();
            tokio::spawn(async move { said(reads.query(statement).await) })
        })
        .into();
    settle().await;
    assert_eq!(reads.stats().queued, 1);
    lender.go(4);
    all(tasks).await;
    assert_eq!(all(apart).await, [Ok(large.clone()), Ok("hurry".into())]);
    let expected = [["first"], ["a"], [large.as_str()], ["hurry"]];
    assert_eq!(lender.asked(), expected);
}

#[tokio::test]
async fn what_does_not_fit_into_the_queue_waits_for_its_own_connection() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let texts: Vec<String> = (0..1_100).map(|n| n.to_string()).collect();
    let tasks = behind(&reads, "first", texts.iter().map(String::as_str)).await;
    assert_eq!((reads.stats().queued, reads.stats().alone), (1_024, 77));
    lender.go(2_000);
    let answers = all(tasks).await.into_iter().skip(1);
    assert!(answers.eq(texts.into_iter().map(Ok)));
    assert_eq!(lender.asked().len(), 1 + 1_024 / 16 + 76);
}

/// One connection more is as good as the one that was waited for.
#[tokio::test]
async fn every_connection_that_comes_takes_a_group() {
    let lender = Lender::gated(3);
    let reads = GroupRead::new(lender.clone());
    let held = lender.acquire().await.unwrap();
    let more = lender.acquire().await.unwrap();
    let texts: Vec<String> = (0..32).map(|n| n.to_string()).collect();
    let tasks = behind(&reads, "first", texts.iter().map(String::as_str)).await;
    drop((held, more));
    settle().await;
    let sizes: Vec<_> = lender.asked().iter().map(Vec::len).collect();
    assert_eq!(sizes, [1, 16, 16]);
    lender.go(3);
    all(tasks).await;
}

#[tokio::test(start_paused = true)]
async fn f48_who_came_later_waits_on_when_others_have_waited_too_long() {
    let lender = Lender::gated(1);
    let reads = GroupRead::new(lender.clone());
    let mut tasks = behind(&reads, "first", ["early"]).await;
    tokio::time::advance(Duration::from_secs(9)).await;
    tasks.push(ask(&reads, "late"));
    settle().await;
    assert_eq!(reads.stats().queued, 2);
    lender.refuse([ErrorKind::Timeout]);
    lender.go(2);
    let expected = [
        Ok("first".into()),
        Err(ErrorKind::Timeout),
        Ok("late".into()),
    ];
    assert_eq!(all(tasks).await, expected);
    assert_eq!(lender.asked(), [["first"], ["late"]]);
}
