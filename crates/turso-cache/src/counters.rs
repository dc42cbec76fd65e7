use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::Removal;
use crate::vault::Held;

/// A number that only grows, and whom to tell of it. Telling takes no lock: the
/// handle was registered when the cache was made.
#[derive(Debug)]
pub(crate) struct Counter {
    own: AtomicU64,
    told: metrics::Counter,
}

impl Counter {
    fn new(told: metrics::Counter) -> Self {
        let own = AtomicU64::new(0);
        Self { own, told }
    }

    pub(crate) fn one_more(&self) {
        self.own.fetch_add(1, Relaxed);
        self.told.increment(1);
    }

    pub(crate) fn get(&self) -> u64 {
        self.own.load(Relaxed)
    }
}

/// What a cache counts. One field of [`Stats`](crate::Stats) each, and one
/// metric `memory.cache.*`.
#[derive(Debug)]
pub(crate) struct Counters {
    pub(crate) hits: Counter,
    pub(crate) unknown: Counter,
    pub(crate) expired: Counter,
    pub(crate) obsolete: Counter,
    pub(crate) coalesced: Counter,
    pub(crate) loads: Counter,
    pub(crate) load_failures: Counter,
    load_nanos: AtomicU64,
    load_duration: metrics::Histogram,
    pub(crate) refreshes: Counter,
    pub(crate) not_stored: Counter,
    pub(crate) too_large: Counter,
    pub(crate) replaced: Counter,
    pub(crate) evicted: Counter,
    pub(crate) swept: Counter,
    pub(crate) invalidated: Counter,
    entries: metrics::Gauge,
    bytes: metrics::Gauge,
}

impl Counters {
    /// Counters that nobody is told of, or those of a cache of this name.
    pub(crate) fn new(cache: Option<&'static str>) -> Self {
        let counter = |metric: &'static str, label: &'static str, value: &'static str| {
            Counter::new(cache.map_or_else(metrics::Counter::noop, |cache| {
                if label.is_empty() {
                    metrics::counter!(metric, "cache" => cache)
                } else {
                    metrics::counter!(metric, "cache" => cache, label => value)
                }
            }))
        };
        let plain = |metric| counter(metric, "", "");
        let miss = |reason| counter("memory.cache.misses", "reason", reason);
        let refused = |reason| counter("memory.cache.not_stored", "reason", reason);
        let removal = |reason| counter("memory.cache.removals", "reason", reason);
        let gauge = |metric: &'static str| {
            cache.map_or_else(
                metrics::Gauge::noop,
                |cache| metrics::gauge!(metric, "cache" => cache),
            )
        };
        Self {
            hits: plain("memory.cache.hits"),
            unknown: miss("unknown"),
            expired: miss("expired"),
            obsolete: miss("obsolete"),
            coalesced: plain("memory.cache.coalesced"),
            loads: plain("memory.cache.loads"),
            load_failures: plain("memory.cache.load.failures"),
            load_nanos: AtomicU64::new(0),
            load_duration: cache.map_or_else(
                metrics::Histogram::noop,
                |cache| metrics::histogram!("memory.cache.load.duration", "cache" => cache),
            ),
            refreshes: plain("memory.cache.refreshes"),
            not_stored: refused("write"),
            too_large: refused("too_large"),
            replaced: removal("replaced"),
            evicted: removal("evicted"),
            swept: removal("dead"),
            invalidated: removal("invalidated"),
            entries: gauge("memory.cache.entries"),
            bytes: gauge("memory.cache.bytes"),
        }
    }

    pub(crate) fn load_took(&self, span: Duration) {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        self.load_nanos.fetch_add(nanos, Relaxed);
        self.load_duration.record(span.as_secs_f64());
    }

    pub(crate) fn load_time(&self) -> Duration {
        Duration::from_nanos(self.load_nanos.load(Relaxed))
    }

    pub(crate) fn removed(&self, cause: Removal) {
        match cause {
            Removal::Replaced => self.replaced.one_more(),
            Removal::Evicted => self.evicted.one_more(),
            Removal::Expired | Removal::Obsolete => self.swept.one_more(),
            Removal::Invalidated => self.invalidated.one_more(),
        }
    }

    /// What is held now.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    pub(crate) fn holds(&self, held: Held) {
        self.entries.set(held.entries as f64);
        self.bytes.set(held.bytes as f64);
    }
}
