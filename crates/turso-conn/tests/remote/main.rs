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

mod sqld_programs;
mod sqld_statements;
mod support;
mod transcripts;
