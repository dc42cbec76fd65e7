//! All figures in one value.

mod cache;
mod display;
mod figures;
mod instruments;
mod observe;
mod patterns;
mod pools;
mod readings;

pub use figures::{Share, Statements, Traffic};
pub use instruments::instruments;
pub use observe::Observe;
pub use patterns::QueryPattern;
pub use pools::{PoolFigures, Pools, Spans};

use crate::cached::{CacheFigures, CachedReads};
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
    /// Reads by key, and the groups in which a server was asked for them. None without one.
    pub grouped_reads: Option<turso_batch::ReadStats>,
    /// Payloads that were packed: those of records that were to be stored, and those that training
    /// a dictionary and compacting packed.
    pub payloads: Option<turso_compression::Stats>,
    /// The caches. None without a [`CachedStorage`](crate::CachedStorage), and when it is off.
    pub cache: Option<CacheFigures>,
    /// How often each kind of read was asked of them.
    pub reads: Vec<CachedReads>,
    /// Traffic with the server. None without one.
    pub traffic: Option<Traffic>,
}
