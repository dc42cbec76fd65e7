//! What a histogram holds at one moment.

use crate::buckets;

/// How often which values were seen.
///
/// [`percentile`](Self::percentile) is the middle of the bucket of the value at that rank: at
/// most 1 % away from it. Count, sum, mean, least and largest are exact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Distribution {
    /// The buckets that are not empty, by index, in order, with their counts.
    counts: Vec<(usize, u64)>,
    count: u64,
    sum: u64,
    min: u64,
    max: u64,
}

impl Distribution {
    pub(crate) fn new(counts: impl Iterator<Item = u64>, sum: u64, (min, max): (u64, u64)) -> Self {
        let counts: Vec<_> = counts.enumerate().filter(|(_, n)| *n > 0).collect();
        let count = counts
            .iter()
            .fold(0_u64, |all, (_, n)| all.saturating_add(*n));
        // Somebody may be between noting an extreme and counting it, so the buckets have the
        // last word; without anybody, this changes nothing.
        let within = |value: u64, bucket: Option<&(usize, u64)>| {
            bucket.map_or(0, |(i, _)| value.clamp(buckets::low(*i), buckets::high(*i)))
        };
        let (min, max) = (within(min, counts.first()), within(max, counts.last()));
        Self {
            counts,
            count,
            sum,
            min,
            max: max.max(min),
        }
    }

    /// How many values were seen.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Their sum; `u64::MAX` when it is larger than that.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// Their mean, rounded down; none when there are none.
    pub fn mean(&self) -> Option<u64> {
        self.sum.checked_div(self.count)
    }

    /// The smallest of them; none when there are none.
    pub fn min(&self) -> Option<u64> {
        (self.count > 0).then_some(self.min)
    }

    /// The largest of them; none when there are none.
    pub fn max(&self) -> Option<u64> {
        (self.count > 0).then_some(self.max)
    }

    /// The value at the rank ⌈`percent` / 100 × count⌉, counted from 1: at least `percent` of all
    /// values are not larger. None when there are no values.
    pub fn percentile(&self, percent: f64) -> Option<u64> {
        let rank = rank(percent, self.count);
        if rank >= self.count {
            return self.max();
        }
        let mut seen = 0_u64;
        let found = self.counts.iter().find(|(_, n)| {
            seen = seen.saturating_add(*n);
            seen >= rank
        });
        let (index, _) = found.or(self.counts.last())?;
        Some(buckets::middle(*index).max(self.min).min(self.max))
    }

    /// The buckets that are not empty: the largest value that falls into each, and
    /// how many values did.
    pub fn buckets(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.counts
            .iter()
            .map(|(index, n)| (buckets::high(*index), *n))
    }

    /// The values of both.
    #[must_use]
    pub fn merged(&self, other: &Self) -> Self {
        if self.count == 0 {
            return other.clone();
        }
        if other.count == 0 {
            return self.clone();
        }
        let mut all = std::collections::BTreeMap::new();
        for (index, n) in self.counts.iter().chain(&other.counts) {
            let count: &mut u64 = all.entry(*index).or_default();
            *count = count.saturating_add(*n);
        }
        Self {
            counts: all.into_iter().collect(),
            count: self.count.saturating_add(other.count),
            sum: self.sum.saturating_add(other.sum),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }
}

/// The rank of a percentile among `count` values, between 1 and `count`.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a conversion to an integer saturates, and 2^53 values are more than there will be"
)]
fn rank(percent: f64, count: u64) -> u64 {
    // Multiplied first: 0.07 × 100 is a little more than 7.
    let rank = (percent * count as f64 / 100.0).ceil() as u64;
    rank.clamp(1, count.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_are_those_of_the_definition() {
        assert_eq!(rank(99.0, 0), 1);
        assert_eq!(rank(99.0, 1), 1);
        assert_eq!(rank(50.0, 2), 1);
        assert_eq!(rank(51.0, 2), 2);
        assert_eq!(rank(99.0, 2), 2);
        assert_eq!(rank(7.0, 100), 7);
        assert_eq!(rank(0.0, 100), 1);
        assert_eq!(rank(100.0, 100), 100);
        assert_eq!(rank(f64::NAN, 100), 1);
        assert_eq!(rank(1e300, 100), 100);
    }
}
