//! The crate against real files.
//!
//! `facts_*` hold the measured behaviour of libsql 0.10 (fact numbers `l01`…):
//! each test first asserts what libsql does today, so that a changed libsql
//! announces itself, and then what this crate makes of it. `faults_*` bring
//! about what may go wrong (`f12`…).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod any;
mod basics;
mod cancellation;
mod facts_connections;
mod facts_statements;
mod facts_text;
mod faults_files;
mod faults_programs;
mod kinds;
mod logging;
mod single;
mod support;
mod writers;
