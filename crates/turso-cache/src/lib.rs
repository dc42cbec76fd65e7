#![doc = include_str!("../README.md")]

mod builder;
mod cache;
mod cell;
mod clock;
mod config;
mod counters;
mod dice;
mod entry;
mod error;
mod flight;
mod flights;
mod freshness;
mod heat;
mod history;
mod limits;
mod lives;
mod load;
mod marks;
mod pending;
mod policy;
mod quarantine;
mod reading;
mod removal;
#[cfg(test)]
mod schedules;
mod scope;
mod stamps;
mod stats;
mod store;
mod sync;
mod vault;

pub use builder::Builder;
pub use cache::{Cache, Lookup};
pub use clock::{Clock, ManualClock, SystemClock};
pub use config::{CacheConfig, Eviction, Refresh};
pub use error::{Error, ErrorKind, Result};
pub use history::{History, Refill};
pub use lives::Lives;
pub use load::Renewal;
pub use pending::Pending;
pub use policy::{TtlPolicy, Usage};
pub use reading::Reading;
pub use removal::Removal;
pub use scope::{Scope, Table};
pub use stamps::{Stamps, StampsConfig};
pub use stats::Stats;
