use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::Removal;

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Relaxed);
    }

    pub(crate) fn one_more(&self) {
        self.add(1);
    }

    pub(crate) fn add_time(&self, span: Duration) {
        self.add(u64::try_from(span.as_nanos()).unwrap_or(u64::MAX));
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }

    pub(crate) fn time(&self) -> Duration {
        Duration::from_nanos(self.get())
    }
}

/// What a cache counts. One field of [`Stats`](crate::Stats) each.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) hits: Counter,
    pub(crate) unknown: Counter,
    pub(crate) expired: Counter,
    pub(crate) obsolete: Counter,
    pub(crate) coalesced: Counter,
    pub(crate) loads: Counter,
    pub(crate) load_failures: Counter,
    pub(crate) load_nanos: Counter,
    pub(crate) refreshes: Counter,
    pub(crate) not_stored: Counter,
    pub(crate) too_large: Counter,
    pub(crate) replaced: Counter,
    pub(crate) evicted: Counter,
    pub(crate) swept: Counter,
    pub(crate) invalidated: Counter,
}

impl Counters {
    pub(crate) fn removed(&self, cause: Removal) {
        match cause {
            Removal::Replaced => self.replaced.one_more(),
            Removal::Evicted => self.evicted.one_more(),
            Removal::Expired | Removal::Obsolete => self.swept.one_more(),
            Removal::Invalidated => self.invalidated.one_more(),
        }
    }
}
