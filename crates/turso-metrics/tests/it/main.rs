//! One binary, so that it links once.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod layers;
mod lending;
mod logging;
mod percentiles;
mod prometheus;
mod recorders;
mod support;
