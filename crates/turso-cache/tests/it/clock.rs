//! Clocks that jump. Times are arguments here, so that a suspended machine is one call.

use std::convert::Infallible;
use std::time::Duration;
use turso_cache::{Cache, CacheConfig, Clock as _, Lookup, ManualClock, Refresh, SystemClock};

const ENTRIES: u32 = 1_000;
const DAY: Duration = Duration::from_hours(24);

async fn filled(clock: &ManualClock) -> Cache<u32, u32> {
    let config = CacheConfig {
        refresh: Refresh {
            early: 0.0,
            ..Refresh::default()
        },
        ..CacheConfig::default()
    };
    let cache = Cache::builder(config).clock(clock.clone()).seed(1);
    let cache = cache.build().unwrap();
    for key in 0..ENTRIES {
        let load = async || Ok::<_, Infallible>(Some(key));
        cache.get_or_load(&key, &[], load).await.unwrap();
    }
    cache
}

fn hits(cache: &Cache<u32, u32>) -> u32 {
    (0..ENTRIES)
        .map(|key| u32::from(cache.get(&key) == Lookup::Value(key)))
        .sum()
}

#[tokio::test]
async fn f61_after_a_suspend_everything_is_old_and_is_loaded_again_without_a_panic() {
    let clock = ManualClock::new();
    let cache = filled(&clock).await;
    for pause in [Duration::from_hours(1), DAY, Duration::MAX] {
        clock.advance(pause);
        assert_eq!(hits(&cache), 0);
        let load = async || Ok::<_, Infallible>(Some(0));
        cache.get_or_load(&0, &[], load).await.unwrap();
        assert_eq!(hits(&cache), 1);
    }
}

#[tokio::test]
async fn f61_a_clock_that_goes_back_expires_nothing_and_makes_no_life_endless() {
    let clock = ManualClock::new();
    clock.advance(DAY);
    let cache = filled(&clock).await;
    clock.go_back(DAY);
    assert_eq!(hits(&cache), ENTRIES);
    clock.advance(DAY + CacheConfig::default().max_ttl);
    assert_eq!(hits(&cache), 0);
}

#[tokio::test]
async fn f61_what_was_filled_together_does_not_expire_together() {
    let clock = ManualClock::new();
    let cache = filled(&clock).await;
    let base = CacheConfig::default().base_ttl;
    // Lives are shortened by up to a tenth, each by its own share.
    clock.advance(base.mul_f64(0.89));
    assert_eq!(hits(&cache), ENTRIES);
    for percent in [92, 95, 98] {
        let cache = {
            let clock = ManualClock::new();
            let cache = filled(&clock).await;
            clock.advance(base * percent / 100);
            cache
        };
        let left = f64::from(hits(&cache)) / f64::from(ENTRIES);
        let expected = f64::from(100 - percent) / 10.0;
        assert!((left - expected).abs() < 0.06, "{percent}: {left}");
    }
}

#[tokio::test]
async fn eviction_and_expiry_leave_nothing_behind() {
    use std::sync::Arc;
    let clock = ManualClock::new();
    let config = CacheConfig {
        max_entries: 100,
        ..CacheConfig::default()
    };
    let cache = Cache::builder(config).clock(clock.clone()).build().unwrap();
    let values: Vec<_> = (0..1_000_u32).map(Arc::new).collect();
    for value in &values {
        let load = async || Ok::<_, Infallible>(Some(Arc::clone(value)));
        cache.get_or_load(&**value, &[], load).await.unwrap();
    }
    let held = || {
        values
            .iter()
            .filter(|value| Arc::strong_count(value) > 1)
            .count() as u64
    };
    assert!(
        held() <= 100 && held() == cache.stats().entries,
        "{}",
        held()
    );
    clock.advance(DAY);
    cache.sweep();
    assert_eq!(
        (held(), cache.stats().entries, cache.stats().bytes),
        (0, 0, 0)
    );
}

#[test]
fn the_cheap_clock_is_never_ahead_and_never_goes_back() {
    let (mut before, mut last) = (SystemClock.now(), SystemClock.lately());
    assert!(last <= before.max(SystemClock.now()));
    for _ in 0..100_000 {
        let (lately, now) = (SystemClock.lately(), SystemClock.now());
        assert!(lately <= now && lately >= last && now >= before);
        (before, last) = (now, lately);
    }
}
