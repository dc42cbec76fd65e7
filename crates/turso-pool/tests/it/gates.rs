//! Every operation of connector and hooks can go well, fail, be slow, or never
//! end. All combinations, under users who give up at all times, on a paused
//! clock. (deadpool: `test_cancellations`.)

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};
use turso_conn::ErrorKind;
use turso_pool::{BreakerPolicy, Config, Pool};

use crate::fake::{Fake, Mode, Op, hooked};
use crate::invariants::{Watch, fresh, whole};
use crate::support::{fixed, millis, secs};

const MODES: [Mode; 4] = [
    Mode::Ok,
    Mode::Fails(ErrorKind::Disconnected),
    Mode::Slow(Duration::from_millis(2)),
    Mode::Never,
];

const GATES: [Op; 6] = [
    Op::Connect,
    Op::Check,
    Op::Recycle,
    Op::AfterConnect,
    Op::BeforeAcquire,
    Op::AfterRelease,
];

const SIZE: usize = 2;

fn combination(number: usize) -> Pool<Fake> {
    let fake = Fake::new();
    for (place, op) in GATES.into_iter().enumerate() {
        fake.world.set(
            op,
            MODES[number / MODES.len().pow(u32::try_from(place).unwrap()) % MODES.len()],
        );
    }
    let config = Config {
        check_after: Some(Duration::from_nanos(1)),
        connect_timeout: millis(8),
        check_timeout: millis(6),
        keep_alive: Some(millis(5)),
        breaker: BreakerPolicy {
            failures: 3,
            first_pause: millis(1),
            longest_pause: millis(4),
        },
        ..fixed(1, SIZE)
    };
    hooked(fake).config(config).build_lazy().unwrap()
}

async fn impatient(pool: Pool<Fake>, patience: u64) {
    loop {
        if let Ok(Ok(lease)) = timeout(millis(patience), pool.acquire()).await {
            fresh(&lease);
            sleep(millis(patience % 3)).await;
        }
        sleep(millis(1)).await;
    }
}

async fn run(number: usize) {
    let pool = combination(number);
    let users: Vec<_> = (0..6)
        .map(|patience| tokio::spawn(impatient(pool.clone(), 2 * patience)))
        .collect();
    let mut watch = Watch::new(&pool);
    for _ in 0..30 {
        sleep(millis(1)).await;
        watch.look([]);
    }
    for user in users {
        user.abort();
        assert!(user.await.unwrap_err().is_cancelled(), "a user panicked");
        watch.look([]);
    }
    pool.connector().world.heal();
    let config = pool.config().clone();
    sleep(2 * config.connect_timeout + 3 * config.check_timeout).await;
    watch.look([]);
    whole(&pool, SIZE).await;
    let world = Arc::clone(&pool.connector().world);
    pool.drain(secs(10)).await.unwrap();
    assert_eq!(world.live(), 0);
}

#[tokio::test(start_paused = true)]
async fn f50_cancel_while_connecting_recycling_or_in_a_hook() {
    for number in 0..MODES.len().pow(6) {
        let case = tokio::spawn(run(number));
        assert!(case.await.is_ok(), "combination {number}");
    }
}
