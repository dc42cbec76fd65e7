//! The servers for tests, examined by clients that know nothing of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod client;
mod proxy;
mod sqld;

#[test]
fn worker() {
    testkit::work(sqld::JOBS);
}
