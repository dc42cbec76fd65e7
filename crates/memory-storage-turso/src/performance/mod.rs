//! All figures in one value.

mod cache;
mod display;
mod figures;
mod instruments;
mod observe;
mod pools;
mod readings;

pub use figures::{Share, Statements, Traffic};
pub use instruments::instruments;
pub use observe::Observe;
pub use pools::{PoolFigures, Pools, Spans};

use crate::cached::CacheFigures;
use serde::{Deserialize, Serialize};
use turso_metrics::Snapshot;

/// What a storage and its layers did since they were made.
///
/// Each layer fills in its part, and a part is empty where there is no such layer.
/// `Display` is a readable table; serde is for programs; [`report`](Self::report) tells the recorder of
/// the `metrics` facade. Holds names and numbers, and nothing of what is stored.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct PerformanceSnapshot {
    /// The operations of the storage as their callers saw them, and the slow ones.
    pub storage: Snapshot,
    /// The queries and programs that these led to.
    pub database: Snapshot,
    /// How connections were opened.
    pub connecting: Snapshot,
    /// Compiled statements of local connections.
    pub statements: Statements,
    /// The pools of connections.
    pub pools: Option<Pools>,
    /// Writes, and the transactions that committed them.
    pub commits: Option<turso_batch::Stats>,
    /// Payloads that were packed: those of records that were to be stored, and those that training
    /// a dictionary and compacting packed.
    pub payloads: Option<turso_compression::Stats>,
    /// The caches. None without a [`CachedStorage`](crate::CachedStorage).
    pub cache: Option<CacheFigures>,
    /// Traffic with the server. None without one.
    pub traffic: Option<Traffic>,
}

/// How often one kind of query was asked, and what it answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryPattern {
    /// Its operation.
    pub operation: String,
    /// How often the storage was asked.
    pub calls: u64,
    /// How many rows each answer had, on average.
    pub rows_per_call: f64,
    /// How many queries to the database each call led to. Less than one where a cache answers.
    pub queries_per_call: f64,
}

impl PerformanceSnapshot {
    /// What was asked for, the most frequent first.
    #[expect(clippy::cast_precision_loss, reason = "an average needs no 53 bits")]
    pub fn query_patterns(&self) -> Vec<QueryPattern> {
        let per = |n: u64, calls: u64| n as f64 / calls.max(1) as f64;
        let asked = self.storage.operations.iter().map(|asked| {
            let calls = asked.ever.count;
            let ran = self.database.operation(&asked.name);
            QueryPattern {
                operation: asked.name.clone(),
                calls,
                rows_per_call: per(asked.rows, calls),
                queries_per_call: per(ran.map_or(0, |ran| ran.ever.count), calls),
            }
        });
        let mut patterns: Vec<_> = asked.collect();
        patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.calls));
        patterns
    }
}
