//! The storage against real databases.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub
)]

mod cached;
mod cancel;
mod check;
mod commits;
mod compiled;
mod compression;
mod concurrent;
mod conformance;
mod damage;
mod layer_metrics;
mod metrics;
mod model;
mod nth_failure;
mod opening;
mod pools;
mod real;
#[cfg(feature = "remote")]
mod remote;
mod round_trip;
mod statistics;
mod storing;
mod support;
