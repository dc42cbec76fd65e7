//! What deadpool tests, tested here under the same names. Its cancellation
//! matrix is in `gates.rs`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use turso_conn::{Error, ErrorKind};
use turso_pool::Pool;

use crate::fake::{Fake, Mode, Op};
use crate::support::{fixed, lazy, millis, pool, secs, settle};

#[tokio::test]
async fn basic() {
    let pool = lazy(16);
    let status = pool.status();
    assert_eq!((status.size, status.open()), (16, 0));
    let first = pool.acquire().await.unwrap();
    let second = pool.acquire().await.unwrap();
    assert_eq!((pool.status().leased, pool.status().open()), (2, 2));
    drop(first);
    assert_eq!((pool.status().leased, pool.status().idle), (1, 1));
    drop(second);
    assert_eq!((pool.status().leased, pool.status().idle), (0, 2));
}

#[tokio::test]
async fn closing() {
    let pool = lazy(1);
    let held = pool.acquire().await.unwrap();
    let waiter = tokio::spawn({
        let pool = pool.clone();
        async move { pool.acquire().await.map(drop) }
    });
    settle().await;
    assert_eq!(pool.status().waiting, 1);
    pool.close();
    let refused = waiter.await.unwrap().unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Closed);
    assert_eq!(pool.acquire().await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(
        pool.try_acquire().await.unwrap_err().kind(),
        ErrorKind::Closed
    );
    assert!(pool.is_closed());
    drop(held);
    assert_eq!(pool.status().open(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent() {
    let pool = lazy(3);
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let mut lease = pool.acquire().await.unwrap();
                lease.mark += 1;
                tokio::task::yield_now().await;
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut uses = 0;
    let status = pool.status();
    assert_eq!((status.leased, status.waiting), (0, 0));
    pool.retain(|conn, _| {
        uses += conn.mark;
        true
    });
    assert_eq!(uses, 100);
}

#[tokio::test]
async fn object_take() {
    let pool = lazy(2);
    let first = pool.acquire().await.unwrap();
    let second = pool.acquire().await.unwrap();
    let taken = first.detach();
    assert_eq!(pool.status().open(), 1);
    let third = pool.acquire().await.unwrap();
    assert_eq!(pool.status().open(), 2);
    drop((second, third));
    assert_eq!(pool.status().idle, 2);
    assert_eq!(pool.connector().world.live(), 3);
    drop(taken);
    assert_eq!(pool.stats().detached, 1);
}

#[tokio::test]
async fn retain() {
    let pool = lazy(4);
    let leases: Vec<_> = futures(&pool, 3).await;
    drop(leases);
    let last = pool.acquire().await.unwrap();
    assert_eq!(pool.retain(|_, meta| meta.id.to_string() != "#1"), 1);
    assert_eq!(pool.status().idle, 1);
    drop(last);
    assert_eq!(pool.retain(|_, _| true), 0);
    assert_eq!(pool.status().idle, 2);
    assert_eq!(pool.connector().world.live(), 2);
}

#[tokio::test]
async fn retain_fnmut() {
    let pool = lazy(4);
    drop(futures(&pool, 4).await);
    let mut seen = 0;
    let closed = pool.retain(|_, _| {
        seen += 1;
        seen % 2 == 0
    });
    assert_eq!((closed, seen, pool.status().idle), (2, 4, 2));
}

/// In deadpool a panic in the predicate poisons the pool for good.
#[tokio::test]
async fn retain_panicking() {
    let pool = lazy(3);
    drop(futures(&pool, 3).await);
    let asking = std::panic::AssertUnwindSafe(|| {
        pool.retain(|_, meta| meta.id.to_string() != "#2" || panic!("the predicate was told to"))
    });
    assert!(std::panic::catch_unwind(asking).is_err());
    let status = pool.status();
    assert_eq!((status.idle, status.leased), (3, 0));
    drop(pool.acquire().await.unwrap());
}

async fn futures(pool: &Pool<Fake>, count: usize) -> Vec<turso_pool::Lease<Fake>> {
    let mut leases = Vec::new();
    for _ in 0..count {
        leases.push(pool.acquire().await.unwrap());
    }
    leases
}

/// Connecting fails, then works: nobody is stuck, no place is lost.
#[tokio::test(start_paused = true)]
async fn pool_drained() {
    let fake = Fake::with(Op::Connect, Mode::Fails(ErrorKind::Disconnected));
    let pool = pool(fake, fixed(0, 1));
    let failed = pool.acquire_timeout(millis(50)).await.unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::Timeout);
    assert_eq!(
        failed.connect_error().unwrap().kind(),
        ErrorKind::Disconnected
    );
    pool.connector().world.set(Op::Connect, Mode::Ok);
    drop(pool.acquire_timeout(secs(1)).await.unwrap());
    assert_eq!(pool.status().idle, 1);
    pool.connector()
        .world
        .set(Op::Recycle, Mode::Fails(ErrorKind::Closed));
    drop(pool.acquire().await.unwrap());
    assert_eq!(pool.status().open(), 0);
    drop(pool.acquire().await.unwrap());
    assert_eq!(pool.stats().closed_broken, 2);
}

#[tokio::test]
async fn post_create_ok() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let pool = Pool::builder(Fake::new())
        .config(fixed(0, 2))
        .after_connect(move |conn, _| {
            conn.mark = 1 + counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(async { Ok(()) })
        })
        .build_lazy()
        .unwrap();
    assert_eq!(pool.acquire().await.unwrap().mark, 1);
    assert_eq!(pool.acquire().await.unwrap().mark, 1);
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn post_create_err_abort() {
    let pool = Pool::builder(Fake::new())
        .config(fixed(0, 3))
        .after_connect(|_, _| {
            Box::pin(async { Err(Error::new(ErrorKind::Unauthorized, "not for you")) })
        })
        .build_lazy()
        .unwrap();
    for _ in 0..3 {
        let error = pool.acquire().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unauthorized);
    }
    assert_eq!(pool.status().open(), 0);
    assert_eq!(pool.connector().world.live(), 0);
}

#[tokio::test]
async fn pre_recycle_ok() {
    let pool = Pool::builder(Fake::new())
        .config(fixed(0, 1))
        .after_release(|conn, _| {
            conn.mark += 1;
            Box::pin(async { Ok(()) })
        })
        .build_lazy()
        .unwrap();
    for expected in 0..3 {
        assert_eq!(pool.acquire().await.unwrap().mark, expected);
    }
    assert_eq!(pool.stats().opened, 1);
}

#[tokio::test]
async fn pre_recycle_err_continue() {
    let pool = Pool::builder(Fake::new())
        .config(fixed(0, 1))
        .after_release(|_, _| Box::pin(async { Err(Error::new(ErrorKind::Closed, "tired")) }))
        .build_lazy()
        .unwrap();
    drop(pool.acquire().await.unwrap());
    drop(pool.acquire().await.unwrap());
    settle().await;
    assert_eq!((pool.stats().opened, pool.status().open()), (2, 0));
}

#[tokio::test]
async fn post_recycle_ok() {
    let pool = Pool::builder(Fake::new())
        .config(fixed(0, 1))
        .before_acquire(|conn, _| {
            conn.mark += 1;
            Box::pin(async { Ok(()) })
        })
        .build_lazy()
        .unwrap();
    for expected in 1..4 {
        assert_eq!(pool.acquire().await.unwrap().mark, expected);
    }
}

/// The hook refuses every connection that was used once: another one is opened.
#[tokio::test]
async fn post_recycle_err_continue() {
    let pool = Pool::builder(Fake::new())
        .config(fixed(0, 1))
        .before_acquire(|conn, _| {
            let used = conn.mark > 0;
            conn.mark += 1;
            Box::pin(async move {
                if used {
                    return Err(Error::new(ErrorKind::Closed, "used"));
                }
                Ok(())
            })
        })
        .build_lazy()
        .unwrap();
    for _ in 0..3 {
        assert_eq!(pool.acquire().await.unwrap().mark, 1);
    }
    assert_eq!((pool.stats().opened, pool.stats().closed_broken), (3, 2));
}

/// A hook that refuses everything ends the acquisition instead of dialing for
/// ever.
#[tokio::test]
async fn before_acquire_refusing_everything() {
    let pool = Pool::builder(Fake::new())
        .config(fixed(0, 1))
        .before_acquire(|_, _| Box::pin(async { Err(Error::new(ErrorKind::Limit, "no")) }))
        .build_lazy()
        .unwrap();
    let error = pool.acquire().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert_eq!(pool.stats().opened, 1);
    assert_eq!(pool.status().open(), 0);
}

#[tokio::test]
async fn test_grow_reuse_existing() {
    let pool = lazy(2);
    let first = pool.acquire().await.unwrap();
    let second = pool.acquire().await.unwrap();
    pool.resize(0);
    assert_eq!((pool.status().open(), pool.status().size), (2, 0));
    pool.resize(1);
    assert_eq!((pool.status().open(), pool.status().size), (2, 1));
    drop(first);
    assert_eq!(pool.status().open(), 1);
    drop(second);
    assert_eq!((pool.status().open(), pool.status().size), (1, 1));
}

#[tokio::test]
async fn resize_pool_shrink() {
    let pool = lazy(2);
    let first = pool.acquire().await.unwrap();
    let second = pool.acquire().await.unwrap();
    pool.resize(1);
    assert_eq!((pool.status().size, pool.status().open()), (1, 2));
    drop(second);
    assert_eq!((pool.status().size, pool.status().open()), (1, 1));
    drop(first);
    assert_eq!((pool.status().size, pool.status().open()), (1, 1));
}

#[tokio::test]
async fn resize_pool_grow() {
    let pool = lazy(1);
    let first = pool.acquire().await.unwrap();
    pool.resize(2);
    assert_eq!((pool.status().size, pool.status().open()), (2, 1));
    let second = pool.acquire().await.unwrap();
    assert_eq!((pool.status().size, pool.status().open()), (2, 2));
    drop((first, second));
    assert_eq!((pool.status().size, pool.status().idle), (2, 2));
}

#[tokio::test]
async fn resize_pool_shrink_grow() {
    let pool = lazy(1);
    let lease = pool.acquire().await.unwrap();
    pool.resize(2);
    pool.resize(0);
    pool.resize(5);
    assert_eq!((pool.status().size, pool.status().open()), (5, 1));
    drop(lease);
    assert_eq!((pool.status().size, pool.status().open()), (5, 1));
}

/// deadpool hands out 38 connections of at most 8 after this.
#[tokio::test]
async fn resize_back_and_forth_on_an_empty_pool() {
    let pool = lazy(8);
    for _ in 0..5 {
        pool.resize(2);
        pool.resize(8);
    }
    let mut leases = Vec::new();
    while let Ok(lease) = pool.acquire_timeout(millis(20)).await {
        leases.push(lease);
    }
    assert_eq!(leases.len(), 8);
    assert_eq!(pool.connector().world.most_live(), 8);
}

#[tokio::test]
async fn resize_pool_grow_concurrent() {
    let pool = lazy(1);
    pool.resize(0);
    let waiter = tokio::spawn({
        let pool = pool.clone();
        async move { pool.acquire().await }
    });
    settle().await;
    let status = pool.status();
    assert_eq!((status.size, status.open(), status.waiting), (0, 0, 1));
    pool.resize(1);
    let lease = waiter.await.unwrap().unwrap();
    let status = pool.status();
    assert_eq!((status.size, status.open(), status.waiting), (1, 1, 0));
    drop(lease);
    assert_eq!(pool.status().idle, 1);
}

#[tokio::test]
async fn close_resize() {
    let pool = lazy(1);
    pool.close();
    pool.resize(16);
    let status = pool.status();
    assert_eq!((status.size, status.open()), (0, 0));
    assert!(status.closed);
}

#[tokio::test(start_paused = true)]
async fn test_managed_timeout() {
    let pool = pool(Fake::with(Op::Connect, Mode::Never), fixed(0, 16));
    let error = pool.acquire_timeout(millis(10)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.status().unwrap().opening, 1);
    let error = pool.acquire().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.connect_error().unwrap().kind(), ErrorKind::Timeout);
}
