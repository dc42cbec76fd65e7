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
mod memory;
mod percentiles;
mod prometheus;
mod recorders;
mod support;

/// Does what a child process of these tests was started for.
#[test]
fn worker() {
    testkit::work(&[("hostile_names", memory::hostile_names)]);
}
