//! What sqlx tests, and what its users reported.

use turso_conn::{ErrorKind, Execute, Statement};

use crate::fake::{Mode, Op};
use crate::support::{fixed, lazy, millis, poll_then_drop, pool, settle};

/// launchbadge/sqlx 527 and 4385: a connection with a failed transaction on it
/// came back to the pool and to the next user.
#[tokio::test]
async fn pool_should_be_returned_failed_transactions() {
    let pool = lazy(2);
    for _ in 0..3 {
        let mut lease = pool.acquire().await.unwrap();
        assert!(lease.is_clean());
        lease.query(Statement::new("BEGIN")).await.unwrap();
        pool.connector()
            .world
            .set(Op::Query, Mode::Fails(ErrorKind::Misuse));
        assert!(lease.query(Statement::new("blah blah")).await.is_err());
        pool.connector().world.set(Op::Query, Mode::Ok);
        assert!(lease.in_transaction);
    }
    assert!(pool.acquire().await.unwrap().is_clean());
    assert_eq!(pool.stats().opened, 1, "cleaned, not replaced");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn big_pool() {
    let pool = lazy(2);
    let tasks: Vec<_> = (0..1_000)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let mut lease = pool.acquire().await.unwrap();
                lease.query(Statement::new("SELECT 1")).await.unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// launchbadge/sqlx 3513: a cancelled acquire threw away the connection it was
/// opening. With acquire timeouts shorter than a handshake, nothing ever opens.
#[tokio::test(start_paused = true)]
async fn cancelled_acquire_leaves_a_warm_connection() {
    let fake = crate::fake::Fake::with(Op::Connect, Mode::Slow(millis(45)));
    let pool = pool(fake, fixed(0, 1));
    assert!(pool.acquire_timeout(millis(20)).await.is_err());
    assert!(poll_then_drop(pool.acquire(), 2).await.is_none());
    tokio::time::advance(millis(30)).await;
    settle().await;
    assert_eq!(pool.status().idle, 1);
    drop(pool.acquire_timeout(millis(1)).await.unwrap());
    assert_eq!(pool.stats().opened, 1);
}
