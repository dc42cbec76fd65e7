//! Small helpers of many tests.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use turso_pool::{Config, Pool, Sizing};

use crate::fake::Fake;

/// Nothing but a size: no timers that a test did not ask for.
pub fn fixed(min: usize, max: usize) -> Config {
    Config {
        sizing: Sizing::Fixed { min, max },
        idle_timeout: None,
        max_lifetime: None,
        keep_alive: None,
        check_after: None,
        leak_after: None,
        ..Config::default()
    }
}

/// A pool that opens nothing by itself.
pub fn lazy(max: usize) -> Pool<Fake> {
    pool(Fake::new(), fixed(0, max))
}

pub fn pool(fake: Fake, config: Config) -> Pool<Fake> {
    Pool::builder(fake).config(config).build_lazy().unwrap()
}

/// Lets all tasks run that can. With a paused clock, time stands still.
pub async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

/// Polls a future at most `times` times, then drops it.
pub async fn poll_then_drop<T>(future: impl Future<Output = T>, times: usize) -> Option<T> {
    let mut future = pin!(future);
    for _ in 0..times {
        let polled = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
        if let Poll::Ready(value) = polled {
            return Some(value);
        }
        tokio::task::yield_now().await;
    }
    None
}

pub fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
