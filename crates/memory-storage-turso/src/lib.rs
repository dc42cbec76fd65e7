#![doc = include_str!("../README.md")]

mod builder;
mod check;
mod config;
mod create;
mod episodes;
mod error;
mod lanes;
mod patterns;
mod payload;
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
mod write;

pub use builder::Builder;
pub use check::{CheckReport, PROBLEMS_MAX, Problem};
#[cfg(feature = "remote")]
pub use config::ENV_TOKEN;
pub use config::{Config, ENV_URL};
pub use memory_core::*;
pub use statistics::{GroupBy, OutcomeCounts, Statistics, StatisticsQuery};
pub use storage::TursoStorage;
pub use turso_conn::{Access, AnyConfig, Durability, LocalConfig};
#[cfg(feature = "remote")]
pub use turso_conn::{Compression as AnswerCompression, Encoding, RemoteConfig, Retry, Secret};
pub use turso_prepared::{Config as PreparedConfig, Stats as PreparedStats};

/// The example on the front page of the workspace compiles.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct FrontPage;
