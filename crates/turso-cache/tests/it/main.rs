//! The cache seen from outside.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod clock;
mod complete;
mod explorer;
mod memory;
mod policy;
mod renewal;
mod reports;
mod single_flight;
mod written;

/// Does what a child process of these tests was started for.
#[test]
fn worker() {
    testkit::work(&[("churn", memory::churn)]);
}
