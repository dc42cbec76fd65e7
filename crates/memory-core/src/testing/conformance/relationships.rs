//! Adding, checking, finding and removing relationships.

use super::Backend;
use super::case::cases;
use super::fixture::{edge, episodes, fails, here, id, relate, same, state, store, time};
use crate::testing::all_pages;
use crate::{
    Change, Direction, EpisodeRelationship, ErrorKind, Metadata, RelationshipKey, RelationshipKind,
    RelationshipMetadata, RelationshipQuery,
};
use RelationshipKind::{Blocks, DependsOn, Follows, ParentChild, References, RelatedTo};

cases![
    a_relationship_is_added_once,
    other_metadata_replaces_that_of_the_relationship,
    both_ends_must_exist,
    f71_an_episode_is_not_related_to_itself,
    f71_no_cycle_of_two_in_an_acyclic_kind,
    f71_no_cycle_of_three_in_an_acyclic_kind,
    f71_no_cycle_of_a_thousand_in_an_acyclic_kind,
    f71_a_diamond_is_no_cycle,
    f71_other_kinds_may_form_cycles,
    each_acyclic_kind_is_looked_at_on_its_own,
    a_cycle_within_one_batch_is_refused,
    a_bad_relationship_anywhere_adds_nothing_and_is_named,
    an_existing_relationship_of_an_acyclic_kind_can_be_added_again,
    validating_adds_nothing,
    validating_fails_as_adding_does,
    removing_counts_what_was_there,
    a_removed_relationship_opens_the_way_back,
    relationships_are_found_by_episode_and_direction,
    relationships_are_found_by_kind,
    each_relationship_of_an_episode_is_found_once,
    relationships_come_sorted_by_their_keys,
    the_way_back_is_another_relationship,
];

const ACYCLIC: [RelationshipKind; 3] = [ParentChild, DependsOn, Blocks];

async fn add(backend: &Backend, edge: &EpisodeRelationship) -> Change {
    backend
        .add_relationship(edge)
        .await
        .expect("add_relationship")
}

/// The relationship with everything else that can be said of it.
fn noted(edge: &EpisodeRelationship, reason: &str) -> EpisodeRelationship {
    let metadata = RelationshipMetadata {
        reason: Some(reason.to_owned()),
        created_by: Some("somebody".to_owned()),
        priority: Some(255),
        custom: Metadata::new().with("a.b", "'").expect("a valid entry"),
    };
    edge.clone()
        .with_metadata(metadata)
        .expect("a valid relationship")
}

async fn a_relationship_is_added_once(backend: Backend) {
    store(&backend, &episodes([1, 2])).await;
    let edge = edge(Follows, 1, 2);
    assert_eq!(add(&backend, &edge).await, Change::Created);
    assert_eq!(add(&backend, &edge).await, Change::Unchanged);
    let twice = backend
        .add_relationships(&[edge.clone(), edge.clone()])
        .await;
    assert_eq!(twice.expect("add_relationships"), [Change::Unchanged; 2]);
    same(&state(&backend).await.relationships, &vec![edge]);
}

async fn other_metadata_replaces_that_of_the_relationship(backend: Backend) {
    store(&backend, &episodes([1, 2])).await;
    let first = noted(&edge(Follows, 1, 2), "first");
    assert_eq!(add(&backend, &first).await, Change::Created);
    let later = EpisodeRelationship::new(here(), Follows, id(1), id(2), time(9));
    let later = noted(&later.expect("two episodes"), "second");
    assert_eq!(add(&backend, &later).await, Change::Replaced);
    assert_eq!(add(&backend, &later).await, Change::Unchanged);
    let found = state(&backend).await.relationships;
    assert_eq!(found[0].created_at(), first.created_at());
    assert_eq!(found[0].metadata(), later.metadata());
    assert_eq!(add(&backend, &edge(Follows, 1, 2)).await, Change::Replaced);
    assert_eq!(
        state(&backend).await.relationships[0].metadata(),
        &RelationshipMetadata::default()
    );
}

async fn both_ends_must_exist(backend: Backend) {
    store(&backend, &episodes([1, 2])).await;
    for (from, to) in [(1, 9), (9, 1), (8, 9)] {
        for kind in RelationshipKind::ALL {
            let result = backend.add_relationship(&edge(kind, from, to)).await;
            fails(result, ErrorKind::NotFound, Some(0));
        }
    }
    assert!(state(&backend).await.relationships.is_empty());
}

async fn f71_an_episode_is_not_related_to_itself(backend: Backend) {
    store(&backend, &episodes([1])).await;
    for kind in RelationshipKind::ALL {
        let result = EpisodeRelationship::new(here(), kind, id(1), id(1), time(0));
        fails(result, ErrorKind::Misuse, None);
    }
    // Nor is a self relation found or removed by its key.
    let key = RelationshipKey {
        from: id(1),
        kind: RelatedTo,
        to: id(1),
    };
    let removed = backend.remove_relationship(&here(), key).await;
    assert!(!removed.expect("remove_relationship"));
}

/// Closing a ring of `length` episodes must fail, in each of these kinds.
async fn refuses_a_cycle_of(backend: &Backend, length: u32, kinds: &[RelationshipKind]) {
    store(backend, &episodes(1..=length)).await;
    for &kind in kinds {
        let chain: Vec<_> = (1..length).map(|n| edge(kind, n, n + 1)).collect();
        relate(backend, &chain).await;
        let before = state(backend).await.relationships.len();
        let result = backend.add_relationship(&edge(kind, length, 1)).await;
        fails(result, ErrorKind::Constraint, Some(0));
        assert_eq!(state(backend).await.relationships.len(), before);
    }
}

async fn f71_no_cycle_of_two_in_an_acyclic_kind(backend: Backend) {
    refuses_a_cycle_of(&backend, 2, &ACYCLIC).await;
}

async fn f71_no_cycle_of_three_in_an_acyclic_kind(backend: Backend) {
    refuses_a_cycle_of(&backend, 3, &ACYCLIC).await;
}

async fn f71_no_cycle_of_a_thousand_in_an_acyclic_kind(backend: Backend) {
    refuses_a_cycle_of(&backend, 1_000, &[DependsOn]).await;
}

async fn f71_a_diamond_is_no_cycle(backend: Backend) {
    store(&backend, &episodes(1..=4)).await;
    for kind in ACYCLIC {
        let diamond = [(1, 2), (1, 3), (2, 4), (3, 4), (1, 4)];
        relate(&backend, &diamond.map(|(from, to)| edge(kind, from, to))).await;
        let result = backend.add_relationship(&edge(kind, 4, 1)).await;
        fails(result, ErrorKind::Constraint, Some(0));
    }
}

async fn f71_other_kinds_may_form_cycles(backend: Backend) {
    store(&backend, &episodes(1..=3)).await;
    let cyclic = RelationshipKind::ALL
        .into_iter()
        .filter(|kind| !kind.is_acyclic());
    for kind in cyclic {
        let ring = [(1, 2), (2, 3), (3, 1), (2, 1)];
        relate(&backend, &ring.map(|(from, to)| edge(kind, from, to))).await;
    }
    assert_eq!(state(&backend).await.relationships.len(), 16);
}

async fn each_acyclic_kind_is_looked_at_on_its_own(backend: Backend) {
    store(&backend, &episodes(1..=2)).await;
    relate(&backend, &[edge(RelatedTo, 2, 1), edge(Follows, 2, 1)]).await;
    // Whatever leads back in another kind does not stand in the way.
    relate(&backend, &[edge(DependsOn, 1, 2)]).await;
    relate(&backend, &[edge(Blocks, 2, 1)]).await;
    relate(&backend, &[edge(ParentChild, 1, 2)]).await;
    let result = backend.add_relationship(&edge(Blocks, 1, 2)).await;
    fails(result, ErrorKind::Constraint, Some(0));
}

async fn a_cycle_within_one_batch_is_refused(backend: Backend) {
    store(&backend, &episodes(1..=4)).await;
    for kind in ACYCLIC {
        let ring = [(3, 4), (1, 2), (2, 3), (3, 1)].map(|(from, to)| edge(kind, from, to));
        let result = backend.add_relationships(&ring).await;
        fails(result, ErrorKind::Constraint, Some(3));
        assert!(state(&backend).await.relationships.is_empty());
    }
}

async fn a_bad_relationship_anywhere_adds_nothing_and_is_named(backend: Backend) {
    store(&backend, &episodes(1..=5)).await;
    relate(&backend, &[noted(&edge(DependsOn, 2, 1), "stays")]).await;
    let before = state(&backend).await;
    for (bad, kind) in [
        (edge(DependsOn, 1, 2), ErrorKind::Constraint),
        (edge(Follows, 1, 9), ErrorKind::NotFound),
    ] {
        for place in 0..4 {
            let good = [
                edge(Follows, 1, 2),
                edge(DependsOn, 2, 1),
                edge(Follows, 3, 4),
            ];
            let mut batch = good.to_vec();
            batch.insert(place, bad.clone());
            fails(backend.add_relationships(&batch).await, kind, Some(place));
            same(&state(&backend).await, &before);
        }
    }
}

async fn an_existing_relationship_of_an_acyclic_kind_can_be_added_again(backend: Backend) {
    store(&backend, &episodes(1..=3)).await;
    for kind in ACYCLIC {
        relate(&backend, &[edge(kind, 1, 2), edge(kind, 2, 3)]).await;
        assert_eq!(add(&backend, &edge(kind, 1, 2)).await, Change::Unchanged);
        assert_eq!(
            add(&backend, &noted(&edge(kind, 1, 2), "new")).await,
            Change::Replaced
        );
    }
}

async fn validating_adds_nothing(backend: Backend) {
    store(&backend, &episodes(1..=2)).await;
    let edge = edge(DependsOn, 1, 2);
    for _ in 0..2 {
        backend
            .validate_relationship(&edge)
            .await
            .expect("validate_relationship");
        assert!(state(&backend).await.relationships.is_empty());
    }
    add(&backend, &edge).await;
    backend
        .validate_relationship(&edge)
        .await
        .expect("it can be added again");
}

async fn validating_fails_as_adding_does(backend: Backend) {
    store(&backend, &episodes(1..=3)).await;
    relate(&backend, &[edge(DependsOn, 1, 2), edge(DependsOn, 2, 3)]).await;
    for (bad, kind) in [
        (edge(DependsOn, 3, 1), ErrorKind::Constraint),
        (edge(DependsOn, 2, 1), ErrorKind::Constraint),
        (edge(Follows, 1, 9), ErrorKind::NotFound),
        (edge(Follows, 9, 1), ErrorKind::NotFound),
    ] {
        fails(backend.validate_relationship(&bad).await, kind, Some(0));
        fails(backend.add_relationship(&bad).await, kind, Some(0));
    }
}

async fn removing_counts_what_was_there(backend: Backend) {
    store(&backend, &episodes(1..=3)).await;
    let edges = [edge(Follows, 1, 2), edge(Follows, 2, 3), edge(Blocks, 1, 2)];
    relate(&backend, &edges).await;
    let [first, second, third] = edges.each_ref().map(EpisodeRelationship::key);
    let absent = edge(Follows, 3, 1).key();
    let keys = [first, absent, third, first];
    let removed = backend.remove_relationships(&here(), &keys).await;
    assert_eq!(removed.expect("remove_relationships"), 2);
    for expected in [true, false] {
        let removed = backend.remove_relationship(&here(), second).await;
        assert_eq!(removed.expect("remove_relationship"), expected);
    }
    let state = state(&backend).await;
    assert_eq!((state.relationships.len(), state.episodes.len()), (0, 3));
}

async fn a_removed_relationship_opens_the_way_back(backend: Backend) {
    store(&backend, &episodes(1..=2)).await;
    for kind in ACYCLIC {
        add(&backend, &edge(kind, 1, 2)).await;
        let removed = backend
            .remove_relationship(&here(), edge(kind, 1, 2).key())
            .await;
        assert!(removed.expect("remove_relationship"));
        assert_eq!(add(&backend, &edge(kind, 2, 1)).await, Change::Created);
    }
}

async fn found(backend: &Backend, query: &RelationshipQuery, limit: usize) -> Vec<RelationshipKey> {
    let page = async |page| backend.query_relationships(query, &page).await;
    let pages = all_pages(limit, page).await.expect("query_relationships");
    pages
        .concat()
        .iter()
        .map(EpisodeRelationship::key)
        .collect()
}

/// The keys of these relationships, sorted.
fn keys(edges: &[EpisodeRelationship]) -> Vec<RelationshipKey> {
    let mut keys: Vec<_> = edges.iter().map(EpisodeRelationship::key).collect();
    keys.sort_unstable();
    keys
}

async fn relationships_are_found_by_episode_and_direction(backend: Backend) {
    store(&backend, &episodes(1..=3)).await;
    let out = [edge(Follows, 1, 2), edge(Blocks, 1, 3)];
    let back = [edge(References, 2, 1), edge(ParentChild, 3, 1)];
    let elsewhere = [edge(Follows, 2, 3)];
    let both = [out.as_slice(), &back].concat();
    relate(&backend, &[both.as_slice(), &elsewhere].concat()).await;
    for (direction, expected) in [
        (Direction::Outgoing, out.to_vec()),
        (Direction::Incoming, back.to_vec()),
        (Direction::Both, both.clone()),
    ] {
        let query = RelationshipQuery {
            direction,
            ..RelationshipQuery::of(here(), id(1))
        };
        for limit in 1..6 {
            assert_eq!(
                found(&backend, &query, limit).await,
                keys(&expected),
                "{direction:?}"
            );
        }
        // Without an episode the direction means nothing.
        let query = RelationshipQuery {
            direction,
            ..RelationshipQuery::all(here())
        };
        assert_eq!(found(&backend, &query, 2).await.len(), 5);
    }
    let nobody = RelationshipQuery::of(here(), id(9));
    assert!(found(&backend, &nobody, 5).await.is_empty());
}

async fn relationships_are_found_by_kind(backend: Backend) {
    store(&backend, &episodes(1..=2)).await;
    let edges = RelationshipKind::ALL.map(|kind| edge(kind, 1, 2));
    relate(&backend, &edges).await;
    for kinds in [
        &[][..],
        &[Follows],
        &[Blocks, ParentChild],
        &RelationshipKind::ALL,
    ] {
        for base in [
            RelationshipQuery::all(here()),
            RelationshipQuery::of(here(), id(2)),
        ] {
            let query = RelationshipQuery {
                kinds: kinds.iter().copied().collect(),
                ..base
            };
            let wanted = edges.iter().filter(|edge| kinds.contains(&edge.kind()));
            let expected = keys(&wanted.cloned().collect::<Vec<_>>());
            assert_eq!(found(&backend, &query, 2).await, expected, "{kinds:?}");
        }
    }
}

async fn each_relationship_of_an_episode_is_found_once(backend: Backend) {
    store(&backend, &episodes(1..=2)).await;
    let edges = [edge(Follows, 1, 2), edge(Follows, 2, 1)];
    relate(&backend, &edges).await;
    for episode in [1, 2] {
        let query = RelationshipQuery::of(here(), id(episode));
        assert_eq!(found(&backend, &query, 1).await, keys(&edges));
    }
}

async fn relationships_come_sorted_by_their_keys(backend: Backend) {
    store(&backend, &episodes(1..=6)).await;
    let kinds = [RelatedTo, Follows, DependsOn, ParentChild];
    let pairs = (1..=6).flat_map(|from| (1..=6).map(move |to| (from, to)));
    let pairs = pairs.filter(|(from, to)| from > to);
    let edges: Vec<_> = pairs
        .flat_map(|(a, b)| kinds.map(|kind| edge(kind, a, b)))
        .collect();
    relate(&backend, &edges.iter().rev().cloned().collect::<Vec<_>>()).await;
    for limit in [1, 7, 60, 1_000] {
        let query = RelationshipQuery::all(here());
        assert_eq!(
            found(&backend, &query, limit).await,
            keys(&edges),
            "pages of {limit}"
        );
    }
}

async fn the_way_back_is_another_relationship(backend: Backend) {
    store(&backend, &episodes(1..=2)).await;
    assert_eq!(add(&backend, &edge(RelatedTo, 1, 2)).await, Change::Created);
    assert_eq!(add(&backend, &edge(RelatedTo, 2, 1)).await, Change::Created);
    let removed = backend
        .remove_relationship(&here(), edge(RelatedTo, 1, 2).key())
        .await;
    assert!(removed.expect("remove_relationship"));
    assert_eq!(state(&backend).await.relationships, [edge(RelatedTo, 2, 1)]);
}
