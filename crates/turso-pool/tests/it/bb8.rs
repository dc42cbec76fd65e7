//! What bb8 tests, tested here under the same names.

use tokio::time::{Instant, advance, timeout};
use turso_conn::ErrorKind;
use turso_pool::{Config, Pool};

use crate::fake::{Fake, Mode, Op};
use crate::support::{fixed, lazy, millis, pool, secs, settle};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lots_of_waiters() {
    let pool = lazy(3);
    let tasks: Vec<_> = (0..25_000)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { pool.acquire().await.map(drop) })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert!(pool.connector().world.most_live() <= 3);
}

#[tokio::test]
async fn broken_connections_dont_starve_pool() {
    let pool = lazy(5);
    let tasks: Vec<_> = (0..10)
        .map(|turn| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let mut lease = pool.acquire().await.unwrap();
                if turn < 5 {
                    lease.mark_broken();
                }
            })
        })
        .collect();
    for task in tasks {
        timeout(secs(5), task).await.unwrap().unwrap();
    }
    assert_eq!(pool.stats().closed_broken, 5);
}

#[tokio::test]
async fn min_idle() {
    let pool = Pool::builder(Fake::new())
        .config(fixed(2, 5))
        .build()
        .await
        .unwrap();
    assert_eq!((pool.status().idle, pool.status().open()), (2, 2));
    let mut leases = Vec::new();
    for _ in 0..5 {
        leases.push(pool.acquire().await.unwrap());
    }
    assert_eq!(pool.status().open(), 5);
    drop(leases);
    assert_eq!(pool.status().idle, 5);
}

#[tokio::test(start_paused = true)]
async fn min_idle_may_follow_the_first() {
    let fake = Fake::with(Op::Connect, Mode::Slow(secs(1)));
    let build = |config| Pool::builder(fake.clone()).config(config);
    let (begin, few) = (
        Instant::now(),
        Config {
            dial_concurrency: 1,
            ..fixed(3, 5)
        },
    );
    let pool = build(few.clone()).build_one().await.unwrap();
    assert_eq!(begin.elapsed(), secs(1), "it waited for the first");
    for opened in 2..=3 {
        advance(secs(1)).await;
        settle().await;
        assert_eq!(pool.stats().opened, opened);
    }
    let begin = Instant::now();
    drop(build(few).build().await.unwrap());
    assert_eq!(begin.elapsed(), secs(3), "it waited for all");
}

/// A lazy pool opens its minimum in the background, and opens it again when
/// connections are lost.
#[tokio::test(start_paused = true)]
async fn min_idle_is_kept() {
    let pool = pool(Fake::new(), fixed(2, 5));
    settle().await;
    assert_eq!(pool.status().idle, 2);
    let mut lease = pool.acquire().await.unwrap();
    lease.mark_broken();
    drop(lease);
    settle().await;
    assert_eq!(pool.status().idle, 2);
    assert_eq!(pool.stats().opened, 3);
}

#[tokio::test(start_paused = true)]
async fn max_lifetime_reap_on_drop() {
    let config = Config {
        max_lifetime: Some(secs(1)),
        ..fixed(0, 10)
    };
    let pool = pool(Fake::new(), config);
    let lease = pool.acquire().await.unwrap();
    advance(secs(2)).await;
    settle().await;
    assert_eq!(pool.connector().world.live(), 1, "never under a user");
    drop(lease);
    assert_eq!(pool.connector().world.live(), 0);
    assert_eq!(pool.stats().closed_aged, 1);
}

#[tokio::test(start_paused = true)]
async fn max_lifetime() {
    let config = Config {
        max_lifetime: Some(secs(100)),
        keep_alive: Some(secs(30)),
        ..fixed(5, 5)
    };
    let pool = Pool::builder(Fake::new())
        .config(config)
        .build()
        .await
        .unwrap();
    let began = Instant::now();
    while began.elapsed() < secs(89) {
        advance(secs(1)).await;
        settle().await;
        assert_eq!(pool.stats().closed_aged, 0);
    }
    while began.elapsed() < secs(106) {
        advance(secs(1)).await;
        settle().await;
        assert!(
            pool.status().idle >= 1,
            "never all at once: {}",
            pool.status()
        );
    }
    assert_eq!((pool.stats().closed_aged, pool.status().idle), (5, 5));
}

#[tokio::test(start_paused = true)]
async fn idle_timeout() {
    let config = Config {
        idle_timeout: Some(secs(10)),
        ..fixed(2, 5)
    };
    let pool = Pool::builder(Fake::new())
        .config(config)
        .build()
        .await
        .unwrap();
    let mut leases = Vec::new();
    for _ in 0..5 {
        leases.push(pool.acquire().await.unwrap());
    }
    let kept = leases.pop();
    advance(secs(60)).await;
    drop(leases);
    advance(secs(9)).await;
    settle().await;
    assert_eq!(pool.status().idle, 4);
    advance(secs(2)).await;
    settle().await;
    assert_eq!((pool.status().idle, pool.status().leased), (1, 1));
    drop(kept);
    assert_eq!((pool.status().idle, pool.stats().closed_idle), (2, 3));
}

#[tokio::test(start_paused = true)]
async fn get_timeout() {
    let pool = lazy(1);
    let held = pool.acquire().await.unwrap();
    let began = Instant::now();
    let error = pool.acquire_timeout(millis(100)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(began.elapsed().as_millis(), 100);
    let status = error.status().unwrap();
    assert_eq!((status.size, status.leased, status.waiting), (1, 1, 1));
    assert!(error.connect_error().is_none());
    assert_eq!(
        error.to_string(),
        "no connection within 100ms (size 1: 1 in use, 0 idle, 0 opening; 1 waiting)"
    );
    drop(held);
    drop(pool.acquire_timeout(millis(100)).await.unwrap());
    assert_eq!(pool.stats().timeouts, 1);
}

#[tokio::test(start_paused = true)]
async fn timeout_caller() {
    let pool = lazy(1);
    let held = pool.acquire().await.unwrap();
    assert!(timeout(millis(100), pool.acquire()).await.is_err());
    assert_eq!(pool.status().waiting, 0);
    drop(held);
    drop(pool.acquire().await.unwrap());
}

#[tokio::test]
async fn initialization_failure() {
    let fake = Fake::with(Op::Connect, Mode::Fails(ErrorKind::Disconnected));
    let world = fake.world.clone();
    let built = Pool::builder(fake).config(fixed(3, 5)).build().await;
    assert_eq!(built.unwrap_err().kind(), ErrorKind::Disconnected);
    assert!(world.calls(Op::Connect) <= 3);
}

#[tokio::test(start_paused = true)]
async fn lazy_initialization_failure() {
    let fake = Fake::with(Op::Connect, Mode::Fails(ErrorKind::Disconnected));
    let pool = pool(fake, fixed(1, 5));
    let error = pool.acquire_timeout(millis(500)).await.unwrap_err();
    assert_eq!(
        error.connect_error().unwrap().kind(),
        ErrorKind::Disconnected
    );
}

#[tokio::test(start_paused = true)]
async fn conn_fail_once() {
    let fake = Fake::with(Op::Connect, Mode::Fails(ErrorKind::Disconnected));
    let pool = pool(fake, fixed(0, 1));
    let waiter = tokio::spawn({
        let pool = pool.clone();
        async move { pool.acquire().await.map(drop) }
    });
    settle().await;
    assert_eq!(pool.stats().failed, 1);
    pool.connector().world.set(Op::Connect, Mode::Ok);
    waiter.await.unwrap().unwrap();
    assert_eq!(pool.connector().world.calls(Op::Connect), 2);
}

#[tokio::test]
async fn conns_drop_on_pool_drop() {
    let pool = Pool::builder(Fake::new())
        .config(fixed(10, 10))
        .build()
        .await
        .unwrap();
    let world = pool.connector().world.clone();
    let (clone, weak) = (pool.clone(), pool.downgrade());
    drop(pool);
    assert!(weak.upgrade().is_some());
    assert_eq!(world.live(), 10);
    drop(clone);
    assert!(weak.upgrade().is_none());
    assert_eq!(world.live(), 0);
}

/// A stale connection is checked before it is lent, and replaced when dead.
#[tokio::test(start_paused = true)]
async fn now_invalid() {
    let config = Config {
        check_after: Some(secs(60)),
        ..fixed(0, 5)
    };
    let pool = pool(Fake::new(), config);
    let first = pool.acquire().await.unwrap().id();
    advance(secs(59)).await;
    assert_eq!(pool.acquire().await.unwrap().id(), first);
    assert_eq!(pool.connector().world.calls(Op::Check), 0);
    advance(secs(60)).await;
    assert_eq!(pool.acquire().await.unwrap().id(), first);
    assert_eq!(pool.connector().world.calls(Op::Check), 1);
    pool.connector()
        .world
        .set(Op::Check, Mode::Fails(ErrorKind::Disconnected));
    advance(secs(60)).await;
    assert_ne!(pool.acquire().await.unwrap().id(), first);
    assert_eq!(pool.connector().world.live(), 1);
}

#[tokio::test]
async fn reuse_on_drop() {
    let pool = lazy(100);
    for _ in 0..1_000 {
        drop(pool.acquire().await.unwrap());
    }
    assert_eq!(pool.stats().opened, 1);
    assert_eq!(pool.stats().acquired, 1_000);
    assert_eq!(pool.stats().released, 1_000);
}

#[tokio::test]
async fn state_get_contention() {
    let pool = lazy(1);
    let held = pool.acquire().await.unwrap();
    let waiter = tokio::spawn({
        let pool = pool.clone();
        async move { pool.acquire().await.map(drop) }
    });
    settle().await;
    drop(held);
    waiter.await.unwrap().unwrap();
    let stats = pool.stats();
    // The first waited for its connection to be opened.
    assert_eq!((stats.acquired, stats.waited), (2, 2));
    assert!(!stats.waiting_time.is_zero() && !stats.busy_time.is_zero());
}
