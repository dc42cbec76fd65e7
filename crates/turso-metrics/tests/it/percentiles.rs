//! Percentiles against those of a sorted list.

use proptest::prelude::*;
use std::time::{Duration, Instant};
use turso_metrics::{Distribution, Histogram, Latency, Windowed};

fn of(values: &[u64]) -> Distribution {
    let histogram = Histogram::new();
    for value in values {
        histogram.record(*value);
    }
    histogram.distribution()
}

/// The smallest value such that `percent` of all are not larger, by integer arithmetic.
fn exact(values: &[u64], percent: u64) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = (percent * sorted.len() as u64).div_ceil(100).max(1);
    sorted[usize::try_from(rank).unwrap() - 1]
}

#[test]
fn f78_of_nothing_there_is_no_percentile() {
    let none = of(&[]);
    assert_eq!(none.count(), 0);
    for percent in [0.0, 50.0, 99.0, 100.0] {
        assert_eq!(none.percentile(percent), None);
    }
    assert_eq!((none.mean(), none.min(), none.max()), (None, None, None));
    assert_eq!(Latency::of_nanos(&none), Latency::default());
}

#[test]
fn f78_of_one_value_every_percentile_is_that_value() {
    for value in [0, 1, 127, 128, 12_345_678_901, 1 << 63, u64::MAX] {
        let one = of(&[value]);
        for percent in [0.0, 1.0, 50.0, 99.0, 100.0] {
            assert_eq!(one.percentile(percent), Some(value), "{percent} of {value}");
        }
    }
}

/// A peer reported 1 as the p99 of these two.
#[test]
fn f78_of_two_values_p50_is_the_smaller_and_p99_the_larger() {
    let two = of(&[1, 1_000]);
    assert_eq!(two.percentile(50.0), Some(1));
    assert_eq!(two.percentile(51.0), Some(1_000));
    assert_eq!(two.percentile(99.0), Some(1_000));
    assert_eq!(two.mean(), Some(500));
}

#[test]
fn f78_the_largest_durations_are_counted_and_the_sum_stops() {
    let large = of(&[u64::MAX, 1 << 63, u64::MAX]);
    assert_eq!(large.count(), 3);
    assert_eq!(large.sum(), u64::MAX);
    assert_eq!(large.percentile(99.0), Some(u64::MAX));
    let windowed = Windowed::new(Instant::now());
    windowed.record(u64::MAX, Instant::now());
    windowed.record(u64::MAX, Instant::now());
    assert_eq!(windowed.ever(Instant::now()).sum(), u64::MAX);
    let latency = Latency::of_nanos(&large);
    assert_eq!(latency.max, Duration::from_nanos(u64::MAX));
}

fn values() -> impl Strategy<Value = Vec<u64>> {
    let value = (0..64_u32, any::<u64>()).prop_map(|(bits, value)| value >> bits);
    prop::collection::vec(value, 1..300)
}

proptest! {
    #[test]
    fn percentiles_are_those_of_a_sorted_list_within_one_percent(values in values()) {
        let seen = of(&values);
        prop_assert_eq!(seen.count(), values.len() as u64);
        prop_assert_eq!(seen.min(), values.iter().copied().min());
        prop_assert_eq!(seen.max(), values.iter().copied().max());
        for percent in 0..=100_u32 {
            let found = seen.percentile(f64::from(percent)).unwrap();
            let right = exact(&values, percent.into());
            let off = u128::from(found.abs_diff(right));
            prop_assert!(off * 100 <= u128::from(right), "p{percent}: {found}, not {right}");
        }
    }

    #[test]
    fn it_does_not_matter_where_values_are_counted(values in values(), seconds in prop::collection::vec(0..300_u64, 300)) {
        let base = Instant::now();
        let windowed = Windowed::new(base);
        for (value, second) in values.iter().zip(&seconds) {
            windowed.record(*value, base + Duration::from_secs(*second));
        }
        prop_assert_eq!(windowed.ever(base + Duration::from_mins(5)), of(&values));
    }
}
