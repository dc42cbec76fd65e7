use super::{PerformanceSnapshot, Share};
use crate::cached::CachedReads;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How often one kind of query was asked, and what it answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueryPattern {
    /// Its operation.
    pub operation: String,
    /// How often it was asked for: of the cache, where there is one.
    pub calls: u64,
    /// How many of them the cache answered, so that the backend was not asked. None of what no
    /// cache answers, such as writes.
    pub cached: Share,
    /// How many rows each answer of the backend had, on average.
    pub rows_per_call: f64,
    /// How many queries to the database each call led to. Less than one where a cache answers.
    pub queries_per_call: f64,
}

impl PerformanceSnapshot {
    /// What was asked for, the most frequent first.
    pub fn query_patterns(&self) -> Vec<QueryPattern> {
        let timed = self.storage.operations.iter().map(|seen| &*seen.name);
        let cached = self.reads.iter().map(|reads| &*reads.operation);
        let names: BTreeSet<&str> = timed.chain(cached).collect();
        let mut patterns: Vec<_> = names.into_iter().map(|name| self.pattern(name)).collect();
        patterns.sort_by_key(|pattern| std::cmp::Reverse(pattern.calls));
        patterns
    }

    #[expect(clippy::cast_precision_loss, reason = "an average needs no 53 bits")]
    fn pattern(&self, name: &str) -> QueryPattern {
        let per = |n: u64, calls: u64| n as f64 / calls.max(1) as f64;
        let (timed, ran) = (self.storage.operation(name), self.database.operation(name));
        let reads = self.reads.iter().find(|reads| reads.operation == name);
        let answers = timed.or(ran);
        let calls = reads.map_or_else(
            || timed.map_or(0, |timed| timed.ever.count),
            |reads| reads.calls,
        );
        QueryPattern {
            operation: name.to_owned(),
            calls,
            cached: reads.map_or_else(Share::default, CachedReads::share),
            rows_per_call: answers.map_or(0.0, |seen| per(seen.rows, seen.ever.count)),
            queries_per_call: per(ran.map_or(0, |ran| ran.ever.count), calls),
        }
    }
}

impl CachedReads {
    /// How many of the calls a cache answered, as a share.
    pub fn share(&self) -> Share {
        Share::of(self.calls.saturating_sub(self.loads), self.calls)
    }
}
