use std::num::NonZeroUsize;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How much is committed together and how much may wait. Every combination is legal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Most submissions that are queued or being committed; more wait to be
    /// queued. Default 1,024.
    pub queue_count: NonZeroUsize,
    /// Most bytes of SQL and values that are queued or being committed; a
    /// larger submission waits until it is alone. Default 64 MiB.
    pub queue_bytes: NonZeroUsize,
    /// Most submissions of one commit. Default 256: the commit's own cost is
    /// then less than a hundredth of each.
    pub group_count: NonZeroUsize,
    /// Most bytes of one commit, unless it is one submission. Default 8 MiB:
    /// tens of milliseconds on a disk, a third of a second on a server, far
    /// from the 5 s after which a server takes the lock away.
    pub group_bytes: NonZeroUsize,
    /// The longest time from a submission to the beginning of the commit that
    /// stores it, repetitions included, unless it says otherwise. Default 30 s.
    pub wait: Duration,
}

const fn at_least_one(number: usize) -> NonZeroUsize {
    NonZeroUsize::MIN.saturating_add(number - 1)
}

impl Default for Config {
    fn default() -> Self {
        Self {
            queue_count: at_least_one(1_024),
            queue_bytes: at_least_one(64 << 20),
            group_count: at_least_one(256),
            group_bytes: at_least_one(8 << 20),
            wait: Duration::from_secs(30),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_fields_have_their_defaults_and_unknown_ones_are_refused() {
        let config: Config = serde_json::from_str(r#"{"group_count":7}"#).unwrap();
        assert_eq!(config.group_count.get(), 7);
        assert_eq!(config.queue_count.get(), 1_024);
        assert!(serde_json::from_str::<Config>(r#"{"group_count":0}"#).is_err());
        assert!(serde_json::from_str::<Config>(r#"{"linger":5}"#).is_err());
    }
}
