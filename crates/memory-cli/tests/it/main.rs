//! The command as its users see it: arguments in, text and exit code out.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod bench;
mod changes;
mod commands;
mod compact;
mod concurrent;
mod demo;
mod do_memory;
mod export;
mod failures;
mod import;
mod json;
mod kill;
mod lines;
mod pipes;
mod real_data;
mod server;
mod support;
mod wrong;
