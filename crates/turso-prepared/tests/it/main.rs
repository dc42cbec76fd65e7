//! The cache inside real connections. The numbers `l01`… are facts about libsql
//! that a cache of statements would bring back if it were careless.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub
)]

mod facts;
mod kept;
mod schema;
mod support;

#[test]
fn worker() {
    testkit::work(&[("alter", schema::alter)]);
}
