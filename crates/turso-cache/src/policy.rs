use std::time::Duration;

use crate::{CacheConfig, Error, History, Result};

/// By how much lives are shortened at most, so that what was filled together
/// does not expire together.
pub(crate) const JITTER: f64 = 0.1;

/// How an entry was used until now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// How often it was asked for, refills included.
    pub accesses: u32,
    /// How long ago that was the last time.
    pub idle: Duration,
}

/// How long values live: a pure function of how a value was used and how often
/// it was seen to change.
///
/// The score of a use is `a·n/(n+1) + r·2^(-idle/half-life)` with the weights
/// `a` and `r`. Linear pieces lead from score 0 to the shortest life, from
/// score `r`, which a new entry has, to the base, and from there to score `a + r`
/// and the longest. What is known from earlier lives caps it: a life is no
/// longer than a value was found to stay the same, and no longer than pays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TtlPolicy {
    min: Duration,
    base: f64,
    max: Duration,
    access: f64,
    recency: f64,
    half_life: f64,
    caution: f64,
    enough: f64,
}

impl TtlPolicy {
    /// The policy of a configuration.
    ///
    /// # Errors
    ///
    /// [`Misuse`](crate::ErrorKind::Misuse) when not `min_ttl ≤ base_ttl ≤
    /// max_ttl`, or a weight is negative or not a number.
    pub fn new(config: &CacheConfig) -> Result<Self> {
        if config.min_ttl > config.base_ttl || config.base_ttl > config.max_ttl {
            return Err(Error::misuse("min_ttl ≤ base_ttl ≤ max_ttl does not hold"));
        }
        Ok(Self {
            min: config.min_ttl,
            base: config.base_ttl.as_secs_f64(),
            max: config.max_ttl,
            access: weight("access_count_weight", config.access_count_weight)?,
            recency: weight("recency_weight", config.recency_weight)?,
            half_life: config.half_life.as_secs_f64(),
            caution: weight("caution", config.caution)?,
            enough: weight("enough_accesses", config.enough_accesses)?,
        })
    }

    /// How long after its fill a value lives. Always between the shortest and
    /// the longest life; never shorter for more accesses or less idle time.
    pub fn ttl(&self, usage: Usage, history: History) -> Duration {
        self.jittered(usage, history, 0.0)
    }

    /// The same, shortened by a share of `jitter`, which is between 0 and
    /// [`JITTER`].
    pub(crate) fn jittered(&self, usage: Usage, history: History, jitter: f64) -> Duration {
        let steady = history.steady(self.base, self.caution);
        let worthwhile = history.worthwhile(self.enough);
        let life = self.popular(usage).min(steady).min(worthwhile);
        seconds(life * (1.0 - jitter)).clamp(self.min, self.max)
    }

    /// The life that use alone would give.
    fn popular(&self, usage: Usage) -> f64 {
        let score = self.score(usage);
        if score < self.recency {
            between(self.min.as_secs_f64(), self.base, score / self.recency)
        } else {
            let above = (score - self.recency) / self.access;
            // 0/0, when accesses do not count.
            let above = if above.is_nan() { 0.0 } else { above };
            between(self.base, self.max.as_secs_f64(), above)
        }
    }

    fn score(&self, usage: Usage) -> f64 {
        let accesses = f64::from(usage.accesses);
        // In this order each step rounds upwards of what it rounded before, or to the same.
        self.access * (accesses / (accesses + 1.0)) + self.recency * self.freshness(usage.idle)
    }

    fn freshness(&self, idle: Duration) -> f64 {
        let halvings = idle.as_secs_f64() / self.half_life;
        // 0/0, when there is no half-life and no idle time.
        if halvings.is_nan() {
            1.0
        } else {
            (-halvings).exp2()
        }
    }
}

fn weight(name: &str, weight: f64) -> Result<f64> {
    if weight.is_finite() && weight >= 0.0 {
        Ok(weight)
    } else {
        Err(Error::misuse(format!("{name} is not a number from 0 up")))
    }
}

fn between(low: f64, high: f64, share: f64) -> f64 {
    low + (high - low) * share.clamp(0.0, 1.0)
}

/// A life that is not one of the policy's, shortened by a share of `jitter`, which is between 0
/// and [`JITTER`]. Never longer than it was, which rounding makes of the longest there are.
pub(crate) fn shortened(life: Duration, jitter: f64) -> Duration {
    seconds(life.as_secs_f64() * (1.0 - jitter)).min(life)
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_life() -> impl Strategy<Value = Duration> {
        let span = (any::<u64>(), 0..1_000_000_000_u32);
        prop_oneof![
            span.prop_map(|(seconds, nanos)| Duration::new(seconds, nanos)),
            any::<u32>().prop_map(|nanos| Duration::from_nanos(nanos.into())),
            Just(Duration::ZERO),
            Just(Duration::MAX),
        ]
    }

    proptest! {
        /// `Duration::MAX` once overflowed here, since as a number of seconds it is rounded up.
        #[test]
        fn every_life_is_shortened_by_no_more_than_its_jitter(
            life in any_life(), jitter in prop_oneof![Just(0.0), 0.0..JITTER, Just(JITTER)],
        ) {
            let short = shortened(life, jitter);
            prop_assert!(short <= life);
            let cut = life.saturating_sub(short).as_secs_f64();
            let rounding = life.as_secs_f64() * 1e-15 + 1e-9;
            prop_assert!(cut <= life.as_secs_f64() * jitter + rounding, "{life:?} {short:?}");
        }
    }
}
