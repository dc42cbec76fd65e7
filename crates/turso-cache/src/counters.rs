use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::Removal;
use crate::told::{Guard, Told};
use crate::vault::Held;

/// A number that only grows, and whom to tell of it. Telling takes no lock: the
/// handle was registered when the cache was made.
#[derive(Debug)]
pub(crate) struct Counter {
    own: AtomicU64,
    told: Told<metrics::Counter>,
}

impl Counter {
    pub(crate) fn one_more(&self) {
        self.own.fetch_add(1, Relaxed);
        self.told.tell(|counter| counter.increment(1));
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
    load_duration: Told<metrics::Histogram>,
    pub(crate) refreshes: Counter,
    pub(crate) not_stored: Counter,
    pub(crate) too_large: Counter,
    pub(crate) replaced: Counter,
    pub(crate) evicted: Counter,
    pub(crate) swept: Counter,
    pub(crate) invalidated: Counter,
    entries: Told<metrics::Gauge>,
    bytes: Told<metrics::Gauge>,
}

/// Asks the recorder for handles, where a cache has a name.
struct Register {
    cache: Option<&'static str>,
    guard: Guard,
}

impl Register {
    fn handle<H>(&self, ask: impl FnOnce(&'static str) -> H) -> Told<H> {
        self.cache
            .map_or_else(Told::nobody, |cache| self.guard.handle(|| ask(cache)))
    }

    fn counter(&self, metric: &'static str) -> Counter {
        Counter {
            own: AtomicU64::new(0),
            told: self.handle(|cache| metrics::counter!(metric, "cache" => cache)),
        }
    }

    fn reason(&self, metric: &'static str, reason: &'static str) -> Counter {
        let ask = |cache| metrics::counter!(metric, "cache" => cache, "reason" => reason);
        Counter {
            own: AtomicU64::new(0),
            told: self.handle(ask),
        }
    }

    fn gauge(&self, metric: &'static str) -> Told<metrics::Gauge> {
        self.handle(|cache| metrics::gauge!(metric, "cache" => cache))
    }

    fn histogram(&self, metric: &'static str) -> Told<metrics::Histogram> {
        self.handle(|cache| metrics::histogram!(metric, "cache" => cache))
    }
}

impl Counters {
    /// Counters that nobody is told of, or those of a cache of this name.
    pub(crate) fn new(cache: Option<&'static str>) -> Self {
        let register = Register {
            cache,
            guard: Guard::default(),
        };
        let plain = |metric| register.counter(metric);
        let miss = |reason| register.reason("memory.cache.misses", reason);
        let refused = |reason| register.reason("memory.cache.not_stored", reason);
        let removal = |reason| register.reason("memory.cache.removals", reason);
        Self {
            hits: plain("memory.cache.hits"),
            unknown: miss("unknown"),
            expired: miss("expired"),
            obsolete: miss("obsolete"),
            coalesced: plain("memory.cache.coalesced"),
            loads: plain("memory.cache.loads"),
            load_failures: plain("memory.cache.load.failures"),
            load_nanos: AtomicU64::new(0),
            load_duration: register.histogram("memory.cache.load.duration"),
            refreshes: plain("memory.cache.refreshes"),
            not_stored: refused("write"),
            too_large: refused("too_large"),
            replaced: removal("replaced"),
            evicted: removal("evicted"),
            swept: removal("dead"),
            invalidated: removal("invalidated"),
            entries: register.gauge("memory.cache.entries"),
            bytes: register.gauge("memory.cache.bytes"),
        }
    }

    pub(crate) fn load_took(&self, span: Duration) {
        let nanos = u64::try_from(span.as_nanos()).unwrap_or(u64::MAX);
        self.load_nanos.fetch_add(nanos, Relaxed);
        self.load_duration
            .tell(|duration| duration.record(span.as_secs_f64()));
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
        self.entries.tell(|gauge| gauge.set(held.entries as f64));
        self.bytes.tell(|gauge| gauge.set(held.bytes as f64));
    }
}
