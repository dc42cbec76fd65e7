//! What mobc tests, tested here under the same names.

use std::pin::pin;
use std::sync::{Arc, Mutex};

use crate::support::{lazy, poll_then_drop, settle};

#[tokio::test]
async fn requests_fifo() {
    let pool = lazy(1);
    let held = pool.acquire().await.unwrap();
    let order = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for turn in 0..100 {
        let (pool, order) = (pool.clone(), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            let lease = pool.acquire().await.unwrap();
            order.lock().unwrap().push(turn);
            drop(lease);
        }));
        settle().await;
    }
    drop(held);
    for task in tasks {
        task.await.unwrap();
    }
    let expected: Vec<_> = (0..100).collect();
    assert_eq!(*order.lock().unwrap(), expected);
}

/// Whoever comes while others wait does not overtake them, even in the moment
/// in which a connection comes back.
#[tokio::test]
async fn requests_do_not_barge() {
    let pool = lazy(1);
    let held = pool.acquire().await.unwrap();
    let mut first = pin!(pool.acquire());
    assert!(poll_then_drop(first.as_mut(), 1).await.is_none());
    drop(held);
    assert!(pool.try_acquire().await.unwrap().is_none());
    let mut second = pin!(pool.acquire());
    assert!(poll_then_drop(second.as_mut(), 1).await.is_none());
    drop(first.await.unwrap());
    drop(second.await.unwrap());
}

#[tokio::test]
async fn requests_skip_canceled() {
    let pool = lazy(1);
    let held = pool.acquire().await.unwrap();
    assert!(poll_then_drop(pool.acquire(), 1).await.is_none());
    let mut third = pin!(pool.acquire());
    assert!(poll_then_drop(third.as_mut(), 1).await.is_none());
    drop(held);
    drop(third.await.unwrap());
}

/// The second was served and goes away without taking it: the third gets it.
#[tokio::test]
async fn served_and_canceled() {
    let pool = lazy(1);
    let held = pool.acquire().await.unwrap();
    let mut second = Box::pin(pool.acquire());
    assert!(poll_then_drop(second.as_mut(), 1).await.is_none());
    let mut third = pin!(pool.acquire());
    assert!(poll_then_drop(third.as_mut(), 1).await.is_none());
    drop(held);
    drop(second);
    drop(third.await.unwrap());
    assert_eq!((pool.status().idle, pool.stats().opened), (1, 1));
}

#[tokio::test]
async fn handle_large_number_of_requests() {
    let pool = lazy(10);
    for _ in 0..4 {
        let tasks: Vec<_> = (0..5_000)
            .map(|_| {
                let pool = pool.clone();
                tokio::spawn(async move { pool.acquire().await.map(drop) })
            })
            .collect();
        tasks.iter().for_each(tokio::task::JoinHandle::abort);
        for task in tasks {
            let _ = task.await;
        }
    }
    settle().await;
    for _ in 0..10 {
        drop(pool.acquire().await.unwrap());
    }
    let status = pool.status();
    assert_eq!((status.leased, status.opening, status.waiting), (0, 0, 0));
}
