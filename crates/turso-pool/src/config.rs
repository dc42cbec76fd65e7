//! What can be set about a pool.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use turso_conn::ErrorKind;

use crate::sizing::ScalingPolicy;
use crate::{BreakerPolicy, Error, Result};

/// How many connections a pool may have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Sizing {
    /// Opened when needed, up to `max`; closed when idle for long, down to
    /// `min`.
    Fixed {
        /// So many are kept open.
        min: usize,
        /// Never more than these, at least 1.
        max: usize,
    },
    /// The number of open connections follows demand.
    Adaptive(ScalingPolicy),
}

impl Sizing {
    /// How many are opened at first and never closed for being idle, and how
    /// many there may be, before the first decision.
    pub(crate) fn bounds(&self) -> (usize, usize) {
        match self {
            Self::Fixed { min, max } => (*min, *max),
            Self::Adaptive(policy) => (policy.min_size, policy.min_size),
        }
    }
}

/// How a pool behaves. The default is made for a remote server.
///
/// Where a period is optional, `None` means never.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// How many connections. Default: adaptive, 5 to 20.
    pub sizing: Sizing,
    /// A connection that nobody used for so long is closed, if more than the
    /// minimum are open. Default 300 s: longer than the pauses within one task
    /// of an agent. Adaptive sizing has its own way and does not use it.
    pub idle_timeout: Option<Duration>,
    /// A connection of this age is replaced, while idle or when it comes back,
    /// never under a user. Shortened once for each connection by up to a tenth
    /// at random, so that those opened together do not go together. Default
    /// 30 min: a server that has moved is found within that time.
    pub max_lifetime: Option<Duration>,
    /// An idle connection is pinged when it was last known to work so long ago;
    /// a dead one is replaced. Default 30 s: proxies and load balancers commonly
    /// close what was silent for 60 s.
    pub keep_alive: Option<Duration>,
    /// A connection that was last known to work so long ago is checked before it
    /// is lent. Default 60 s: keep-alive has then missed a turn, because the
    /// pool's task did not run, and otherwise nobody waits for a check. Linux's
    /// monotonic clock does not count the time of a suspended machine: after
    /// that a dead connection is found by its user or by the next ping.
    pub check_after: Option<Duration>,
    /// The longest time that opening a connection may take, hook included.
    /// Default 5 s: a hundred handshakes across a continent, and half of the
    /// default acquire timeout, so that a second attempt is possible.
    pub connect_timeout: Duration,
    /// The longest time to wait for a connection. Default 10 s: a person or an
    /// agent still waits, and a burst has passed.
    pub acquire_timeout: Duration,
    /// The longest time that checking a connection, recycling it, or a hook may
    /// take; after that it is closed. Default 2 s: hundreds of round trips.
    pub check_timeout: Duration,
    /// The most connections being opened at once, and the most being pinged.
    /// Default 4: a pool of 20 is filled within five handshakes, and a server
    /// that comes back is not overrun.
    pub dial_concurrency: usize,
    /// The most tasks that may wait; further ones are refused as `Busy`. Default
    /// 65,536, a few megabytes.
    pub max_waiting: usize,
    /// A lease held longer than this is reported once, as a warning with its age
    /// and where it was acquired. Default 60 s: twice the longest operation.
    pub leak_after: Option<Duration>,
    /// What happens while connecting fails.
    pub breaker: BreakerPolicy,
}

impl Default for Config {
    fn default() -> Self {
        Self::remote()
    }
}

impl Config {
    /// For a server: adaptive from 5 to 20 connections, kept alive.
    pub fn remote() -> Self {
        Self {
            sizing: Sizing::Adaptive(ScalingPolicy::default()),
            idle_timeout: Some(Duration::from_mins(5)),
            max_lifetime: Some(Duration::from_mins(30)),
            keep_alive: Some(Duration::from_secs(30)),
            check_after: Some(Duration::from_mins(1)),
            connect_timeout: Duration::from_secs(5),
            acquire_timeout: Duration::from_secs(10),
            check_timeout: Duration::from_secs(2),
            dial_concurrency: 4,
            max_waiting: 1 << 16,
            leak_after: Some(Duration::from_mins(1)),
            breaker: BreakerPolicy::default(),
        }
    }

    /// For a local file: up to `max` connections, opened when needed, one kept.
    /// A file does not fall asleep, so nothing is pinged, checked or replaced;
    /// cleaning a connection may have to wait for a call that lost its caller,
    /// for a minute; and a file that cannot be opened will not open by waiting, so
    /// whoever needs a new connection is told after the first failure.
    pub fn local(max: usize) -> Self {
        Self {
            sizing: Sizing::Fixed { min: 1, max },
            max_lifetime: None,
            keep_alive: None,
            check_after: None,
            check_timeout: Duration::from_mins(1),
            breaker: BreakerPolicy {
                failures: 1,
                first_pause: Duration::from_millis(1),
                longest_pause: Duration::from_millis(100),
            },
            ..Self::remote()
        }
    }

    /// For a database in memory: its one connection *is* the database, and is
    /// never closed by the pool's own decision. Cleaning it may take a day.
    pub fn memory() -> Self {
        Self {
            idle_timeout: None,
            check_timeout: Duration::from_hours(24),
            ..Self::local(1)
        }
    }

    /// Whether all of it makes sense.
    ///
    /// # Errors
    /// [`ErrorKind::Misuse`], naming the field and its rule.
    pub fn validate(&self) -> Result<()> {
        match self.complaint() {
            Some(rule) => Err(Error::new(
                ErrorKind::Misuse,
                format!("the configuration of the pool: {rule}"),
            )),
            None => Ok(()),
        }
    }

    fn complaint(&self) -> Option<&'static str> {
        match &self.sizing {
            Sizing::Adaptive(policy) => policy.complaint(),
            Sizing::Fixed { min, max } if *max == 0 || min > max => {
                Some("max must be at least 1, and min at most max")
            }
            Sizing::Fixed { .. } => None,
        }
        .or_else(|| self.zero())
    }

    /// What must not be zero and is.
    fn zero(&self) -> Option<&'static str> {
        let periods = [
            (self.idle_timeout, "idle_timeout must not be zero"),
            (self.max_lifetime, "max_lifetime must not be zero"),
            (self.keep_alive, "keep_alive must not be zero"),
            (self.check_after, "check_after must not be zero"),
            (self.leak_after, "leak_after must not be zero"),
            (
                Some(self.connect_timeout),
                "connect_timeout must not be zero",
            ),
            (Some(self.check_timeout), "check_timeout must not be zero"),
            (
                Some(self.breaker.first_pause),
                "breaker.first_pause must not be zero",
            ),
        ];
        let counts = [
            (self.dial_concurrency, "dial_concurrency must be at least 1"),
            (self.max_waiting, "max_waiting must be at least 1"),
        ];
        let period = periods
            .into_iter()
            .find(|(period, _)| *period == Some(Duration::ZERO));
        let count = counts.into_iter().find(|(count, _)| *count == 0);
        period.map(|(_, rule)| rule).or(count.map(|(_, rule)| rule))
    }

    /// What must happen at least so often for the deadlines of connections that
    /// are not idle now to be met.
    pub(crate) fn heartbeat(&self) -> Option<Duration> {
        let periods = [self.idle_timeout, self.keep_alive, self.leak_after];
        periods.into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presets_are_valid() {
        for config in [
            Config::default(),
            Config::remote(),
            Config::local(4),
            Config::memory(),
        ] {
            config.validate().unwrap();
            let json = serde_json::to_string(&config).unwrap();
            let same: Config = serde_json::from_str(&json).unwrap();
            assert_eq!(same, config);
        }
    }

    #[test]
    fn missing_fields_have_their_defaults_and_unknown_ones_are_refused() {
        let json = r#"{"sizing": {"fixed": {"min": 0, "max": 3}}, "keep_alive": null}"#;
        let config: Config = serde_json::from_str(json).unwrap();
        assert_eq!(config.sizing, Sizing::Fixed { min: 0, max: 3 });
        assert_eq!(config.keep_alive, None);
        assert_eq!(config.idle_timeout, Some(Duration::from_mins(5)));
        assert!(serde_json::from_str::<Config>(r#"{"max_size": 3}"#).is_err());
    }

    #[test]
    fn nonsense_is_named() {
        let complaint = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            let error = config.validate().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Misuse);
            error.to_string()
        };
        assert!(complaint(|c| c.sizing = Sizing::Fixed { min: 0, max: 0 }).contains("max"));
        assert!(complaint(|c| c.sizing = Sizing::Fixed { min: 3, max: 2 }).contains("min"));
        assert!(complaint(|c| c.dial_concurrency = 0).contains("dial_concurrency"));
        assert!(complaint(|c| c.max_waiting = 0).contains("max_waiting"));
        assert!(complaint(|c| c.keep_alive = Some(Duration::ZERO)).contains("keep_alive"));
        assert!(complaint(|c| c.breaker.first_pause = Duration::ZERO).contains("first_pause"));
        let policy = ScalingPolicy {
            min_size: 0,
            ..ScalingPolicy::default()
        };
        let config = Config {
            sizing: Sizing::Adaptive(policy),
            ..Config::default()
        };
        assert!(
            config
                .validate()
                .unwrap_err()
                .to_string()
                .contains("min_size")
        );
    }
}
