//! Queries for episodes: every filter, and every combination of filters.

use super::Backend;
use super::case::cases;
use super::fixture::{
    episode_with, episodes, external, here, id, ids, namespace, pattern_id, store, tags, task_type,
    time,
};
use crate::{
    Domain, Episode, EpisodeId, EpisodeQuery, ExecutionStep, Metadata, Order, Outcome, OutcomeKind,
};
use std::collections::BTreeSet;

cases![
    a_query_without_filters_finds_everything,
    an_empty_backend_answers_with_an_empty_page,
    since_is_included_and_until_is_not,
    each_outcome_is_found_by_its_kind,
    a_task_type_is_compared_byte_for_byte,
    episodes_are_found_by_the_pattern_that_they_applied,
    every_combination_of_filters_finds_what_matches,
    contradictory_filters_find_nothing,
    times_that_are_equal_are_ordered_by_id,
    both_orders_hold_the_same,
    whole_episodes_are_found,
];

fn all() -> EpisodeQuery {
    EpisodeQuery::all(here())
}

async fn count(backend: &Backend, query: &EpisodeQuery) -> u64 {
    backend.count_episodes(query).await.expect("count_episodes")
}

async fn a_query_without_filters_finds_everything(backend: Backend) {
    store(&backend, &episodes(1..=5)).await;
    let newest_first = [5, 4, 3, 2, 1].map(id);
    assert_eq!(ids(&backend, &all(), 10).await, newest_first);
    assert_eq!(count(&backend, &all()).await, 5);
}

async fn an_empty_backend_answers_with_an_empty_page(backend: Backend) {
    let request = crate::PageRequest::default();
    let page = backend
        .query_episodes(&all(), &request)
        .await
        .expect("query_episodes");
    assert!(page.items.is_empty() && page.next.is_none(), "{page:?}");
    assert_eq!(count(&backend, &all()).await, 0);
}

async fn since_is_included_and_until_is_not(backend: Backend) {
    store(&backend, &episodes(1..=4)).await;
    for (since, until, found) in [
        (Some(2), None, vec![4, 3, 2]),
        (None, Some(3), vec![2, 1]),
        (Some(2), Some(3), vec![2]),
        (Some(2), Some(2), vec![]),
        (Some(3), Some(2), vec![]),
        (Some(5), None, vec![]),
    ] {
        let query = EpisodeQuery {
            since: since.map(time),
            until: until.map(time),
            ..all()
        };
        let expected: Vec<EpisodeId> = found.into_iter().map(id).collect();
        assert_eq!(ids(&backend, &query, 10).await, expected, "{query:?}");
        assert_eq!(count(&backend, &query).await, expected.len() as u64);
    }
}

async fn each_outcome_is_found_by_its_kind(backend: Backend) {
    let outcomes = [
        (OutcomeKind::Running, None),
        (OutcomeKind::Success, Some(Outcome::success(""))),
        (OutcomeKind::Partial, Some(Outcome::partial(""))),
        (OutcomeKind::Failure, Some(Outcome::failure(""))),
    ];
    for (n, (_, outcome)) in (1..).zip(outcomes.clone()) {
        store(
            &backend,
            &[episode_with(n, |draft| draft.outcome = outcome)],
        )
        .await;
    }
    for (n, (kind, _)) in (1..).zip(outcomes) {
        let outcome = Some(kind);
        let query = EpisodeQuery { outcome, ..all() };
        assert_eq!(ids(&backend, &query, 10).await, [id(n)], "{kind:?}");
    }
}

async fn a_task_type_is_compared_byte_for_byte(backend: Backend) {
    let names = ["t", "T", "t ", "%", "_", "\u{e9}", "e\u{301}", "'"];
    for (n, name) in (1..).zip(names) {
        let episode = episode_with(n, |draft| {
            draft.task_type = task_type(name);
            draft.context.domain = Domain::new(name).expect("a valid name");
        });
        store(&backend, &[episode]).await;
    }
    for (n, name) in (1..).zip(names) {
        let by_type = EpisodeQuery {
            task_type: Some(task_type(name)),
            ..all()
        };
        let by_domain = EpisodeQuery {
            domain: Domain::new(name).ok(),
            ..all()
        };
        assert_eq!(ids(&backend, &by_type, 10).await, [id(n)], "{name:?}");
        assert_eq!(ids(&backend, &by_domain, 10).await, [id(n)], "{name:?}");
    }
}

async fn episodes_are_found_by_the_pattern_that_they_applied(backend: Backend) {
    let applied = |n, patterns: &[u32]| {
        episode_with(n, |draft| {
            draft.patterns = patterns.iter().map(|n| pattern_id(*n)).collect();
        })
    };
    store(
        &backend,
        &[applied(1, &[1, 2]), applied(2, &[2]), applied(3, &[])],
    )
    .await;
    for (pattern, found) in [(1, vec![1]), (2, vec![2, 1]), (3, vec![])] {
        let query = EpisodeQuery {
            pattern: Some(pattern_id(pattern)),
            ..all()
        };
        let expected: Vec<EpisodeId> = found.into_iter().map(id).collect();
        assert_eq!(ids(&backend, &query, 10).await, expected);
    }
}

/// Episodes in which everything that can be filtered comes in a few values, and in
/// which equal times occur.
fn varied() -> Vec<Episode> {
    (0..48).map(varied_one).collect()
}

fn varied_one(n: u32) -> Episode {
    let outcomes = [None, Some(Outcome::success("")), Some(Outcome::failure(""))];
    episode_with(n, |draft| {
        draft.started_at = time(n / 3 % 8);
        draft.task_type = task_type(["a", "b"][n as usize % 2]);
        draft.context.domain = Domain::new(["c", "d"][n as usize / 2 % 2]).expect("a name");
        draft.outcome = outcomes[n as usize % 3].clone();
        draft.tags = tags(&["x", "y", "z"][..n as usize % 4]);
        draft.metadata = metadata(n % 3);
        draft.patterns = (0..n % 3).map(pattern_id).collect();
        draft.external_id = Some(external(&format!("varied {n}")));
    })
}

fn metadata(entries: u32) -> Metadata {
    (0..entries).fold(Metadata::new(), |all, n| {
        all.with(format!("k{n}"), "v").expect("a valid entry")
    })
}

type Filter = fn(&mut EpisodeQuery);

/// One of each kind.
const FILTERS: [Filter; 9] = [
    |query| query.since = Some(time(1)),
    |query| query.until = Some(time(7)),
    |query| query.task_type = Some(task_type("a")),
    |query| query.domain = Domain::new("c").ok(),
    |query| query.outcome = Some(OutcomeKind::Success),
    |query| query.tags_all = tags(&["x"]),
    |query| query.tags_any = tags(&["y", "z"]),
    |query| query.metadata = metadata(1),
    |query| query.pattern = Some(pattern_id(0)),
];

/// The query with the filters whose bits are set.
fn combined(bits: usize) -> EpisodeQuery {
    let mut query = all();
    for (n, filter) in FILTERS.iter().enumerate() {
        if bits & (1 << n) != 0 {
            filter(&mut query);
        }
    }
    query
}

/// The ids of what `query` matches, in its order.
fn matching(stored: &[Episode], query: &EpisodeQuery) -> Vec<EpisodeId> {
    let found = stored.iter().filter(|episode| query.matches(episode));
    let mut places: Vec<_> = found
        .map(|episode| (episode.started_at, episode.id))
        .collect();
    places.sort_unstable();
    if query.order == Order::NewestFirst {
        places.reverse();
    }
    places.into_iter().map(|(_, id)| id).collect()
}

async fn every_combination_of_filters_finds_what_matches(backend: Backend) {
    let stored = varied();
    store(&backend, &stored).await;
    // What must not be found, in a namespace that looks alike.
    let elsewhere = stored.iter().map(|episode| {
        let mut draft = episode.clone().into_draft();
        draft.namespace = namespace("default%");
        draft.finish().expect("a valid episode")
    });
    store(&backend, &elsewhere.collect::<Vec<_>>()).await;
    let mut found = BTreeSet::new();
    for bits in 0..1 << FILTERS.len() {
        let query = combined(bits);
        let expected = matching(&stored, &query);
        assert_eq!(ids(&backend, &query, 20).await, expected, "{query:?}");
        assert_eq!(
            count(&backend, &query).await,
            expected.len() as u64,
            "{query:?}"
        );
        found.insert(expected);
    }
    assert!(found.len() > 50, "the filters hardly differ");
}

async fn contradictory_filters_find_nothing(backend: Backend) {
    store(&backend, &varied()).await;
    let query = EpisodeQuery {
        tags_all: tags(&["x"]),
        tags_any: tags(&["w"]),
        ..all()
    };
    assert_eq!(count(&backend, &query).await, 0);
    assert!(ids(&backend, &query, 10).await.is_empty());
}

async fn times_that_are_equal_are_ordered_by_id(backend: Backend) {
    let at_once = [3, 1, 2].map(|n| episode_with(n, |draft| draft.started_at = time(0)));
    store(&backend, &at_once).await;
    let oldest_first = EpisodeQuery {
        order: Order::OldestFirst,
        ..all()
    };
    for limit in 1..=4 {
        assert_eq!(ids(&backend, &all(), limit).await, [3, 2, 1].map(id));
        assert_eq!(ids(&backend, &oldest_first, limit).await, [1, 2, 3].map(id));
    }
}

async fn both_orders_hold_the_same(backend: Backend) {
    let stored = varied();
    store(&backend, &stored).await;
    for order in [Order::NewestFirst, Order::OldestFirst] {
        let query = EpisodeQuery { order, ..all() };
        let expected = matching(&stored, &query);
        for limit in [1, 7, 47, 48, 49, 1_000] {
            assert_eq!(
                ids(&backend, &query, limit).await,
                expected,
                "{order:?}, {limit}"
            );
        }
    }
}

async fn whole_episodes_are_found(backend: Backend) {
    let episode = episode_with(1, |draft| {
        draft.steps = vec![ExecutionStep::new("tool", "action"); 3];
        draft.tags = tags(&["a", "b"]);
        draft.metadata = metadata(2);
    });
    store(&backend, std::slice::from_ref(&episode)).await;
    let page = backend
        .query_episodes(&all(), &crate::PageRequest::default())
        .await;
    let page = page.expect("query_episodes");
    super::fixture::same(&*page.items[0], &episode);
}
