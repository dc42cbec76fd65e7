use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How long the values in a cache live, as they are used at present.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lives {
    sorted: Vec<Duration>,
}

impl Lives {
    pub(crate) fn new(lives: impl Iterator<Item = Duration>) -> Self {
        let mut sorted: Vec<_> = lives.collect();
        sorted.sort_unstable();
        Self { sorted }
    }

    /// How many values there are.
    pub fn count(&self) -> usize {
        self.sorted.len()
    }

    /// The life that so many percent of the values do not pass; `None` when
    /// there are no values.
    pub fn percentile(&self, percent: u8) -> Option<Duration> {
        let last = self.sorted.len().checked_sub(1)?;
        let index = last.saturating_mul(usize::from(percent.min(100))) / 100;
        self.sorted.get(index).copied()
    }

    /// Four of them; `None` when there are no values.
    pub fn spread(&self) -> Option<LifeSpread> {
        Some(LifeSpread {
            shortest: self.percentile(0)?,
            median: self.percentile(50)?,
            p90: self.percentile(90)?,
            longest: self.percentile(100)?,
        })
    }
}

/// How long the values in a cache live, in four figures. See [`Lives::spread`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LifeSpread {
    /// The shortest life.
    pub shortest: Duration,
    /// The one that half of the values do not pass.
    pub median: Duration,
    /// The one that nine in ten do not pass.
    pub p90: Duration,
    /// The longest.
    pub longest: Duration,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_of_none_one_and_many() {
        assert_eq!(Lives::default().percentile(50), None);
        assert_eq!(Lives::default().spread(), None);
        let second = Duration::from_secs(1);
        let one = Lives::new([second].into_iter());
        assert_eq!(one.percentile(0), one.percentile(100));
        let many = Lives::new((0..=100).rev().map(|n| second * n));
        assert_eq!(many.count(), 101);
        assert_eq!(many.percentile(90), Some(second * 90));
        assert_eq!(many.percentile(255), Some(second * 100));
        let spread = many.spread().unwrap();
        let four = [spread.shortest, spread.median, spread.p90, spread.longest];
        assert_eq!(four, [0, 50, 90, 100].map(|n| second * n));
    }
}
