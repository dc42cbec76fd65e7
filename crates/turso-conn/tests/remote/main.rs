//! Remote connections, against a real server and against a scripted one.
//!
//! `sqld_*` need the server's binary (`scripts/sqld.sh`) and say so when it is
//! not there. The others need nothing: they speak to a scripted server over
//! streams in memory, with the clock paused where time matters.
#![cfg(feature = "remote")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod base_url;
mod faults_answers;
mod faults_socket;
mod faults_time;
#[cfg(feature = "tls")]
mod faults_tls;
mod faults_together;
mod lending;
mod partition;
mod scripted;
mod secrets;
mod sqld_faults;
mod sqld_programs;
mod sqld_statements;
mod sqld_together;
mod support;
mod transcripts;

/// The worker processes of these tests; nothing in an ordinary run.
#[test]
fn worker() {
    testkit::work(partition::JOBS);
}
