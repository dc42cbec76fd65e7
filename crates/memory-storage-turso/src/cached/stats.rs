use serde::{Deserialize, Serialize};
use turso_cache::{LifeSpread, Stats};

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
    /// Whether values live until a write changes them, because the writes of others are told: so it is
    /// with a file, once it has been read. There are no lives then.
    pub until_changed: bool,
    /// How long the values live. Gathered each time the figures are asked for, from
    /// every value: about a microsecond each.
    pub lives: CacheLives,
}

/// How long the values in each cache live, as they are used at present. None where there are no
/// values, or where they live until they are changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CacheLives {
    /// Of episodes by id.
    pub episodes: Option<LifeSpread>,
    /// Of patterns by id.
    pub patterns: Option<LifeSpread>,
    /// Of pages of relationships, and walks along them.
    pub relationships: Option<LifeSpread>,
    /// Of pages of queries, counts, tags, ids by external id.
    pub queries: Option<LifeSpread>,
}
