#![doc = include_str!("../README.md")]

mod builder;
mod cached;
mod check;
mod compact;
mod config;
mod create;
mod dictionaries;
mod encode;
mod episodes;
mod error;
mod lanes;
mod metered;
#[cfg(feature = "migrate")]
pub mod migrate;
mod patterns;
mod payload;
mod performance;
mod query;
mod read;
mod record;
mod relationships;
mod schema;
mod sql;
mod statistics;
mod storage;
mod store;
mod tags;
#[cfg(feature = "zstd")]
mod train;
mod write;

pub use builder::Builder;
pub use cached::{
    CacheConfig, CacheFigures, CacheLives, CacheMode, CacheShares, CachedReads, CachedStorage,
};
pub use check::{CheckReport, PROBLEMS_MAX, Problem};
pub use compact::CompactReport;
#[cfg(feature = "remote")]
pub use config::ENV_TOKEN;
pub use config::{Config, DictionaryChoice, ENV_URL};
pub use dictionaries::DICTIONARIES_MAX;
pub use memory_core::*;
pub use metered::MeteredStorage;
pub use performance::{
    Observe, PerformanceSnapshot, PoolFigures, Pools, QueryPattern, Share, Spans, Statements,
    Traffic, instruments,
};
pub use statistics::{GroupBy, OutcomeCounts, Statistics, StatisticsQuery};
pub use storage::TursoStorage;
#[cfg(feature = "zstd")]
pub use train::Training;
pub use turso_batch::{Config as CommitConfig, ReadStats, Stats as CommitStats};
pub use turso_cache::{
    CacheConfig as CachePolicy, Clock, Eviction, LifeSpread, ManualClock, Refresh, StampsConfig,
    Stats as CacheStats, SystemClock,
};
pub use turso_compression::{
    Algorithm, CompressedTransport, Config as CompressionConfig, DictionaryId,
    Error as TransportError, ErrorKind as TransportErrorKind, Level, Packer,
    Stats as CompressionStats,
};
pub use turso_conn::{Access, AnyConfig, Durability, LocalConfig};
#[cfg(feature = "remote")]
pub use turso_conn::{Compression as AnswerCompression, Encoding, RemoteConfig, Retry, Secret};
pub use turso_pool::{
    BreakerPolicy, Config as PoolConfig, ScalingPolicy, Sizing, Stats as PoolStats,
    Status as PoolStatus,
};
pub use turso_prepared::{Config as PreparedConfig, Stats as PreparedStats};

/// Metrics: histograms, snapshots of operations, and what is told to a recorder.
pub mod metrics {
    #[cfg(feature = "prometheus")]
    pub use turso_metrics::Prometheus;
    pub use turso_metrics::{
        Distribution, Figures, Histogram, Instrument, Kind, Latency, OperationSnapshot, Slow,
        SlowOperation, Snapshot, Unit,
    };
}

/// The example on the front page of the workspace compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
