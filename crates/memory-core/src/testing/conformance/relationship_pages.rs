//! Relationships whose metadata are large.

use super::Backend;
use super::case::cases;
use super::fixture::{edge, episodes, here, id, relate, store};
use crate::limits::PAGE_BYTES_MAX;
use crate::testing::all_pages;
use crate::{EpisodeRelationship, RelationshipKind, RelationshipMetadata, RelationshipQuery};

cases![f63_a_page_of_relationships_ends_before_it_holds_too_many_bytes];

/// The relationship from episode 0 to `n` with so many bytes of metadata, about.
fn heavy(n: u32, bytes: usize) -> EpisodeRelationship {
    let mut metadata = RelationshipMetadata::default();
    for (n, begin) in (0..bytes).step_by(4_096).enumerate() {
        let value = "\u{e9}".repeat((bytes - begin).min(4_096) / 2);
        let inserted = metadata.custom.insert(format!("k{n}"), value);
        inserted.expect("a valid entry");
    }
    let edge = edge(RelationshipKind::References, 0, n);
    edge.with_metadata(metadata).expect("valid metadata")
}

async fn f63_a_page_of_relationships_ends_before_it_holds_too_many_bytes(backend: Backend) {
    store(&backend, &episodes(0..41)).await;
    let few: Vec<_> = (1..=29).map(|n| heavy(n, 240_000)).collect();
    let rest = PAGE_BYTES_MAX
        - few
            .iter()
            .map(EpisodeRelationship::size_bytes)
            .sum::<usize>();
    let plain = heavy(30, 0).size_bytes();
    let fits = |edge: &EpisodeRelationship| edge.size_bytes() <= rest;
    // The last one that fits, to the byte or two that a letter takes.
    let last = (0..rest - plain)
        .rev()
        .map(|bytes| heavy(30, bytes))
        .find(fits);
    let last = last.expect("one that fits");
    assert!(rest - last.size_bytes() <= 2);
    let more: Vec<_> = (31..=40).map(|n| heavy(n, 10)).collect();
    let edges = [few, vec![last], more].concat();
    relate(&backend, &edges).await;
    for query in [
        RelationshipQuery::of(here(), id(0)),
        RelationshipQuery::all(here()),
    ] {
        let page = async |page| backend.query_relationships(&query, &page).await;
        let pages = all_pages(100, page).await.expect("query_relationships");
        let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
        assert_eq!((sizes, pages.concat()), (vec![30, 10], edges.clone()));
    }
}
