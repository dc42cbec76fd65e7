use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::counters::Counters;
use crate::vault::Held;

/// What a cache has done since it was made, and what it holds. Each number is
/// right; taken while others are at work, two of them need not fit together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Stats {
    /// Lookups that were answered from the cache, also by "there is none".
    pub hits: u64,
    /// Lookups that were not: the three that follow together.
    pub misses: u64,
    /// Misses of keys that the cache knew nothing of.
    pub unknown: u64,
    /// Misses of entries that were too old.
    pub expired: u64,
    /// Misses of entries that a write had made obsolete, or was about to.
    pub obsolete: u64,
    /// Misses that were answered by a load that somebody else had begun.
    pub coalesced: u64,
    /// Loads begun, refreshes included.
    pub loads: u64,
    /// Loads that ended in an error.
    pub load_failures: u64,
    /// Time spent in loads that ended, all together.
    pub load_time: Duration,
    /// Loads that renewed an entry while it was still served.
    pub refreshes: u64,
    /// Loaded values that were not stored, because a write was under way or
    /// had happened in the meantime.
    pub not_stored: u64,
    /// Loaded values that were not stored, because they were too large.
    pub too_large: u64,
    /// Entries that a newer value replaced.
    pub replaced: u64,
    /// Entries that went because there was no room.
    pub evicted: u64,
    /// Entries that went because they were dead: expired, or obsolete.
    pub swept: u64,
    /// Entries that went on request.
    pub invalidated: u64,
    /// Entries held now.
    pub entries: u64,
    /// Bytes that they weigh.
    pub bytes: u64,
    /// The most bytes there ever were.
    pub bytes_peak: u64,
}

impl Stats {
    pub(crate) fn new(counters: &Counters, held: Held) -> Self {
        let (unknown, expired) = (counters.unknown.get(), counters.expired.get());
        let obsolete = counters.obsolete.get();
        Self {
            hits: counters.hits.get(),
            misses: unknown + expired + obsolete,
            unknown,
            expired,
            obsolete,
            coalesced: counters.coalesced.get(),
            loads: counters.loads.get(),
            load_failures: counters.load_failures.get(),
            load_time: counters.load_time(),
            refreshes: counters.refreshes.get(),
            not_stored: counters.not_stored.get(),
            too_large: counters.too_large.get(),
            replaced: counters.replaced.get(),
            evicted: counters.evicted.get(),
            swept: counters.swept.get(),
            invalidated: counters.invalidated.get(),
            entries: u64::try_from(held.entries).unwrap_or(u64::MAX),
            bytes: held.bytes,
            bytes_peak: held.bytes_peak,
        }
    }

    /// Hits as a share of all lookups, between 0 and 1; `None` before the
    /// first.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no 53 bits")]
    pub fn hit_rate(&self) -> Option<f64> {
        let lookups = self.hits + self.misses;
        (lookups > 0).then(|| self.hits as f64 / lookups as f64)
    }
}
