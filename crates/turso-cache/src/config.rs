use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Which values give way when there is no room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Eviction {
    /// The least recently used one, but a newcomer that was asked for less
    /// often than it is not kept at all. The default: a scan does not push out
    /// what is asked for again and again.
    #[default]
    TinyLfu,
    /// The least recently used one. Better where yesterday's favourites are
    /// never asked for again.
    Lru,
}

/// How values are renewed before they are missed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Refresh {
    /// How eagerly a reader renews a value that is about to expire: `beta` of
    /// XFetch (Vattani, Chierichetti, Lowenstein: Optimal Probabilistic Cache
    /// Stampede Prevention, 2015). With 1, the default, the chance is such that
    /// a value in steady use is renewed about one load time before its end;
    /// more is earlier, 0 is never.
    pub early: f64,
    /// How long after its end a value may still be served while one reader
    /// renews it. Default 0: an age limit is a limit. It does not apply to
    /// values that a write of this process has made obsolete.
    pub stale_while_revalidate: Duration,
}

impl Default for Refresh {
    fn default() -> Self {
        Self {
            early: 1.0,
            stale_while_revalidate: Duration::ZERO,
        }
    }
}

/// What a cache may hold, and for how long.
///
/// Missing fields have their defaults, unknown ones are refused. Not every
/// combination makes sense: [`Builder::build`](crate::Builder::build) checks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CacheConfig {
    /// The most entries. Default 10,000. With 0 nothing is kept, and loads of
    /// the same key still wait for one another.
    ///
    /// Both limits hold at once: an entry counts as at least `max_bytes /
    /// max_entries` bytes.
    pub max_entries: u32,
    /// The most bytes that the entries weigh. Default 500 MB: an application
    /// with several caches divides them up. A value that weighs more than a
    /// sixteenth is not kept, and that sixteenth is the reserve which makes
    /// the limit hold at every moment. With 0 nothing is kept.
    pub max_bytes: u64,
    /// How long a value lives that nothing is known of yet. Default 300 s.
    pub base_ttl: Duration,
    /// The shortest life of a value. Default 60 s.
    pub min_ttl: Duration,
    /// The longest life of a value. Default 1 h.
    pub max_ttl: Duration,
    /// How long it is remembered that there is no value. Default 30 s, less
    /// than any value lives: what is missing is often about to be made.
    pub negative_ttl: Duration,
    /// How much frequent use lengthens a life, from 0 up; what counts is its
    /// share. Default 0.6.
    pub access_count_weight: f64,
    /// How much recent use lengthens a life, from 0 up. Default 0.4.
    pub recency_weight: f64,
    /// After how long without use recency counts half. Default 1 h.
    pub half_life: Duration,
    /// In one of how many lives a change by others is put up with. Default 10,
    /// which leaves one hit in a hundred stale on the workload of the
    /// simulation. With 0 changes are not looked at, and popular values live
    /// long though they change.
    pub caution: f64,
    /// For how many accesses a life must last, at the pace of the one before;
    /// a longer one saves little and risks more. Default 30: a value in steady
    /// use is read anew at most once in 30 accesses, and at most once per
    /// `min_ttl`. With 0 there is no such limit: better where nobody else
    /// writes.
    pub enough_accesses: f64,
    /// Which values give way when there is no room.
    pub eviction: Eviction,
    /// How values are renewed before they are missed.
    pub refresh: Refresh,
    /// How long newcomers wait for a load that others began. Default 10 s,
    /// longer than a load should take; after that a newcomer begins its own,
    /// so that a loader that hangs holds up only those who are waiting
    /// already, until their own deadlines.
    pub load_patience: Duration,
}

impl Default for CacheConfig {
    fn default() -> Self {
        Self {
            max_entries: 10_000,
            max_bytes: 500_000_000,
            base_ttl: Duration::from_mins(5),
            min_ttl: Duration::from_mins(1),
            max_ttl: Duration::from_hours(1),
            negative_ttl: Duration::from_secs(30),
            access_count_weight: 0.6,
            recency_weight: 0.4,
            half_life: Duration::from_hours(1),
            caution: 10.0,
            enough_accesses: 30.0,
            eviction: Eviction::default(),
            refresh: Refresh::default(),
            load_patience: Duration::from_secs(10),
        }
    }
}
