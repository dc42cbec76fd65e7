//! What the caches weigh is what they take: counted by the allocator, and seen by the system.
//!
//! A binary of its own, because what any other test allocates would count as well.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod counted;
mod resident;
mod shapes;

#[global_allocator]
static ALLOCATOR: &stats_alloc::StatsAlloc<std::alloc::System> = &stats_alloc::INSTRUMENTED_SYSTEM;

/// Does what a child process of these tests was started for.
#[test]
fn worker() {
    testkit::work(&[("churn", resident::churn)]);
}
