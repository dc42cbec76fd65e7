use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use turso_conn::{Compiled, StatementCache};

use crate::counters::Counters;
use crate::lru::{Keyed, Lru};

impl Keyed for Compiled {
    fn text(&self) -> &str {
        self.sql()
    }
}

/// The compiled statements of one connection.
pub(crate) struct Cache {
    kept: Lru<Compiled>,
    /// Whether a statement that was found here is in use.
    lent: bool,
    counters: Arc<Counters>,
}

impl Cache {
    pub(crate) fn new(max_entries: NonZeroUsize, counters: Arc<Counters>) -> Self {
        Self {
            kept: Lru::new(max_entries),
            lent: false,
            counters,
        }
    }

    /// A statement that was lent and did not come back failed for good.
    fn miss_lent(&mut self) {
        if std::mem::take(&mut self.lent) {
            self.counters.outdated.fetch_add(1, Relaxed);
            self.counters.entries.fetch_sub(1, Relaxed);
        }
    }
}

impl StatementCache for Cache {
    fn take(&mut self, sql: &str) -> Option<Compiled> {
        self.miss_lent();
        let found = self.kept.take(sql);
        self.lent = found.is_some();
        let counter: &AtomicU64 = if self.lent {
            &self.counters.hits
        } else {
            &self.counters.misses
        };
        counter.fetch_add(1, Relaxed);
        found
    }

    fn put(&mut self, compiled: Compiled) {
        if !std::mem::take(&mut self.lent) {
            self.counters.entries.fetch_add(1, Relaxed);
        }
        if self.kept.put(compiled).is_some() {
            self.counters.evictions.fetch_add(1, Relaxed);
            self.counters.entries.fetch_sub(1, Relaxed);
        }
    }

    fn clear(&mut self) {
        let dropped = self.kept.len();
        self.kept.clear();
        self.counters.outdated.fetch_add(dropped as u64, Relaxed);
        self.counters.entries.fetch_sub(dropped, Relaxed);
    }

    fn unit_ended(&mut self) {
        self.miss_lent();
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        let gone = self.kept.len() + usize::from(self.lent);
        self.counters.entries.fetch_sub(gone, Relaxed);
    }
}
