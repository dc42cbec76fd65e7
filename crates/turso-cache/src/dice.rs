use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Random numbers for jitter and early refreshes: SplitMix64 over a counter, so
/// that throws need no lock. Not for secrets.
#[derive(Debug)]
pub(crate) struct Dice(AtomicU64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// A number of at least 0 and less than 1.
    pub(crate) fn throw(&self) -> f64 {
        let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let bits = u32::try_from((z ^ (z >> 31)) >> 32).unwrap_or(0);
        f64::from(bits) / 4_294_967_296.0
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn throws_are_spread_evenly() {
        let dice = Dice::new(1);
        let mut tenths = [0_u32; 10];
        for _ in 0..10_000 {
            let throw = dice.throw();
            assert!((0.0..1.0).contains(&throw));
            let tenth = (0..10).rposition(|t| throw * 10.0 >= f64::from(t)).unwrap();
            tenths[tenth] += 1;
        }
        assert!(
            tenths.iter().all(|n| (850..1_150).contains(n)),
            "{tenths:?}"
        );
    }
}
