//! The envelope against everything that may go wrong with its bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    clippy::print_stderr,
    missing_docs
)]

mod arbitrary;
mod bomb;
mod damage;
mod golden;
mod lies;
mod roundtrip;
mod samples;
mod sharing;
#[cfg(feature = "transport")]
mod transport;
