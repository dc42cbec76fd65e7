//! Walks along relationships.

use super::Backend;
use super::case::cases;
use super::fixture::{edge, episodes, fails, here, id, relate, store};
use crate::limits::{RELATED_DEPTH_MAX, RELATED_NODES_MAX};
use crate::{
    Direction, EpisodeRelationship, ErrorKind, Related, RelatedEpisode, RelatedQuery,
    RelationshipKind,
};
use RelationshipKind::{DependsOn, Follows, RelatedTo};

cases![
    nothing_is_related_to_a_loner_or_to_nobody,
    the_start_is_not_part_of_the_walk,
    the_nearest_come_first_then_by_id,
    a_walk_goes_no_deeper_than_it_may,
    a_walk_follows_its_direction,
    a_walk_in_both_directions_turns_round_at_every_step,
    a_walk_keeps_to_its_kinds,
    f71_in_a_diamond_each_episode_is_found_once_and_by_the_shortest_way,
    f71_a_walk_on_cycles_ends,
    f71_a_walk_round_a_cycle_of_a_thousand_ends,
    f71_a_wide_fan_is_cut_off_and_says_so,
    a_walk_that_just_fits_is_not_cut_off,
    what_is_cut_off_is_not_nearer_than_what_is_left,
    a_walk_out_of_range_is_refused,
];

fn from(start: u32) -> RelatedQuery {
    RelatedQuery {
        max_depth: RELATED_DEPTH_MAX,
        ..RelatedQuery::from(here(), id(start))
    }
}

/// Stores enough episodes and these edges of one kind.
async fn graph(backend: &Backend, kind: RelationshipKind, pairs: &[(u32, u32)]) {
    let last = pairs.iter().map(|(a, b)| *a.max(b)).max().unwrap_or(0);
    store(backend, &episodes(0..=last)).await;
    let edges: Vec<EpisodeRelationship> = pairs
        .iter()
        .map(|(from, to)| edge(kind, *from, *to))
        .collect();
    relate(backend, &edges).await;
}

async fn walk(backend: &Backend, query: &RelatedQuery) -> Related {
    backend.find_related(query).await.expect("find_related")
}

/// A whole walk that found these episodes at these depths.
fn found(expected: &[(u32, usize)]) -> Related {
    let episodes = expected
        .iter()
        .map(|&(n, depth)| RelatedEpisode { id: id(n), depth });
    Related {
        episodes: episodes.collect(),
        truncated: false,
    }
}

async fn nothing_is_related_to_a_loner_or_to_nobody(backend: Backend) {
    store(&backend, &episodes([1])).await;
    assert_eq!(walk(&backend, &from(1)).await, Related::default());
    assert_eq!(walk(&backend, &from(9)).await, Related::default());
}

async fn the_start_is_not_part_of_the_walk(backend: Backend) {
    graph(&backend, RelatedTo, &[(1, 2), (2, 1)]).await;
    assert_eq!(walk(&backend, &from(1)).await, found(&[(2, 1)]));
}

async fn the_nearest_come_first_then_by_id(backend: Backend) {
    graph(
        &backend,
        Follows,
        &[(5, 9), (5, 3), (9, 1), (3, 2), (3, 7), (1, 0)],
    )
    .await;
    let expected = [(3, 1), (9, 1), (1, 2), (2, 2), (7, 2), (0, 3)];
    assert_eq!(walk(&backend, &from(5)).await, found(&expected));
}

async fn a_walk_goes_no_deeper_than_it_may(backend: Backend) {
    let chain: Vec<(u32, u32)> = (0..40).map(|n| (n, n + 1)).collect();
    graph(&backend, Follows, &chain).await;
    for max_depth in [1, 2, 3, RELATED_DEPTH_MAX] {
        let query = RelatedQuery {
            max_depth,
            ..from(0)
        };
        let related = walk(&backend, &query).await;
        assert_eq!(related.episodes.len(), max_depth);
        assert!(!related.truncated, "the depth is no cut");
        assert_eq!(
            related.episodes.last().map(|last| last.depth),
            Some(max_depth)
        );
    }
    let default = RelatedQuery::from(here(), id(0));
    assert_eq!(walk(&backend, &default).await.episodes.len(), 3);
}

async fn a_walk_follows_its_direction(backend: Backend) {
    graph(&backend, DependsOn, &[(1, 2), (2, 3), (3, 4), (5, 2)]).await;
    for (direction, expected) in [
        (Direction::Outgoing, found(&[(3, 1), (4, 2)])),
        (Direction::Incoming, found(&[(1, 1), (5, 1)])),
        (Direction::Both, found(&[(1, 1), (3, 1), (5, 1), (4, 2)])),
    ] {
        let query = RelatedQuery {
            direction,
            ..from(2)
        };
        assert_eq!(walk(&backend, &query).await, expected, "{direction:?}");
    }
}

async fn a_walk_in_both_directions_turns_round_at_every_step(backend: Backend) {
    graph(&backend, Follows, &[(1, 2), (3, 2), (3, 4), (5, 4)]).await;
    let expected = [(2, 1), (3, 2), (4, 3), (5, 4)];
    assert_eq!(walk(&backend, &from(1)).await, found(&expected));
}

async fn a_walk_keeps_to_its_kinds(backend: Backend) {
    graph(&backend, Follows, &[(1, 2), (2, 3)]).await;
    relate(&backend, &[edge(RelatedTo, 1, 3), edge(DependsOn, 1, 2)]).await;
    for (kinds, expected) in [
        (vec![Follows], found(&[(2, 1), (3, 2)])),
        (vec![RelatedTo], found(&[(3, 1)])),
        (vec![RelatedTo, DependsOn], found(&[(2, 1), (3, 1)])),
        (vec![RelationshipKind::Blocks], found(&[])),
        (vec![], found(&[])),
    ] {
        let query = RelatedQuery {
            kinds: kinds.iter().copied().collect(),
            ..from(1)
        };
        assert_eq!(walk(&backend, &query).await, expected, "{kinds:?}");
    }
}

async fn f71_in_a_diamond_each_episode_is_found_once_and_by_the_shortest_way(backend: Backend) {
    let pairs = [
        (1, 2),
        (1, 3),
        (2, 4),
        (3, 4),
        (4, 5),
        (2, 6),
        (6, 5),
        (1, 5),
    ];
    graph(&backend, DependsOn, &pairs).await;
    let query = RelatedQuery {
        direction: Direction::Outgoing,
        ..from(1)
    };
    let expected = [(2, 1), (3, 1), (5, 1), (4, 2), (6, 2)];
    assert_eq!(walk(&backend, &query).await, found(&expected));
}

async fn f71_a_walk_on_cycles_ends(backend: Backend) {
    graph(&backend, Follows, &[(1, 2), (2, 3), (3, 1), (3, 2), (2, 1)]).await;
    for direction in [Direction::Outgoing, Direction::Incoming, Direction::Both] {
        let query = RelatedQuery {
            direction,
            ..from(1)
        };
        let related = walk(&backend, &query).await;
        assert_eq!(related.episodes.len(), 2, "{direction:?}: {related:?}");
    }
}

async fn f71_a_walk_round_a_cycle_of_a_thousand_ends(backend: Backend) {
    let ring: Vec<(u32, u32)> = (0..1_000).map(|n| (n, (n + 1) % 1_000)).collect();
    graph(&backend, Follows, &ring).await;
    let related = walk(&backend, &from(0)).await;
    assert_eq!(related.episodes.len(), 2 * RELATED_DEPTH_MAX);
    assert!(!related.truncated);
}

async fn f71_a_wide_fan_is_cut_off_and_says_so(backend: Backend) {
    let fan: Vec<(u32, u32)> = (1..=12_000).map(|n| (0, n)).collect();
    graph(&backend, Follows, &fan).await;
    let mut query = RelatedQuery::from(here(), id(0));
    let default = walk(&backend, &query).await;
    assert_eq!((default.episodes.len(), default.truncated), (1_000, true));
    query.max_nodes = RELATED_NODES_MAX;
    let widest = walk(&backend, &query).await;
    assert_eq!(
        (widest.episodes.len(), widest.truncated),
        (RELATED_NODES_MAX, true)
    );
    assert!(widest.episodes.is_sorted_by_key(|episode| episode.id));
    // From the rim all others are two away.
    query.start = id(7);
    let across = walk(&backend, &query).await;
    assert_eq!(
        (across.episodes.len(), across.truncated),
        (RELATED_NODES_MAX, true)
    );
}

async fn a_walk_that_just_fits_is_not_cut_off(backend: Backend) {
    graph(&backend, Follows, &[(0, 1), (0, 2), (2, 3)]).await;
    for (max_nodes, truncated) in [(1, true), (2, true), (3, false), (4, false)] {
        let query = RelatedQuery {
            max_nodes,
            ..from(0)
        };
        let related = walk(&backend, &query).await;
        assert_eq!(related.episodes.len(), max_nodes.min(3));
        assert_eq!(related.truncated, truncated, "{max_nodes} nodes");
    }
    // What lies deeper than the walk may go was not cut off by the number of nodes.
    let query = RelatedQuery {
        max_nodes: 2,
        max_depth: 1,
        ..from(0)
    };
    assert!(!walk(&backend, &query).await.truncated);
}

async fn what_is_cut_off_is_not_nearer_than_what_is_left(backend: Backend) {
    graph(&backend, Follows, &[(9, 8), (9, 7), (8, 1), (7, 2), (7, 3)]).await;
    let query = RelatedQuery {
        max_nodes: 3,
        ..from(9)
    };
    let expected = Related {
        truncated: true,
        ..found(&[(7, 1), (8, 1), (1, 2)])
    };
    assert_eq!(walk(&backend, &query).await, expected);
}

async fn a_walk_out_of_range_is_refused(backend: Backend) {
    store(&backend, &episodes([1])).await;
    for (max_depth, max_nodes) in [
        (0, 1),
        (1, 0),
        (RELATED_DEPTH_MAX + 1, 1),
        (1, RELATED_NODES_MAX + 1),
        (usize::MAX, usize::MAX),
    ] {
        // Whether the start exists does not matter.
        for start in [1, 9] {
            let query = RelatedQuery {
                max_depth,
                max_nodes,
                ..from(start)
            };
            fails(backend.find_related(&query).await, ErrorKind::Limit, None);
        }
    }
}
