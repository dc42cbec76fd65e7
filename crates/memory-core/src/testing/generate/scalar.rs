use crate::{Ratio, Revision, Timestamp};
use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
use proptest::prelude::*;

/// Any finite number, often an extreme one: -0.0, the smallest, the largest.
pub fn any_finite() -> BoxedStrategy<f64> {
    let extreme = prop::sample::select(vec![
        0.0,
        -0.0,
        0.1,
        1.0,
        -1.0,
        5e-324,
        f64::MIN_POSITIVE,
        f64::EPSILON,
        f64::MAX,
        f64::MIN,
        1e15,
        9_007_199_254_740_993.0,
    ]);
    prop_oneof![extreme, POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO].boxed()
}

/// Any ratio, often 0 or 1.
pub fn any_ratio() -> BoxedStrategy<Ratio> {
    prop_oneof![Just(0.0), Just(1.0), Just(5e-324), 0.0..=1.0]
        .prop_map(|value| Ratio::new(value).expect("in range"))
        .boxed()
}

/// Any time, often the first, the last or one around 1970.
pub fn any_timestamp() -> BoxedStrategy<Timestamp> {
    let (min, max) = (Timestamp::MIN.as_micros(), Timestamp::MAX.as_micros());
    let today = 1_700_000_000_000_000..1_800_000_000_000_000_i64;
    prop_oneof![Just(min), Just(max), -1..=1_i64, today, min..=max]
        .prop_map(|micros| Timestamp::from_micros(micros).expect("in range"))
        .boxed()
}

/// Any revision, most often a small one.
pub fn any_revision() -> BoxedStrategy<Revision> {
    let max = Revision::MAX.get();
    prop_oneof![4 => 1..5_u64, 1 => Just(max), 1 => 1..=max]
        .prop_map(|number| Revision::new(number).expect("in range"))
        .boxed()
}
