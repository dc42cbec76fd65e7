#![doc = include_str!("../README.md")]

mod cache;
mod config;
mod counters;
mod lru;
mod prepared;

pub use config::Config;
pub use counters::Stats;
pub use prepared::Prepared;
