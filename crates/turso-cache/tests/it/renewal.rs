//! Renewals that nobody waits for.

use std::time::Duration;
use turso_cache::{Cache, CacheConfig, ManualClock, Refresh, Renewal};

/// How long each value lives, and how long it may be served after that.
const LIFE: Duration = Duration::from_mins(5);
const GRACE: Duration = Duration::from_secs(10);

fn cache(clock: &ManualClock) -> Cache<u32, u32> {
    let config = CacheConfig {
        min_ttl: LIFE,
        base_ttl: LIFE,
        max_ttl: LIFE,
        refresh: Refresh {
            early: 0.0,
            stale_while_revalidate: GRACE,
        },
        ..CacheConfig::default()
    };
    let cache = Cache::builder(config).clock(clock.clone()).seed(1);
    cache.build().unwrap()
}

/// Reads with a load that finds this or fails, and keeps the renewals that are to be run.
async fn read(
    cache: &Cache<u32, u32>,
    found: Result<u32, String>,
    to_run: &mut Vec<Renewal>,
) -> Result<u32, String> {
    let load = move || async move { found.map(Some) };
    let spawn = |renewal| to_run.push(renewal);
    let read = cache.get_or_spawn(&1, &[], load, spawn).await?;
    Ok(read.unwrap())
}

#[tokio::test]
async fn readers_of_an_old_value_wait_for_no_renewal_and_begin_one_together() {
    let (clock, mut to_run) = (ManualClock::new(), Vec::new());
    let cache = cache(&clock);
    assert_eq!(read(&cache, Ok(1), &mut to_run).await, Ok(1));
    clock.advance(LIFE);
    for _ in 0..3 {
        assert_eq!(read(&cache, Ok(2), &mut to_run).await, Ok(1));
    }
    assert_eq!((to_run.len(), cache.stats().loads), (1, 1));
    to_run.pop().unwrap().await;
    assert_eq!(read(&cache, Ok(3), &mut to_run).await, Ok(2));
    assert_eq!((to_run.len(), cache.stats().refreshes), (0, 1));
}

#[tokio::test]
async fn a_renewal_that_is_dropped_or_fails_is_left_to_the_next_reader() {
    let (clock, mut to_run) = (ManualClock::new(), Vec::new());
    let cache = cache(&clock);
    assert_eq!(read(&cache, Ok(1), &mut to_run).await, Ok(1));
    clock.advance(LIFE);
    assert_eq!(read(&cache, Ok(2), &mut to_run).await, Ok(1));
    to_run.clear();
    let fails = || Err("no".to_owned());
    assert_eq!(read(&cache, fails(), &mut to_run).await, Ok(1));
    to_run.pop().unwrap().await;
    assert_eq!(cache.stats().load_failures, 1);
    assert_eq!(read(&cache, Ok(3), &mut to_run).await, Ok(1));
    assert_eq!(to_run.len(), 1);
    // Beyond its grace nothing is served, and the error is the reader's.
    drop(to_run.pop());
    clock.advance(GRACE);
    assert_eq!(read(&cache, fails(), &mut to_run).await, fails());
}
