use std::time::Duration;

use serde::{Deserialize, Serialize};

/// When a pool grows and shrinks, as data.
///
/// The number wanted follows from Little's law: the mean number of connections
/// in use plus the mean number of tasks waiting is what the load needs
/// (`L = λ·W`), and [`target_utilisation`](Self::target_utilisation) says how
/// much more than that there shall be. Growing is quick, shrinking is slow, and
/// growth that only makes the server slower is undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScalingPolicy {
    /// Never fewer connections, at least 1. Default 5: a handful of calls at
    /// once is usual for an agent, and keeping five sockets open costs a ping
    /// every six seconds.
    pub min_size: usize,
    /// Never more connections. Default 20: what one process may fairly ask of a
    /// shared server; with a round trip of 5 ms they carry 4,000 operations a
    /// second.
    pub max_size: usize,
    /// The share of the connections that a steady load uses. Default 0.9: with
    /// the two thresholds it keeps a steady load between 81 and 99 %, rounding
    /// to whole connections aside.
    pub target_utilisation: f64,
    /// Grow when more than so many times the present number are wanted.
    /// Default 1.1: at 0.9 of utilisation, this is when they are all in use.
    pub up_threshold: f64,
    /// At most so many times as many after one step up. Default 2: a wrong
    /// guess costs no more than it would by hand, and twelve times as many are
    /// reached in four steps.
    pub up_factor: f64,
    /// Shrink when less than so many times the present number were wanted all
    /// through the [`window`](Self::window). Default 0.9; below 1 it leaves a
    /// gap to the other threshold in which nothing happens.
    pub down_threshold: f64,
    /// At least so many times as many after one step down, rounded down.
    /// Default 0.75: from the largest size to the smallest in five steps.
    pub down_factor: f64,
    /// Grow as soon as more tasks than this wait on average and more
    /// connections are wanted at all, whatever the threshold. Default 1.
    pub queue_limit: f64,
    /// The same when the average wait is longer than this. Default 5 ms: one
    /// round trip.
    pub wait_limit: Duration,
    /// From one decision to the next. Default 1 s: a step in the load is
    /// covered within seconds, and a second averages over hundreds of calls.
    pub interval: Duration,
    /// How far back a peak still holds the pool from shrinking. Default 60 s:
    /// what comes once a minute is not worth new handshakes every time.
    pub window: Duration,
    /// No step down sooner than this after any other step. Default 10 s.
    pub settle: Duration,
    /// The brake: a step up is undone when it brought less than so many times
    /// its share in throughput, and calls became slower. Default 0.25: twice
    /// the connections have to bring a quarter more.
    pub brake_gain: f64,
    /// Slower means more than so many times the long-run mean time that a
    /// connection is held. Default 1.25; a very large number takes the brake off.
    pub brake_slowdown: f64,
    /// After braking the pool does not grow for so long; for twice as long each
    /// time the next step is undone, too. Default 60 s.
    pub rest: Duration,
}

impl Default for ScalingPolicy {
    fn default() -> Self {
        Self {
            min_size: 5,
            max_size: 20,
            target_utilisation: 0.9,
            up_threshold: 1.1,
            up_factor: 2.0,
            down_threshold: 0.9,
            down_factor: 0.75,
            queue_limit: 1.0,
            wait_limit: Duration::from_millis(5),
            interval: Duration::from_secs(1),
            window: Duration::from_mins(1),
            settle: Duration::from_secs(10),
            brake_gain: 0.25,
            brake_slowdown: 1.25,
            rest: Duration::from_mins(1),
        }
    }
}

/// The most ticks that a window may have: what is remembered is bounded.
pub(super) const TICKS_MAX: u32 = 10_000;

/// The most connections that a policy may ask for.
const SIZE_MAX: usize = 100_000;

impl ScalingPolicy {
    /// The number of connections that `demand` calls at once need.
    pub(super) fn wanted(&self, demand: f64) -> usize {
        self.clamp(whole((demand / self.target_utilisation).ceil()))
    }

    pub(super) fn clamp(&self, size: usize) -> usize {
        size.max(self.min_size).min(self.max_size)
    }

    /// The name and rule of the first field that makes no sense.
    pub(crate) fn complaint(&self) -> Option<&'static str> {
        let Self {
            min_size, max_size, ..
        } = *self;
        let rules = [
            (
                (1..=max_size).contains(&min_size) && max_size <= SIZE_MAX,
                "min_size must be from 1 to max_size, and max_size at most 100,000",
            ),
            (
                self.target_utilisation > 0.0 && self.target_utilisation <= 1.0,
                "target_utilisation must be above 0 and at most 1",
            ),
            (
                self.up_threshold >= 1.0 && self.up_threshold.is_finite(),
                "up_threshold must be at least 1",
            ),
            (
                self.up_factor > 1.0 && self.up_factor.is_finite(),
                "up_factor must be above 1",
            ),
            (
                (0.0..=1.0).contains(&self.down_threshold),
                "down_threshold must be from 0 to 1",
            ),
            (
                (0.0..1.0).contains(&self.down_factor),
                "down_factor must be at least 0 and below 1",
            ),
            (
                self.queue_limit >= 0.0 && self.brake_gain >= 0.0,
                "queue_limit and brake_gain must not be negative",
            ),
            (
                self.brake_slowdown >= 1.0,
                "brake_slowdown must be at least 1",
            ),
            (
                self.interval >= Duration::from_millis(1)
                    && self.window <= self.interval.saturating_mul(TICKS_MAX),
                "interval must be at least 1 ms and window at most 10,000 intervals",
            ),
        ];
        rules
            .into_iter()
            .find_map(|(holds, rule)| (!holds).then_some(rule))
    }
}

/// A number of connections; what is no sensible number is cut to one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn whole(number: f64) -> usize {
    // The bounds are exact in both types, and `max` drops NaN.
    number.max(0.0).min(f64::from(u32::MAX)) as usize
}

/// The other way; beyond 2^32 connections the precision does not matter.
pub(super) fn real(size: usize) -> f64 {
    f64::from(u32::try_from(size).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonsense_is_named() {
        let complaint = |change: fn(&mut ScalingPolicy)| {
            let mut policy = ScalingPolicy::default();
            change(&mut policy);
            policy.complaint().unwrap_or("")
        };
        assert_eq!(complaint(|_| ()), "");
        assert!(complaint(|p| p.min_size = 0).starts_with("min_size"));
        assert!(complaint(|p| p.min_size = 21).starts_with("min_size"));
        assert!(complaint(|p| p.max_size = 1 << 20).starts_with("min_size"));
        assert!(complaint(|p| p.target_utilisation = 0.0).starts_with("target"));
        assert!(complaint(|p| p.target_utilisation = f64::NAN).starts_with("target"));
        assert!(complaint(|p| p.up_threshold = 0.9).starts_with("up_threshold"));
        assert!(complaint(|p| p.up_factor = 1.0).starts_with("up_factor"));
        assert!(complaint(|p| p.down_threshold = 1.1).starts_with("down_threshold"));
        assert!(complaint(|p| p.down_factor = 1.0).starts_with("down_factor"));
        assert!(complaint(|p| p.queue_limit = -1.0).starts_with("queue_limit"));
        assert!(complaint(|p| p.brake_slowdown = 0.5).starts_with("brake_slowdown"));
        assert!(complaint(|p| p.interval = Duration::ZERO).starts_with("interval"));
        assert!(complaint(|p| p.window = Duration::MAX).starts_with("interval"));
    }

    #[test]
    fn numbers_are_cut_to_sense() {
        assert_eq!(whole(f64::NAN), 0);
        assert_eq!(whole(-1.0), 0);
        assert_eq!(whole(f64::INFINITY), u32::MAX as usize);
        assert_eq!(whole(3.0), 3);
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let json = r#"{"max_size": 7, "min_idle": 3}"#;
        assert!(serde_json::from_str::<ScalingPolicy>(json).is_err());
        let json = r#"{"max_size": 7}"#;
        let policy: ScalingPolicy = serde_json::from_str(json).unwrap();
        assert_eq!((policy.max_size, policy.min_size), (7, 5));
    }
}
