//! The policy, for every use and every past.

use proptest::prelude::*;
use std::time::Duration;
use turso_cache::{CacheConfig, History, Refill, TtlPolicy, Usage};

/// Half of the spans within a day, the others up to the end of time.
fn any_span() -> impl Strategy<Value = Duration> {
    prop_oneof![
        (0_u64..86_400_000).prop_map(Duration::from_millis),
        any::<u64>().prop_map(Duration::from_secs),
        Just(Duration::MAX),
    ]
}

fn any_usage() -> impl Strategy<Value = Usage> {
    let accesses = prop_oneof![0_u32..100, any::<u32>()];
    (accesses, any_span()).prop_map(|(accesses, idle)| Usage { accesses, idle })
}

fn any_history() -> impl Strategy<Value = History> {
    let refill = prop_oneof![Just(Refill::Same), Just(Refill::Changed)];
    let refills = prop::collection::vec((refill, any_span(), any::<u32>()), 0..20);
    refills.prop_map(|refills| {
        let learn =
            |history: History, (refill, age, accesses)| history.after(refill, age, accesses);
        refills.into_iter().fold(History::default(), learn)
    })
}

fn any_config() -> impl Strategy<Value = CacheConfig> {
    let weights = [(); 4].map(|()| 0.0..100.0_f64);
    let spans = [(); 4].map(|()| any_span());
    (spans, weights).prop_map(|(spans, weights)| {
        let [a, b, c, half_life] = spans;
        let mut lives = [a, b, c];
        lives.sort_unstable();
        let [min_ttl, base_ttl, max_ttl] = lives;
        let [
            access_count_weight,
            recency_weight,
            caution,
            enough_accesses,
        ] = weights;
        CacheConfig {
            min_ttl,
            base_ttl,
            max_ttl,
            half_life,
            access_count_weight,
            recency_weight,
            caution,
            enough_accesses,
            ..CacheConfig::default()
        }
    })
}

proptest! {
    #[test]
    fn a_life_is_never_shorter_than_the_shortest_nor_longer_than_the_longest(
        config in any_config(), usage in any_usage(), history in any_history(),
    ) {
        let ttl = TtlPolicy::new(&config).unwrap().ttl(usage, history);
        prop_assert!((config.min_ttl..=config.max_ttl).contains(&ttl), "{ttl:?}");
    }

    #[test]
    fn more_accesses_and_less_idle_time_never_shorten_a_life(
        config in any_config(), history in any_history(),
        one in any_usage(), other in any_usage(),
    ) {
        let policy = TtlPolicy::new(&config).unwrap();
        let more = Usage {
            accesses: one.accesses.max(other.accesses),
            idle: one.idle.min(other.idle),
        };
        let less = Usage {
            accesses: one.accesses.min(other.accesses),
            idle: one.idle.max(other.idle),
        };
        prop_assert!(policy.ttl(more, history) >= policy.ttl(less, history));
    }

    #[test]
    fn what_changed_once_more_never_lives_longer_for_it(
        usage in any_usage(), history in any_history(), age in any_span(), accesses: u32,
    ) {
        let policy = TtlPolicy::new(&CacheConfig::default()).unwrap();
        let same = history.after(Refill::Same, age, accesses);
        let changed = history.after(Refill::Changed, age, accesses);
        prop_assert!(policy.ttl(usage, changed) <= policy.ttl(usage, same));
    }
}

#[test]
fn a_new_entry_gets_the_base_and_extremes_get_the_ends() {
    let config = CacheConfig::default();
    let policy = TtlPolicy::new(&config).unwrap();
    let life = |accesses, idle| policy.ttl(Usage { accesses, idle }, History::default());
    assert_eq!(life(0, Duration::ZERO), config.base_ttl);
    assert_eq!(life(0, Duration::MAX), config.min_ttl);
    // What nothing is known of does not live longer than the base, however popular.
    assert_eq!(life(u32::MAX, Duration::ZERO), config.base_ttl);
    let calm = CacheConfig {
        caution: 0.0,
        enough_accesses: 0.0,
        ..config
    };
    let popular = TtlPolicy::new(&calm).unwrap();
    let usage = Usage {
        accesses: u32::MAX,
        idle: Duration::ZERO,
    };
    let short_of = calm
        .max_ttl
        .saturating_sub(popular.ttl(usage, History::default()));
    assert!(short_of < Duration::from_millis(1), "{short_of:?}");
}

#[test]
fn a_configuration_that_contradicts_itself_is_refused() {
    let config = CacheConfig::default();
    for wrong in [
        CacheConfig {
            min_ttl: config.base_ttl * 2,
            ..config.clone()
        },
        CacheConfig {
            max_ttl: config.base_ttl / 2,
            ..config.clone()
        },
        CacheConfig {
            access_count_weight: -1.0,
            ..config.clone()
        },
        CacheConfig {
            recency_weight: f64::NAN,
            ..config.clone()
        },
        CacheConfig {
            caution: f64::INFINITY,
            ..config.clone()
        },
        CacheConfig {
            enough_accesses: -0.5,
            ..config.clone()
        },
    ] {
        TtlPolicy::new(&wrong).unwrap_err();
    }
}
