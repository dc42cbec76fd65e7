//! The servers for tests, examined by clients that know nothing of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod client;
mod decode;
mod elsewhere;
mod proxy;
mod replay;
mod scripted;
mod sqld;
mod tls;

#[test]
fn worker() {
    testkit::work(&[sqld::JOBS, elsewhere::JOBS].concat());
}
