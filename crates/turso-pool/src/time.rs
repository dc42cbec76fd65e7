//! Instants that never overflow, and randomness to spread them.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::time::Instant;

/// `period` after `from`; `None` when there is no period, or never comes.
pub(crate) fn after(from: Instant, period: Option<Duration>) -> Option<Instant> {
    from.checked_add(period?)
}

/// `period` after `from`, or a good century later.
pub(crate) fn deadline(from: Instant, period: Duration) -> Instant {
    const FAR: Duration = Duration::from_hours(24 * 365 * 30);
    from.checked_add(period.min(FAR)).unwrap_or(from)
}

/// The earlier of two, where `None` is never.
pub(crate) fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// Nanoseconds of a duration; more than five centuries are cut off.
pub(crate) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// A duration shortened at random by up to `share` of it; `random` 0 shortens
/// most, `u64::MAX` not at all.
pub(crate) fn shortened(duration: Duration, share: f64, random: u64) -> Duration {
    let part = f64::from(u32::try_from(random >> 32).unwrap_or(0)) / f64::from(u32::MAX);
    duration.mul_f64((1.0 - share.clamp(0.0, 1.0) * (1.0 - part)).clamp(0.0, 1.0))
}

/// A random number. The standard library's hash keys are random per thread and
/// change with each use, which is all that jitter needs.
pub(crate) fn random() -> u64 {
    RandomState::new().hash_one(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn shortened_stays_within_its_share(seconds in 0_u64..1 << 40, random: u64) {
            let whole = Duration::from_secs(seconds);
            let short = shortened(whole, 0.1, random);
            prop_assert!(short <= whole + Duration::from_millis(1));
            prop_assert!(short.as_secs_f64() >= whole.as_secs_f64() * 0.899);
        }

        #[test]
        fn far_deadlines_do_not_panic(seconds: u64, nanos in 0_u32..1_000_000_000) {
            let now = Instant::now();
            let period = Duration::new(seconds, nanos);
            prop_assert!(deadline(now, period) >= now);
            prop_assert!(after(now, Some(period)).is_none_or(|then| then >= now));
        }
    }

    #[test]
    fn never_is_later_than_anything() {
        let now = Instant::now();
        assert_eq!(earlier(None, Some(now)), Some(now));
        assert_eq!(earlier(Some(now), None), Some(now));
        assert_eq!(earlier(None, None), None);
        assert!(deadline(now, Duration::MAX) > now);
    }

    #[test]
    fn random_differs() {
        assert_ne!(random(), random());
    }
}
