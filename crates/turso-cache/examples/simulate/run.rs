use std::convert::Infallible;
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use turso_cache::{Cache, CacheConfig, ManualClock, Stats};

use crate::trace::{KEYS, Trace};

/// What came of a trace.
pub struct Outcome {
    pub reads: u64,
    pub hits: u64,
    /// Hits with a value that others had changed by then.
    pub stale: u64,
}

impl Outcome {
    pub fn hit_percent(&self) -> f64 {
        100.0 * self.hits as f64 / self.reads as f64
    }

    pub fn stale_percent(&self) -> f64 {
        100.0 * self.stale as f64 / self.hits as f64
    }
}

/// Runs a trace through a real cache, whose clock is the trace's.
pub fn run(trace: &Trace, config: CacheConfig) -> Outcome {
    let clock = ManualClock::new();
    let cache: Cache<usize, u32> = Cache::builder(config)
        .clock(clock.clone())
        .seed(1)
        .build()
        .expect("the configuration makes sense");
    let mut versions = vec![0_u32; KEYS];
    let (mut now, mut stale) = (0.0, 0);
    let mut writes = trace.writes.iter().peekable();
    for &(time, key) in &trace.reads {
        while let Some(&(_, key)) = writes.next_if(|write| write.0 <= time) {
            versions[key] += 1;
        }
        clock.advance(Duration::from_secs_f64(time - now));
        now = time;
        stale += u64::from(read(&cache, key, versions[key]) != versions[key]);
    }
    let Stats { hits, misses, .. } = cache.stats();
    let reads = hits + misses;
    Outcome { reads, hits, stale }
}

/// The version of a key that the cache answers when the database has `version`.
fn read(cache: &Cache<usize, u32>, key: usize, version: u32) -> u32 {
    let load = async || Ok::<_, Infallible>(Some(version));
    let Ok(found) = ready(cache.get_or_load(&key, &[], load));
    found.expect("every key has a value")
}

/// The end of a future that waits for nothing.
fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}
