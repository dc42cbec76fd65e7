//! What the pool promises, tested on a connector without a database.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_cmp,
    missing_docs,
    unreachable_pub
)]

mod bb8;
mod deadpool;
mod events;
mod fairness;
mod fake;
mod faults;
mod gates;
mod hikari;
mod invariants;
mod mobc;
mod model;
mod real;
mod sizing;
mod sockets;
mod sqlx;
mod support;
