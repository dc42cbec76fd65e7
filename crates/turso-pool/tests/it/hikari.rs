//! What HikariCP tests, tested here under the same names.

use std::sync::Arc;

use tokio::time::{Instant, advance, sleep};
use turso_conn::ErrorKind;
use turso_pool::{Config, Pool, ScalingPolicy, Sizing};

use crate::fake::{Fake, Mode, Op};
use crate::support::{fixed, millis, pool, secs, settle};

/// Opened under load, closed when idle. (`RampUpDown`)
#[tokio::test(start_paused = true)]
async fn ramp_up_down() {
    let config = Config {
        idle_timeout: Some(secs(10)),
        ..fixed(5, 60)
    };
    let pool = Pool::builder(Fake::new())
        .config(config)
        .build()
        .await
        .unwrap();
    assert_eq!(pool.status().open(), 5);
    let mut leases = Vec::new();
    for _ in 0..60 {
        leases.push(pool.acquire().await.unwrap());
    }
    assert_eq!(pool.status().open(), 60);
    drop(leases);
    assert_eq!(pool.status().idle, 60);
    sleep(secs(11)).await;
    assert_eq!(pool.status().idle, 5);
    assert_eq!(pool.connector().world.live(), 5);
}

/// The same with adaptive sizing: the connections that exist follow.
#[tokio::test(start_paused = true)]
async fn ramp_up_down_adaptive() {
    let policy = ScalingPolicy {
        max_size: 60,
        ..ScalingPolicy::default()
    };
    let config = Config {
        sizing: Sizing::Adaptive(policy),
        ..fixed(1, 1)
    };
    let pool = Pool::builder(Fake::new())
        .config(config)
        .build()
        .await
        .unwrap();
    let world = Arc::clone(&pool.connector().world);
    assert_eq!(world.live(), 5);
    let users: Vec<_> = (0..40)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                loop {
                    let lease = pool.acquire().await.unwrap();
                    sleep(millis(5)).await;
                    drop(lease);
                }
            })
        })
        .collect();
    sleep(secs(5)).await;
    assert!((40..=46).contains(&world.live()), "{}", pool.status());
    assert_eq!(world.live(), pool.status().size);
    let demand = pool.demand().unwrap();
    assert!((39.0..=41.0).contains(&demand.demand()), "{demand:?}");
    users.iter().for_each(tokio::task::JoinHandle::abort);
    sleep(secs(200)).await;
    assert_eq!((world.live(), pool.status().size), (5, 5));
    let stats = pool.stats();
    assert!(stats.grown <= 5 && stats.shrunk <= 12, "{stats:?}");
}

/// Slow connecting and a burst of short work: not more connections than the
/// work can use. (`testSlowConnectionTimeBurstyWork`)
#[tokio::test(start_paused = true)]
async fn slow_connection_time_bursty_work() {
    let fake = Fake::with(Op::Connect, Mode::Slow(millis(250)));
    let pool = Pool::builder(fake)
        .config(fixed(2, 100))
        .build()
        .await
        .unwrap();
    let users: Vec<_> = (0..50)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                for _ in 0..100 {
                    let lease = pool.acquire().await.unwrap();
                    tokio::task::yield_now().await;
                    drop(lease);
                }
            })
        })
        .collect();
    for user in users {
        user.await.unwrap();
    }
    let world = Arc::clone(&pool.connector().world);
    let under_load = world.calls(Op::Connect);
    assert!(
        under_load <= 2 + pool.config().dial_concurrency,
        "{under_load}"
    );
    sleep(secs(5)).await;
    assert_eq!(world.calls(Op::Connect), under_load, "none after the work");
}

/// As many connections as threads that use them. (`testPoolSizeAboutSameSizeAsThreadCount`)
#[tokio::test(start_paused = true)]
async fn pool_size_about_same_size_as_thread_count() {
    let fake = Fake::with(Op::Connect, Mode::Slow(millis(20)));
    let pool = Pool::builder(fake)
        .config(fixed(2, 100))
        .build()
        .await
        .unwrap();
    let users: Vec<_> = (0..50)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move {
                for _ in 0..1_000 {
                    let lease = pool.acquire().await.unwrap();
                    sleep(millis(1)).await;
                    drop(lease);
                }
            })
        })
        .collect();
    for user in users {
        user.await.unwrap();
    }
    let most = pool.connector().world.most_live();
    assert!((45..=51).contains(&most), "{most}");
}

#[tokio::test]
async fn f60_shutdown_while_idle() {
    let pool = Pool::builder(Fake::new())
        .config(fixed(5, 5))
        .build()
        .await
        .unwrap();
    let world = Arc::clone(&pool.connector().world);
    assert_eq!(world.live(), 5);
    pool.drain(secs(1)).await.unwrap();
    assert_eq!(world.live(), 0);
    assert_eq!(pool.status().open(), 0);
}

#[tokio::test(start_paused = true)]
async fn f60_shutdown_while_busy() {
    let pool = Pool::builder(Fake::new())
        .config(fixed(5, 5))
        .build()
        .await
        .unwrap();
    let world = Arc::clone(&pool.connector().world);
    let lease = pool.acquire().await.unwrap();
    let user = tokio::spawn(async move {
        sleep(secs(2)).await;
        drop(lease);
    });
    let began = Instant::now();
    pool.drain(secs(10)).await.unwrap();
    assert_eq!(began.elapsed().as_secs(), 2);
    assert_eq!(world.live(), 0);
    user.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn f60_shutdown_while_connecting() {
    let fake = Fake::with(Op::Connect, Mode::Never);
    let pool = pool(fake, fixed(5, 10));
    let takers: Vec<_> = (0..10)
        .map(|_| {
            let pool = pool.clone();
            tokio::spawn(async move { pool.acquire().await.map(drop) })
        })
        .collect();
    settle().await;
    assert!(pool.status().opening > 0);
    let began = Instant::now();
    pool.drain(secs(10)).await.unwrap();
    assert_eq!(began.elapsed().as_millis(), 0);
    for taker in takers {
        assert_eq!(taker.await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    }
    assert_eq!(pool.status().open(), 0);
}

#[tokio::test]
async fn f60_shutdown_twice() {
    let pool = Pool::builder(Fake::new())
        .config(fixed(2, 2))
        .build()
        .await
        .unwrap();
    pool.close();
    pool.close();
    pool.drain(secs(1)).await.unwrap();
    pool.drain(secs(1)).await.unwrap();
    assert_eq!(pool.acquire().await.unwrap_err().kind(), ErrorKind::Closed);
}

/// Many close at once while others use it. (`testThreadedShutdown`)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn threaded_shutdown() {
    for _ in 0..20 {
        let pool = Pool::builder(Fake::new())
            .config(fixed(5, 5))
            .build()
            .await
            .unwrap();
        let world = Arc::clone(&pool.connector().world);
        let users: Vec<_> = (0..8)
            .map(|turn| {
                let pool = pool.clone();
                tokio::spawn(async move {
                    while let Ok(lease) = pool.acquire().await {
                        tokio::task::yield_now().await;
                        drop(lease);
                        if turn == 0 {
                            pool.close();
                        }
                    }
                })
            })
            .collect();
        pool.drain(secs(10)).await.unwrap();
        for user in users {
            user.await.unwrap();
        }
        assert_eq!(world.live(), 0);
    }
}

/// Ten minutes of silence, and the next operation still pays no handshake.
#[tokio::test(start_paused = true)]
async fn ten_minutes_idle() {
    let fake = Fake::with(Op::Connect, Mode::Slow(millis(45)));
    let pool = Pool::builder(fake).build().await.unwrap();
    let world = Arc::clone(&pool.connector().world);
    let opened = pool.stats().opened;
    sleep(secs(600)).await;
    let began = Instant::now();
    drop(pool.acquire().await.unwrap());
    assert_eq!(began.elapsed().as_millis(), 0);
    assert_eq!(pool.stats().opened, opened);
    let pings = world.calls(Op::Check);
    assert!(
        (90..=110).contains(&pings),
        "five connections, twenty rounds: {pings}"
    );
}

/// An idle connection that has died is replaced before anybody needs it.
#[tokio::test(start_paused = true)]
async fn keep_alive_replaces_the_dead() {
    let config = Config {
        keep_alive: Some(secs(30)),
        ..fixed(3, 3)
    };
    let pool = Pool::builder(Fake::new())
        .config(config)
        .build()
        .await
        .unwrap();
    let world = Arc::clone(&pool.connector().world);
    world.set(Op::Check, Mode::Fails(ErrorKind::Disconnected));
    advance(secs(31)).await;
    settle().await;
    world.set(Op::Check, Mode::Ok);
    assert_eq!(pool.stats().closed_broken, 3);
    assert_eq!((pool.status().idle, pool.stats().opened), (3, 6));
}
