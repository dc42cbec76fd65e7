//! What every storage backend must do, as cases that any of them runs.
//!
//! Each sentence of the traits' documentation is a case here. A case starts on
//! an empty backend of its own and panics when the backend does something else.

mod case;
mod deleting;
mod fixture;
mod join;
mod metadata;
mod namespaces;
mod paging;
mod pattern_queries;
mod patterns;
mod queries;
mod races;
mod reading;
mod related;
mod relationship_pages;
mod relationships;
mod returning;
mod storing;
mod storing_many;
mod tags;
mod updating;

pub use case::{Backend, Case};

use crate::StorageBackend;
use std::sync::Arc;

/// Every case, in the order in which they build on each other.
pub fn cases() -> impl Iterator<Item = Case> {
    [
        returning::CASES,
        storing::CASES,
        storing_many::CASES,
        reading::CASES,
        updating::CASES,
        deleting::CASES,
        queries::CASES,
        paging::CASES,
        metadata::CASES,
        tags::CASES,
        patterns::CASES,
        pattern_queries::CASES,
        relationships::CASES,
        related::CASES,
        relationship_pages::CASES,
        namespaces::CASES,
        races::CASES,
    ]
    .into_iter()
    .flatten()
    .copied()
}

/// Runs every case, each on what `fresh` makes: a new, empty backend.
///
/// The future is not `Send`: block on it. It does as much as a few minutes of work on a
/// backend that writes to a disk in a build without optimisation.
///
/// # Panics
/// After the last case, when some failed: the message names each of them with
/// what it found. The panics of the cases themselves are caught, though the
/// hook prints them.
pub async fn run<B, F>(fresh: impl Fn() -> F)
where
    B: StorageBackend + 'static,
    F: Future<Output = B>,
{
    let (mut all, mut failed) = (0_usize, Vec::new());
    for case in cases() {
        all += 1;
        if let Err(message) = case.run(Arc::new(fresh().await)).await {
            failed.push(format!("{}: {message}", case.name()));
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {all} conformance cases failed\n{}",
        failed.len(),
        failed.join("\n")
    );
}
