use std::sync::Arc;

use turso_conn::{StatementCache, StatementCaches};

use crate::cache::Cache;
use crate::counters::Counters;
use crate::{Config, Stats};

/// Gives each connection a cache of compiled statements, and counts for all of
/// them. Clones share the counters.
#[derive(Clone, Debug, Default)]
pub struct Prepared {
    config: Config,
    counters: Arc<Counters>,
}

impl Prepared {
    /// Caches with this configuration.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            counters: Arc::default(),
        }
    }

    /// What the caches of all connections did together. Counts that belong
    /// together may differ by what happens meanwhile.
    pub fn stats(&self) -> Stats {
        self.counters.stats()
    }
}

impl StatementCaches for Prepared {
    fn for_connection(&self) -> Box<dyn StatementCache> {
        let counters = Arc::clone(&self.counters);
        Box::new(Cache::new(self.config.max_entries, counters))
    }
}
