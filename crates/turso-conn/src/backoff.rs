//! How long to wait before trying again.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

/// Delays that double from `first` to `cap`, each shortened at random so that
/// those who failed together do not come back together.
///
/// ```
/// use turso_conn::{Backoff, jitter};
///
/// let pause = Backoff::LOCK.delay(3, jitter());
/// assert!(pause >= Backoff::LOCK.first * 4 && pause <= Backoff::LOCK.first * 8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// The delay before the first repetition.
    pub first: Duration,
    /// The longest delay.
    pub cap: Duration,
}

impl Backoff {
    /// For the lock of a local database, which is held for milliseconds.
    pub const LOCK: Self = Self {
        first: Duration::from_millis(1),
        cap: Duration::from_millis(50),
    };

    /// The delay before repetition number `attempt` (from 0), between half and
    /// all of the doubled delay, as `jitter` says: 0 for half, `u64::MAX` for all.
    #[must_use]
    pub fn delay(self, attempt: u32, jitter: u64) -> Duration {
        let whole = self
            .first
            .saturating_mul(1 << attempt.min(16))
            .min(self.cap);
        let half = whole / 2;
        // 32 bits of jitter are plenty, and half of a minute times 2^32 fits.
        let part = (u128::from(jitter >> 32) * half.as_nanos()) >> 32;
        half + Duration::from_nanos(u64::try_from(part).unwrap_or(0))
    }
}

/// A random number. The standard library's hash keys are random per thread and
/// change with each use, which is all that jitter needs.
pub fn jitter() -> u64 {
    RandomState::new().hash_one(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn delays_stay_between_half_of_first_and_cap(attempt: u32, jitter: u64) {
            let delay = Backoff::LOCK.delay(attempt, jitter);
            prop_assert!(delay >= Backoff::LOCK.first / 2);
            prop_assert!(delay <= Backoff::LOCK.cap);
        }

        #[test]
        fn delays_do_not_shrink(attempt in 0_u32..40, jitter: u64) {
            let backoff = Backoff::LOCK;
            prop_assert!(backoff.delay(attempt, jitter) <= backoff.delay(attempt + 1, jitter));
        }
    }

    #[test]
    fn jitter_differs() {
        assert_ne!(jitter(), jitter());
    }
}
