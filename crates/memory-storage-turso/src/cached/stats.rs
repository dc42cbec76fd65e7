use serde::{Deserialize, Serialize};
use turso_cache::Stats;

/// What the caches of a [`CachedStorage`](crate::CachedStorage) have done, and what they hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CacheFigures {
    /// Episodes by id.
    pub episodes: Stats,
    /// Patterns by id.
    pub patterns: Stats,
    /// Pages of relationships, and walks along them.
    pub relationships: Stats,
    /// Pages of queries, counts, tags, ids by external id.
    pub queries: Stats,
    /// Stamps that are held by writes whose outcome nobody knows.
    pub quarantined: usize,
}
