use std::time::Duration;

use crate::Dice;

/// When a worker is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kill {
    /// As soon as the parent has read so many acks.
    AfterAcks(usize),
    /// So long after the worker began its job.
    After(Duration),
}

impl Kill {
    /// An instant somewhere in `0..longest`, always the same one for a `seed`.
    ///
    /// The seeds 0, 1, 2, … spread over the whole range.
    pub fn somewhere(longest: Duration, seed: u64) -> Self {
        let part = u32::try_from(Dice::new(seed).bits() >> 32).unwrap_or(u32::MAX);
        Self::After(longest.mul_f64(f64::from(part) / 2_f64.powi(32)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: Duration = Duration::from_secs(1);

    fn tenth(seed: u64) -> u128 {
        match Kill::somewhere(LONGEST, seed) {
            Kill::After(at) => at.as_millis() / 100,
            Kill::AfterAcks(_) => panic!("an instant was asked for"),
        }
    }

    #[test]
    fn instants_repeat_for_a_seed_and_cover_the_range() {
        assert_eq!(Kill::somewhere(LONGEST, 7), Kill::somewhere(LONGEST, 7));
        for part in 0..10 {
            assert!(
                (0..100).any(|seed| tenth(seed) == part),
                "nothing in tenth {part}"
            );
        }
    }
}
