//! What is committed together.

use std::num::NonZeroUsize;

use turso_batch::{Config, GroupCommit};

use crate::fake::{Fake, in_order, named, once};

#[tokio::test]
async fn one_that_comes_alone_is_committed_at_once_as_one_group() {
    let fake = Fake::open();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    for text in ["a", "b"] {
        writes.submit(named(text)).await.unwrap();
    }
    assert_eq!(fake.ran(), [["a"], ["b"]]);
    let stats = writes.stats();
    assert_eq!((stats.stored, stats.programs, stats.largest), (2, 2, 1));
}

#[tokio::test]
async fn what_queues_during_a_commit_goes_into_the_next_in_its_order() {
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let names = ["a", "b", "c", "d"];
    let tasks = in_order(&writes, names.map(named)).await;
    assert_eq!(writes.stats().queued, 3);
    fake.go(2);
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(fake.ran(), [vec!["a"], vec!["b", "c", "d"]]);
    let stats = writes.stats();
    assert_eq!((stats.stored, stats.programs, stats.largest), (4, 2, 3));
    assert_eq!(stats.group_sizes[..3], [1, 1, 0]);
    assert_eq!(stats.queued, 0);
}

#[tokio::test]
async fn a_group_is_bounded_in_count_and_bytes() {
    let fake = Fake::gated();
    let config = Config {
        group_count: NonZeroUsize::new(2).unwrap(),
        group_bytes: NonZeroUsize::new(10).unwrap(),
        ..Config::default()
    };
    let writes = GroupCommit::new(fake.clone(), config);
    let names = ["a", "b", "c", "d", "1234567", "1234", "12345678901234", "e"];
    let tasks = in_order(&writes, names.map(named)).await;
    fake.go(100);
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let wanted = [
        vec!["a"],
        vec!["b", "c"],
        vec!["d", "1234567"],
        vec!["1234"],
    ];
    assert_eq!(fake.ran()[..4], wanted);
    assert_eq!(fake.ran()[4..], [["12345678901234"], ["e"]]);
}

#[tokio::test]
async fn what_may_be_repeated_is_not_mixed_with_what_may_not() {
    let fake = Fake::gated();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let all = vec![named("a"), named("b"), once("c"), once("d"), named("e")];
    let tasks = in_order(&writes, all).await;
    fake.go(100);
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let wanted = [vec!["a"], vec!["b"], vec!["c", "d"], vec!["e"]];
    assert_eq!(fake.ran(), wanted);
    assert_eq!(fake.promises(), [true, true, false, true]);
}

#[tokio::test]
async fn nothing_is_committed_for_an_empty_batch() {
    let fake = Fake::open();
    let writes = GroupCommit::new(fake.clone(), Config::default());
    let empty = turso_batch::Submission::new(turso_conn::Batch::new());
    assert!(writes.submit(empty).await.unwrap().is_empty());
    assert!(fake.ran().is_empty());
    assert_eq!(writes.get_ref().ran().len(), 0);
}
