//! What turso-cache reports by itself, while it happens.

use turso_metrics::{Instrument, Kind, Unit};

const fn cache(
    name: &'static str,
    kind: Kind,
    unit: Unit,
    labels: &'static [&'static str],
    description: &'static str,
) -> Instrument {
    Instrument {
        name,
        kind,
        unit,
        labels,
        description,
    }
}

const CACHE_LABEL: &[&str] = &["cache"];
const WITH_REASON: &[&str] = &["cache", "reason"];

const fn count(name: &'static str, description: &'static str) -> Instrument {
    cache(name, Kind::Counter, Unit::Count, CACHE_LABEL, description)
}

const fn reasons(name: &'static str, description: &'static str) -> Instrument {
    cache(name, Kind::Counter, Unit::Count, WITH_REASON, description)
}

const fn gauge(name: &'static str, unit: Unit, description: &'static str) -> Instrument {
    cache(name, Kind::Gauge, unit, CACHE_LABEL, description)
}

/// The instruments of turso-cache, which tells no meanings itself.
pub(super) static CACHE: [Instrument; 11] = [
    count("memory.cache.hits", "Lookups answered from the cache."),
    reasons(
        "memory.cache.misses",
        "Lookups that were not: the key was `unknown`, or its entry `expired` or `obsolete`.",
    ),
    count(
        "memory.cache.coalesced",
        "Misses answered by a load that somebody else had begun.",
    ),
    count("memory.cache.loads", "Loads begun, refreshes included."),
    count(
        "memory.cache.load.failures",
        "Loads that ended in an error.",
    ),
    cache(
        "memory.cache.load.duration",
        Kind::Histogram,
        Unit::Seconds,
        CACHE_LABEL,
        "How long loads took.",
    ),
    count(
        "memory.cache.refreshes",
        "Loads that renewed an entry while it was still served.",
    ),
    reasons(
        "memory.cache.not_stored",
        "Loaded values that were not kept: because of a `write`, or `too_large`.",
    ),
    reasons(
        "memory.cache.removals",
        "Entries that went: `replaced`, `evicted`, `dead` or `invalidated`.",
    ),
    gauge("memory.cache.entries", Unit::Count, "Entries held."),
    gauge("memory.cache.bytes", Unit::Bytes, "Bytes that they weigh."),
];
