use memory_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use turso_cache::{CacheConfig as CachePolicy, StampsConfig};

/// Whether there is a cache.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CacheMode {
    /// Yes; the default.
    #[default]
    On,
    /// No: every call goes straight through.
    Off,
}

/// What a [`CachedStorage`](crate::CachedStorage) keeps, and for how long.
///
/// ```
/// use memory_storage_turso::CacheConfig;
///
/// let text = r#"{ "policy": { "max_bytes": 64000000 }, "shares": { "queries": 0 } }"#;
/// let config: CacheConfig = serde_json::from_str(text).unwrap();
/// assert_eq!(config.shares.episodes, 6);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// Whether there is a cache.
    pub mode: CacheMode,
    /// How long values live, where the writes of others are not told sooner than any would end, and which give
    /// way. Its `max_bytes` is what all four caches may hold
    /// together, its `max_entries` holds for each of them.
    pub policy: CachePolicy,
    /// How the bytes are divided up.
    pub shares: CacheShares,
    /// How fine the knowledge of writes is, and how long one of unknown outcome is feared.
    pub stamps: StampsConfig,
    /// For how long a look for the writes of others is good, where the backend can tell:
    /// a value that others changed longer ago is not served. Default 100 ms, less than an agent
    /// notices, at a cost of some ten microseconds each time. A read for which a
    /// look is due waits for it, but no longer than [`CHECK_WAIT`](Self::CHECK_WAIT); then it asks
    /// the backend, and so do the next ones without waiting, for as long as a look is good but at least
    /// `CHECK_WAIT` and at most 1 s. With 0 every read looks; `Duration::MAX` looks once.
    pub check_interval: Duration,
}

impl CacheConfig {
    /// How long a read waits for the news of the writes of others, which wait for
    /// our own writes in front of them.
    pub const CHECK_WAIT: Duration = Duration::from_millis(100);

    /// No cache.
    pub fn off() -> Self {
        Self {
            mode: CacheMode::Off,
            ..Self::default()
        }
    }

    /// The policy of the cache that gets `share`.
    pub(super) fn part(&self, share: u32) -> Result<CachePolicy> {
        let CacheShares {
            episodes,
            patterns,
            relationships,
            queries,
        } = self.shares;
        let parts = [episodes, patterns, relationships, queries];
        let all: u128 = parts.into_iter().map(u128::from).sum();
        if all == 0 {
            let context = "configuring the cache: all shares are 0, turn it off instead";
            return Err(Error::new(ErrorKind::Misuse, context));
        }
        let bytes = u128::from(self.policy.max_bytes) * u128::from(share) / all;
        Ok(CachePolicy {
            max_bytes: u64::try_from(bytes).unwrap_or(u64::MAX),
            ..self.policy.clone()
        })
    }
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            mode: CacheMode::default(),
            policy: CachePolicy::default(),
            shares: CacheShares::default(),
            stamps: StampsConfig::default(),
            check_interval: Duration::from_millis(100),
        }
    }
}

/// What share of the bytes each cache gets. One without a share keeps nothing; reads of the same
/// thing at the same time are still one read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheShares {
    /// Episodes by id. Default 6: they are large, and what agents read.
    pub episodes: u32,
    /// Patterns by id. Default 1.
    pub patterns: u32,
    /// Pages of relationships, and walks along them. Default 1.
    pub relationships: u32,
    /// Pages of queries, counts, tags, ids by external id. Default 2.
    pub queries: u32,
}

impl Default for CacheShares {
    fn default() -> Self {
        Self {
            episodes: 6,
            patterns: 1,
            relationships: 1,
            queries: 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_no_more_than_the_whole() {
        let mut config = CacheConfig::default();
        config.policy.max_bytes = 1_003;
        let part = |share| config.part(share).unwrap().max_bytes;
        assert_eq!([part(6), part(1), part(2), part(0)], [601, 100, 200, 0]);
    }

    #[test]
    fn no_share_at_all_is_refused() {
        let shares = CacheShares {
            episodes: 0,
            patterns: 0,
            relationships: 0,
            queries: 0,
        };
        let config = CacheConfig {
            shares,
            ..CacheConfig::default()
        };
        assert_eq!(config.part(0).unwrap_err().kind(), ErrorKind::Misuse);
    }
}
