//! The harness examined from outside, by a binary that is its own worker.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod child;
mod data;
mod double;
mod faults;
mod jobs;
mod storage;

#[test]
fn worker() {
    testkit::work(jobs::ALL);
}
