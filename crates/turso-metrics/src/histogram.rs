//! Counts of values by bucket.

use std::fmt;

use crate::buckets;
use crate::counter::{Counter, Extremes, SmallCounter};
use crate::distribution::Distribution;

/// Counts values in buckets no wider than 1/64 of them. It takes 30 KB, whatever is recorded.
///
/// Recording adds to atomics and waits for nobody. Counts and sum stop at `u64::MAX`.
///
/// ```
/// use turso_metrics::Histogram;
///
/// let histogram = Histogram::new();
/// histogram.record(1);
/// histogram.record(1_000);
/// let seen = histogram.distribution();
/// assert_eq!(seen.percentile(50.0), Some(1));
/// assert_eq!(seen.percentile(99.0), Some(1_000));
/// ```
pub struct Histogram {
    counts: Box<[Counter]>,
    sum: Counter,
    extremes: Extremes,
}

impl Histogram {
    /// An empty histogram.
    pub fn new() -> Self {
        Self {
            counts: (0..buckets::COUNT).map(|_| Counter::default()).collect(),
            sum: Counter::default(),
            extremes: Extremes::default(),
        }
    }

    /// Counts `value`.
    pub fn record(&self, value: u64) {
        // Noted first: a value that is counted lies between the extremes.
        self.extremes.see(value);
        self.sum.add(value);
        if let Some(count) = self.counts.get(buckets::index(value)) {
            count.add(1);
        }
    }

    /// What was counted so far.
    pub fn distribution(&self) -> Distribution {
        Distribution::new(
            self.counts.iter().map(Counter::get),
            self.sum.get(),
            self.extremes.get(),
        )
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Histogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Histogram").finish_non_exhaustive()
    }
}

/// Counts the values of a few seconds, in half the space.
pub(crate) struct ShortHistogram {
    counts: Box<[SmallCounter]>,
    sum: Counter,
    extremes: Extremes,
}

impl ShortHistogram {
    pub(crate) fn new() -> Self {
        Self {
            counts: (0..buckets::COUNT)
                .map(|_| SmallCounter::default())
                .collect(),
            sum: Counter::default(),
            extremes: Extremes::default(),
        }
    }

    pub(crate) fn record(&self, value: u64) {
        self.extremes.see(value);
        self.sum.add(value);
        if let Some(count) = self.counts.get(buckets::index(value)) {
            count.one_more();
        }
    }

    pub(crate) fn distribution(&self) -> Distribution {
        Distribution::new(
            self.counts.iter().map(SmallCounter::get),
            self.sum.get(),
            self.extremes.get(),
        )
    }

    /// Moves everything into `to`. What is recorded meanwhile is in one of the two.
    pub(crate) fn drain_into(&self, to: &Histogram) {
        for (from, to) in self.counts.iter().zip(&to.counts) {
            let count = from.take();
            if count > 0 {
                to.add(count);
            }
        }
        to.sum.add(self.sum.take());
        let (min, max) = self.extremes.take();
        if min <= max {
            to.extremes.see(min);
            to.extremes.see(max);
        }
    }
}
