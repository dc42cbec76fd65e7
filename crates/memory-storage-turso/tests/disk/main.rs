//! Processes that are killed, disks that are full, files that are damaged: what was acknowledged is
//! there afterwards, and every batch is whole or absent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub
)]

mod damage;
mod jobs;
mod kills;
mod load;
mod permissions;
mod place;
mod space;
mod strace;
mod syscalls;
mod writers;

#[test]
fn worker() {
    testkit::work(jobs::JOBS);
}
