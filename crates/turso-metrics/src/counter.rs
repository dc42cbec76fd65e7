//! Numbers that only grow, and stop at their largest value instead of beginning again.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// A 64-bit counter.
///
/// Once it has reached its largest value it stays there: whoever overflows it puts it back, and
/// so does everybody who adds to it in between.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        let before = self.0.fetch_add(more, Relaxed);
        if before.checked_add(more).is_none() {
            self.0.store(u64::MAX, Relaxed);
        }
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }

    /// Takes what was counted; the counter begins again.
    pub(crate) fn take(&self) -> u64 {
        self.0.swap(0, Relaxed)
    }
}

/// A 32-bit counter, for what is taken every few seconds.
#[derive(Debug, Default)]
pub(crate) struct SmallCounter(AtomicU32);

impl SmallCounter {
    pub(crate) fn one_more(&self) {
        if self.0.fetch_add(1, Relaxed) == u32::MAX {
            self.0.store(u32::MAX, Relaxed);
        }
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed).into()
    }

    /// Takes what was counted; the counter begins again.
    pub(crate) fn take(&self) -> u64 {
        // Most are 0, and looking is cheaper than taking.
        if self.0.load(Relaxed) == 0 {
            return 0;
        }
        self.0.swap(0, Relaxed).into()
    }
}

/// The largest value seen, and the smallest.
#[derive(Debug)]
pub(crate) struct Extremes {
    min: AtomicU64,
    max: AtomicU64,
}

impl Default for Extremes {
    fn default() -> Self {
        Self {
            min: AtomicU64::new(u64::MAX),
            max: AtomicU64::new(0),
        }
    }
}

impl Extremes {
    pub(crate) fn see(&self, value: u64) {
        // A new extreme is rare, so mostly two loads are all.
        if value > self.max.load(Relaxed) {
            self.max.fetch_max(value, Relaxed);
        }
        if value < self.min.load(Relaxed) {
            self.min.fetch_min(value, Relaxed);
        }
    }

    /// The smallest and the largest; the other way round when nothing was seen.
    pub(crate) fn get(&self) -> (u64, u64) {
        (self.min.load(Relaxed), self.max.load(Relaxed))
    }

    /// Takes both; nothing has been seen then.
    pub(crate) fn take(&self) -> (u64, u64) {
        (self.min.swap(u64::MAX, Relaxed), self.max.swap(0, Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f78_a_counter_stops_at_its_largest_value() {
        let counter = Counter::default();
        counter.add(u64::MAX - 1);
        counter.add(1);
        assert_eq!(counter.get(), u64::MAX);
        counter.add(1);
        counter.add(u64::MAX);
        assert_eq!(counter.get(), u64::MAX);
        assert_eq!(counter.take(), u64::MAX);
        assert_eq!(counter.get(), 0);
    }

    #[test]
    fn f78_a_small_counter_stops_too() {
        let counter = SmallCounter(AtomicU32::new(u32::MAX - 1));
        counter.one_more();
        counter.one_more();
        counter.one_more();
        assert_eq!(counter.take(), u64::from(u32::MAX));
        assert_eq!(counter.take(), 0);
    }

    #[test]
    fn extremes_of_nothing_are_the_wrong_way_round() {
        let extremes = Extremes::default();
        assert_eq!(extremes.get(), (u64::MAX, 0));
        extremes.see(5);
        extremes.see(3);
        assert_eq!(extremes.take(), (3, 5));
        assert_eq!(extremes.get(), (u64::MAX, 0));
    }
}
