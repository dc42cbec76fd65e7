//! Row 59: the size over time, on shapes of demand.

use proptest::prelude::*;
use tokio::time::Instant;
use turso_pool::{History, ScalingPolicy, decide};

#[path = "../../examples/sizing/model.rs"]
mod load;

use load::{reversals, seen, trace};

fn policy(min_size: usize, max_size: usize) -> ScalingPolicy {
    ScalingPolicy {
        min_size,
        max_size,
        ..ScalingPolicy::default()
    }
}

#[test]
fn f59_a_twelvefold_step_is_covered_within_five_seconds() {
    let demand = (0..120).map(|second| if second < 60 { 2.0 } else { 24.0 });
    let sizes = trace(&policy(1, 100), demand);
    assert!(sizes[60] <= 3 && sizes[65] >= 24, "{sizes:?}");
}

#[test]
fn f59_a_slow_square_wave_is_followed_both_ways() {
    let demand = (0..1_200).map(|second| if second / 150 % 2 == 0 { 2.0 } else { 16.0 });
    let sizes = trace(&ScalingPolicy::default(), demand);
    for turn in (150..1_200).step_by(300) {
        assert!(sizes[turn + 149] >= 16, "high from {turn}: {sizes:?}");
    }
    for turn in (300..1_200).step_by(300) {
        assert_eq!(sizes[turn + 149], 5, "low from {turn}: {sizes:?}");
    }
}

/// What comes once a minute or oftener is not worth new handshakes.
#[test]
fn f59_a_quick_square_wave_and_a_saw_do_not_thrash() {
    let square = (0..600).map(|second| if second / 10 % 2 == 0 { 2.0 } else { 16.0 });
    let saw = (0..600).map(|second| f64::from(second % 20));
    for sizes in [
        trace(&ScalingPolicy::default(), square),
        trace(&ScalingPolicy::default(), saw),
    ] {
        assert_eq!(reversals(&sizes), 0, "{sizes:?}");
    }
}

proptest! {
    /// Ten minutes of constant load: settled within seconds, at most one reversal, and
    /// all but a fifth of the connections in use where the minimum does not hold more.
    #[test]
    fn f59_a_constant_load_settles(
        // The first one has a fraction of a call, just above what fits into five connections.
        demand in prop_oneof![1 => Just(4.500_755_114_864_289), 99 => 0.0_f64..90.0],
    ) {
        let policy = policy(1, 100);
        let sizes = trace(&policy, vec![demand; 600]);
        prop_assert!(reversals(&sizes) <= 1, "{:?}", sizes);
        let last = *sizes.last().unwrap();
        prop_assert!(sizes[10..].iter().all(|size| *size == last), "{:?}", sizes);
        // Rounding to whole connections aside.
        let spare = f64::from(u32::try_from(last).unwrap()) - 1.0;
        prop_assert!(demand >= 0.8 * spare, "{} of {}", demand, last);
    }

    /// Whatever comes, the size stays in its bounds, and nothing that was opened for demand is
    /// closed again within a minute.
    #[test]
    fn f59_noise_stays_in_bounds_and_is_not_followed_down(
        demand in prop::collection::vec(0.0_f64..60.0, 1..400),
    ) {
        let policy = ScalingPolicy::default();
        let sizes = trace(&policy, demand);
        let mut grown = None;
        for (second, pair) in sizes.windows(2).enumerate() {
            prop_assert!((policy.min_size..=policy.max_size).contains(&pair[1]));
            if pair[1] > pair[0] {
                grown = Some(second);
            } else if pair[1] < pair[0] {
                prop_assert!(grown.is_none_or(|grown| second - grown >= 55), "{:?}", sizes);
            }
        }
    }

    /// With the same past, more demand never gives a smaller pool.
    #[test]
    fn f59_more_demand_is_never_answered_by_less(
        past in prop::collection::vec(0.0_f64..30.0, 0..100),
        size in 5_usize..=20,
        (less, more) in (0.0_f64..40.0, 0.0_f64..40.0).prop_map(|(a, b)| (a.min(b), a.max(b))),
    ) {
        let policy = ScalingPolicy::default();
        let (mut history, mut now) = (History::new(), Instant::now());
        for demand in past {
            let seen = seen(size, demand);
            let decision = decide(&policy, &history, &seen, now);
            history.note(&policy, &seen, &decision, now);
            now += policy.interval;
        }
        let decided = |demand| decide(&policy, &history, &seen(size, demand), now).size;
        prop_assert!(decided(less) <= decided(more));
    }
}
