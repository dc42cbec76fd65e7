//! The rows of the fault matrix that concern the pool alone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};

use testkit::{FaultConnect, every_failure};
use tokio::time::{Instant, advance, sleep};
use turso_conn::{ErrorKind, Execute, Statement};
use turso_pool::{Config, Pool};

use crate::events::Events;
use crate::fake::{Fake, Mode, Op, hooked};
use crate::invariants::{Watch, whole};
use crate::support::{fixed, lazy, millis, poll_then_drop, pool, secs, settle};

#[tokio::test(start_paused = true)]
async fn f48_exhaustion_is_fair_and_loses_nothing() {
    let pool = lazy(4);
    let served = Arc::new(Mutex::new(Vec::new()));
    let mut takers = Vec::new();
    for turn in 0..100 {
        let (pool, served) = (pool.clone(), Arc::clone(&served));
        takers.push(tokio::spawn(async move {
            let lease = pool.acquire().await?;
            served.lock().unwrap().push(turn);
            sleep(secs(1)).await;
            drop(lease);
            Ok::<_, turso_pool::Error>(())
        }));
        settle().await;
    }
    let mut timeouts = 0;
    for taker in takers {
        match taker.await.unwrap() {
            Ok(()) => (),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Timeout);
                timeouts += 1;
            }
        }
    }
    // Four a second, for the ten seconds of the acquire timeout and at its end.
    let served = served.lock().unwrap().clone();
    let in_order: Vec<_> = (0..served.len()).collect();
    assert_eq!(served, in_order);
    assert!((40..=44).contains(&served.len()), "{}", served.len());
    assert_eq!(served.len() + timeouts, 100);
    whole(&pool, 4).await;
}

#[tokio::test(start_paused = true)]
async fn f49_cancel_while_waiting_at_every_poll() {
    for polls in 0..4 {
        let pool = lazy(1);
        let held = pool.acquire().await.unwrap();
        assert!(poll_then_drop(pool.acquire(), polls).await.is_none());
        assert_eq!(pool.status().waiting, 0);
        let next = tokio::spawn({
            let pool = pool.clone();
            async move { pool.acquire().await.map(drop) }
        });
        settle().await;
        assert_eq!(pool.status().waiting, 1);
        drop(held);
        next.await.unwrap().unwrap();
        whole(&pool, 1).await;
    }
}

/// The n-th call of the connector fails, for every n: users meet an error or
/// do not notice, and the pool is whole afterwards.
#[tokio::test(start_paused = true)]
async fn f50_every_single_failure() {
    let runs = every_failure(ErrorKind::Disconnected, 100, async |faults| {
        let config = Config {
            check_after: Some(secs(1)),
            ..fixed(1, 2)
        };
        let connector = FaultConnect::new(Fake::new(), faults);
        let pool = Pool::builder(connector)
            .config(config)
            .build_lazy()
            .unwrap();
        for _ in 0..3 {
            let (mut one, two) = tokio::join!(pool.acquire(), pool.acquire());
            assert!(one.is_ok() && two.is_ok());
            if let Ok(lease) = &mut one {
                let _ = lease.query(Statement::new("SELECT 1")).await;
            }
            drop((one, two));
            advance(secs(2)).await;
        }
        let status = pool.status();
        assert_eq!((status.leased, status.waiting), (0, 0), "{status}");
    });
    assert!(runs.await.unwrap() > 10);
}

/// A batch is dropped half-way. What is left of it does not reach the next user.
#[tokio::test(start_paused = true)]
async fn f51_cancel_in_the_middle_of_a_call() {
    let pool = lazy(1);
    pool.connector().world.set(Op::Query, Mode::Slow(secs(2)));
    let mut lease = pool.acquire().await.unwrap();
    let call = lease.query(Statement::new("BEGIN"));
    assert!(tokio::time::timeout(millis(500), call).await.is_err());
    assert!(lease.in_flight);
    drop(lease);
    assert!(pool.acquire().await.unwrap().is_clean());
    assert_eq!(pool.stats().closed_broken, 1);
}

#[tokio::test]
async fn f52_panic_while_holding_a_lease() {
    let pool = lazy(1);
    for dirty in [false, true] {
        let user = tokio::spawn({
            let pool = pool.clone();
            async move {
                let mut lease = pool.acquire().await.unwrap();
                lease.altered = dirty;
                panic!("the user was told to");
            }
        });
        assert!(user.await.unwrap_err().is_panic());
    }
    assert!(pool.acquire().await.unwrap().is_clean());
    assert_eq!((pool.stats().opened, pool.stats().closed_broken), (2, 1));
    whole(&pool, 1).await;
}

#[tokio::test(start_paused = true)]
async fn f53_panic_inside_a_hook_or_the_connector() {
    for op in Op::ALL {
        if op == Op::Query {
            continue;
        }
        let config = Config {
            check_after: Some(secs(1)),
            ..fixed(0, 1)
        };
        let pool = hooked(Fake::new()).config(config).build_lazy().unwrap();
        let mut watch = Watch::new(&pool);
        drop(pool.acquire().await.unwrap());
        advance(secs(2)).await;
        settle().await;
        pool.connector().world.set(op, Mode::Panics);
        // No panic reaches the user.
        drop(pool.acquire_timeout(millis(10)).await);
        settle().await;
        watch.look([]);
        pool.connector().world.heal();
        advance(secs(20)).await;
        settle().await;
        watch.look([]);
        whole(&pool, 1).await;
    }
}

#[tokio::test(start_paused = true)]
async fn f54_a_leaked_lease_is_reported_once_and_does_not_block_the_end() {
    let (events, _guard) = Events::record();
    let config = Config {
        leak_after: Some(secs(30)),
        ..fixed(0, 2)
    };
    let pool = pool(Fake::new(), config);
    std::mem::forget(pool.acquire().await.unwrap());
    let held = pool.acquire().await.unwrap();
    drop(pool.try_acquire().await);
    assert_eq!(pool.status().leased, 2);
    sleep(secs(29)).await;
    assert!(events.warnings().is_empty());
    sleep(secs(120)).await;
    let warnings = events.warnings();
    assert_eq!(warnings.len(), 2, "each once: {warnings:?}");
    assert!(warnings[0].contains("held_for=30s"), "{warnings:?}");
    assert!(warnings[0].contains("faults.rs:"), "{warnings:?}");
    assert_eq!(pool.stats().overdue, 2);
    drop(held);
    let began = Instant::now();
    let error = pool.drain(secs(5)).await.unwrap_err();
    assert_eq!(error.status().unwrap().leased, 1);
    assert_eq!(began.elapsed().as_secs(), 5);
    assert!(pool.is_closed());
}

#[tokio::test]
async fn f55_a_lease_outlives_the_pool() {
    let pool = lazy(2);
    let world = Arc::clone(&pool.connector().world);
    let (mut lease, other) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
    drop(other);
    drop(pool);
    assert_eq!(world.live(), 1);
    lease.query(Statement::new("SELECT 1")).await.unwrap();
    drop(lease);
    assert_eq!(world.live(), 0);
}

#[test]
fn f56_a_lease_is_dropped_outside_a_runtime() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let pool = runtime.block_on(async { lazy(2) });
    let lease = runtime.block_on(pool.acquire()).unwrap();
    let slow = runtime.block_on(pool.acquire()).unwrap();
    std::thread::spawn(move || drop(lease)).join().unwrap();
    assert_eq!(pool.status().idle, 1);
    // Recycling has to wait: it goes to the pool's runtime, or the connection
    // is closed when that is gone.
    pool.connector()
        .world
        .set(Op::Recycle, Mode::Slow(millis(1)));
    let last = runtime.block_on(pool.acquire()).unwrap();
    std::thread::spawn(move || drop(slow)).join().unwrap();
    let idle_again = async {
        while pool.status().idle == 0 {
            tokio::task::yield_now().await;
        }
    };
    runtime.block_on(idle_again);
    drop(runtime);
    std::thread::spawn(move || drop(last)).join().unwrap();
    assert_eq!(pool.status().leased, 0);
}

/// After the pool's runtime has ended nobody hangs on it.
#[test]
fn f56_the_runtime_of_the_pool_has_ended() {
    let build = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let first = build();
    let pool = first.block_on(async { lazy(1) });
    drop(first);
    let error = build().block_on(pool.acquire()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert_eq!(pool.status().open(), 0);
}

#[tokio::test]
async fn f58_resized_ten_thousand_times_under_load() {
    let pool = lazy(8);
    let users: Vec<_> = (0..16)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                loop {
                    let lease = pool.acquire().await;
                    tokio::task::yield_now().await;
                    drop(lease);
                }
            })
        })
        .collect();
    let mut watch = Watch::new(&pool);
    for turn in 0..10_000_usize {
        pool.resize(turn * 7 % 11);
        watch.look([]);
        tokio::task::yield_now().await;
        watch.look([]);
    }
    for user in users {
        user.abort();
        let _ = user.await;
    }
    pool.resize(5);
    settle().await;
    watch.look([]);
    assert!(pool.status().open() <= 5);
    whole(&pool, 5).await;
}

/// The clock of the process jumps by an hour, as after a suspend. (The wall
/// clock is never asked.)
#[tokio::test(start_paused = true)]
async fn f61_clock_jumps() {
    let config = Config {
        idle_timeout: Some(secs(300)),
        max_lifetime: Some(secs(1_800)),
        keep_alive: Some(secs(30)),
        check_after: Some(secs(60)),
        ..fixed(8, 20)
    };
    let pool = Pool::builder(Fake::new())
        .config(config)
        .build()
        .await
        .unwrap();
    let world = Arc::clone(&pool.connector().world);
    let long_ago = Instant::now();
    settle().await;
    let later = Instant::now() + secs(3_600);
    pool.maintain(later);
    assert_eq!(
        pool.status().open(),
        8,
        "at most four go at once, and are replaced"
    );
    assert!(pool.status().opening <= 4);
    for _ in 0..10 {
        settle().await;
        pool.maintain(later);
        assert!(world.live() >= 4, "{}", pool.status());
    }
    assert!(world.most_dialing() <= 4);
    pool.maintain(long_ago);
    pool.maintain(Instant::now() + secs(u64::from(u32::MAX)));
    advance(secs(3_600)).await;
    assert!(pool.acquire().await.unwrap().is_clean());
    settle().await;
    assert_eq!(pool.status().open(), 8);
}

/// The server comes back while 200 wait: they do not run it over.
#[tokio::test(start_paused = true)]
async fn f62_thundering_herd_after_an_outage() {
    let fake = Fake::with(Op::Connect, Mode::Fails(ErrorKind::Disconnected));
    let pool = pool(fake, fixed(0, 50));
    let world = Arc::clone(&pool.connector().world);
    let held = Pool::clone(&pool);
    let waiters: Vec<_> = (0..200)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                let lease = pool.acquire().await?;
                sleep(millis(5)).await;
                drop(lease);
                Ok::<_, turso_pool::Error>(())
            })
        })
        .collect();
    sleep(millis(250)).await;
    let failed = world.calls(Op::Connect);
    assert!(
        (4..=7).contains(&failed),
        "{failed} dials during the outage"
    );
    world.set(Op::Connect, Mode::Slow(millis(45)));
    for waiter in waiters {
        waiter.await.unwrap().unwrap();
    }
    assert!(world.most_dialing() <= pool.config().dial_concurrency);
    assert_eq!(held.status().waiting, 0);
}

/// A panic in a destructor stays in it.
#[tokio::test]
async fn f53_panic_in_the_destructor_of_a_connection() {
    let pool = lazy(1);
    let mut lease = pool.acquire().await.unwrap();
    lease.panics_when_dropped = true;
    lease.mark_broken();
    let dropping = catch_unwind(AssertUnwindSafe(|| drop(lease)));
    assert!(dropping.is_ok());
    whole(&pool, 1).await;
}

/// A connection that was too old when it was ready was closed, and the next was no younger: whoever
/// waited got none, and was told that others had them all.
#[tokio::test(start_paused = true)]
async fn a_life_shorter_than_opening_takes_does_not_starve_those_who_wait() {
    let fake = Fake::with(Op::AfterConnect, Mode::Slow(millis(5)));
    let config = Config {
        max_lifetime: Some(millis(1)),
        acquire_timeout: secs(1),
        ..fixed(0, 2)
    };
    let pool = hooked(fake).config(config).build_lazy().unwrap();
    for opened in 1..=3 {
        drop(pool.acquire().await.unwrap());
        settle().await;
        let aged = pool.stats().closed_aged;
        assert_eq!(
            (pool.stats().opened, aged, pool.status().open()),
            (opened, opened, 0)
        );
    }
}
