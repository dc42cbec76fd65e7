//! Group commit and grouped reads against doubles, real files and a real server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod alone;
mod cancelled;
mod fake;
mod grouping;
mod lost;
mod many;
mod outcomes;
mod place;
mod queue;
mod reads;
