use crate::{draft, kind, time};
use memory_core::ErrorKind::{Limit, Misuse};
use memory_core::testing::any_finite;
use memory_core::{ExecutionStep, Ratio, Result, Revision, RewardScore, Timestamp};
use proptest::prelude::*;
use std::time::{Duration, SystemTime};

const NOT_FINITE: [f64; 3] = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY];

fn worth(reward: RewardScore) -> Result<memory_core::Episode> {
    let mut draft = draft();
    draft.reward = Some(reward);
    draft.finish()
}

fn stepped(step: ExecutionStep) -> Result<memory_core::Episode> {
    let mut draft = draft();
    draft.steps = vec![step];
    draft.finish()
}

#[test]
fn f68_numbers_that_are_not_finite_are_refused() {
    for value in NOT_FINITE {
        assert_eq!(kind(worth(RewardScore::new(value))), Some(Misuse));
        let components = [("c".to_owned(), value)].into();
        assert_eq!(
            kind(worth(RewardScore {
                total: 0.0,
                components
            })),
            Some(Misuse)
        );
        let reward = Some(value);
        let step = ExecutionStep {
            reward,
            ..ExecutionStep::default()
        };
        assert_eq!(kind(stepped(step)), Some(Misuse));
        assert_eq!(kind(Ratio::new(value)), Some(Misuse));
        // JSON has no such number: it becomes null, which means none.
        assert!(serde_json::json!(value).is_null());
    }
}

#[test]
fn f68_a_ratio_is_0_to_1() {
    for value in [0.0, -0.0, 5e-324, 0.5, 1.0] {
        assert_eq!(Ratio::new(value).unwrap().get().to_bits(), value.to_bits());
    }
    for value in [-5e-324, 1.0 + f64::EPSILON, 2.0, -1.0, f64::MAX] {
        assert_eq!(kind(Ratio::new(value)), Some(Misuse));
    }
}

#[test]
fn f68_revisions_end_one_before_the_largest_integer() {
    let max = i64::MAX.unsigned_abs() - 1;
    for (number, expected) in [
        (0, Some(Limit)),
        (1, None),
        (max, None),
        (max + 1, Some(Limit)),
    ] {
        assert_eq!(kind(Revision::new(number)), expected, "{number}");
    }
    assert_eq!(Revision::MAX.next(), Revision::MAX);
    assert_eq!(Revision::FIRST.next().get(), 2);
}

#[test]
fn f68_a_latency_fits_64_bits_of_nanoseconds() {
    let with = |latency| ExecutionStep {
        latency: Some(latency),
        ..ExecutionStep::default()
    };
    let longest = Duration::from_nanos(u64::MAX);
    assert_eq!(kind(stepped(with(longest))), None);
    assert_eq!(
        kind(stepped(with(longest + Duration::from_nanos(1)))),
        Some(Limit)
    );
    assert_eq!(kind(stepped(with(Duration::MAX))), Some(Limit));
}

#[test]
fn f68_far_dates_are_refused() {
    let (min, max) = (Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros());
    for micros in [i64::MIN, min - 1, max + 1, i64::MAX] {
        assert_eq!(
            kind(Timestamp::from_micros(micros)),
            Some(Limit),
            "{micros}"
        );
    }
    let before = SystemTime::UNIX_EPOCH.checked_sub(Duration::from_secs(70_000_000_000));
    if let Some(before) = before {
        assert_eq!(kind(Timestamp::try_from(before)), Some(Limit));
    }
    for text in [
        "0000-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z",
        "2023-02-30T00:00:00Z",
        "",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text:?}");
    }
}

proptest! {
    #[test]
    fn f68_a_finite_number_is_kept_exactly(value in any_finite()) {
        let episode = worth(RewardScore::new(value)).unwrap();
        let kept = episode.reward.as_ref().unwrap().total;
        prop_assert_eq!(kept.to_bits(), value.to_bits());
    }

    #[test]
    fn the_text_of_a_time_sorts_as_the_time_does(
        a in Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros(),
        b in Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros(),
    ) {
        let (a, b) = (time(a), time(b));
        prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        prop_assert_eq!(a.to_string().parse::<Timestamp>().unwrap(), a);
    }
}
