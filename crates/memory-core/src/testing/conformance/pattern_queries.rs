//! Queries for patterns: every filter, and every combination of filters.

use super::Backend;
use super::case::cases;
use super::fixture::{
    here, id, namespace, pattern_id, pattern_ids, pattern_with, store_patterns, task_type, time,
};
use crate::{Domain, Lesson, Order, Pattern, PatternId, PatternKind, PatternQuery, Ratio};
use std::collections::BTreeSet;

cases![
    each_kind_of_lesson_is_found,
    patterns_are_found_by_their_sources,
    the_least_confidence_is_included,
    every_combination_of_filters_finds_the_patterns_that_match,
    patterns_come_in_either_order_on_pages_of_any_size,
];

fn all() -> PatternQuery {
    PatternQuery::all(here())
}

async fn count(backend: &Backend, query: &PatternQuery) -> u64 {
    backend.count_patterns(query).await.expect("count_patterns")
}

fn ratio(value: f64) -> Ratio {
    Ratio::new(value).expect("a ratio")
}

fn lessons() -> [Lesson; 4] {
    let texts = || vec!["x".to_owned()];
    let text = || "x".to_owned();
    [
        Lesson::ToolSequence { tools: texts() },
        Lesson::DecisionPoint {
            condition: text(),
            action: text(),
            alternatives: texts(),
        },
        Lesson::ErrorRecovery {
            error: text(),
            recovery: texts(),
        },
        Lesson::ContextPattern {
            features: texts(),
            approach: text(),
        },
    ]
}

async fn each_kind_of_lesson_is_found(backend: Backend) {
    for (n, lesson) in (1..).zip(lessons()) {
        store_patterns(&backend, &[pattern_with(n, |draft| draft.lesson = lesson)]).await;
    }
    for (n, lesson) in (1..).zip(lessons()) {
        let kind = Some(lesson.kind());
        let query = PatternQuery { kind, ..all() };
        assert_eq!(pattern_ids(&backend, &query, 10).await, [pattern_id(n)]);
        assert_eq!(count(&backend, &query).await, 1);
    }
}

async fn patterns_are_found_by_their_sources(backend: Backend) {
    let learnt = super::fixture::learnt;
    store_patterns(
        &backend,
        &[learnt(1, &[1, 2]), learnt(2, &[2]), learnt(3, &[])],
    )
    .await;
    for (source, found) in [(1, vec![1]), (2, vec![2, 1]), (3, vec![])] {
        let source = Some(id(source));
        let query = PatternQuery { source, ..all() };
        let expected: Vec<PatternId> = found.into_iter().map(pattern_id).collect();
        assert_eq!(pattern_ids(&backend, &query, 10).await, expected);
    }
}

async fn the_least_confidence_is_included(backend: Backend) {
    let values = [0.0, 0.1, 0.3, 0.1 + 0.2, 1.0];
    for (n, value) in (0..).zip(values) {
        let pattern = pattern_with(n, |draft| draft.confidence = ratio(value));
        store_patterns(&backend, &[pattern]).await;
    }
    for (n, value) in values.iter().enumerate() {
        let query = PatternQuery {
            min_confidence: Some(ratio(*value)),
            ..all()
        };
        assert_eq!(
            count(&backend, &query).await,
            (values.len() - n) as u64,
            "{value}"
        );
    }
}

/// Patterns in which everything that can be filtered comes in a few values.
fn varied() -> Vec<Pattern> {
    (0..48).map(varied_one).collect()
}

fn varied_one(n: u32) -> Pattern {
    pattern_with(n, |draft| {
        draft.created_at = time(n / 3 % 8);
        draft.lesson = lessons()[n as usize % 4].clone();
        draft.task_type = [None, Some(task_type("a"))][n as usize % 2].clone();
        draft.domain = [None, Domain::new("c").ok()][n as usize / 2 % 2].clone();
        draft.confidence = ratio(f64::from(n % 5) / 4.0);
        draft.sources = (0..n % 3).map(id).collect();
    })
}

type Filter = fn(&mut PatternQuery);

/// One of each kind.
const FILTERS: [Filter; 7] = [
    |query| query.since = Some(time(1)),
    |query| query.until = Some(time(7)),
    |query| query.kind = Some(PatternKind::DecisionPoint),
    |query| query.task_type = Some(task_type("a")),
    |query| query.domain = Domain::new("c").ok(),
    |query| query.source = Some(id(0)),
    |query| query.min_confidence = Some(ratio(0.5)),
];

/// The query with the filters whose bits are set.
fn combined(bits: usize) -> PatternQuery {
    let mut query = all();
    for (n, filter) in FILTERS.iter().enumerate() {
        if bits & (1 << n) != 0 {
            filter(&mut query);
        }
    }
    query
}

/// The ids of what `query` matches, in its order.
fn matching(stored: &[Pattern], query: &PatternQuery) -> Vec<PatternId> {
    let found = stored.iter().filter(|pattern| query.matches(pattern));
    let mut places: Vec<_> = found
        .map(|pattern| (pattern.created_at, pattern.id))
        .collect();
    places.sort_unstable();
    if query.order == Order::NewestFirst {
        places.reverse();
    }
    places.into_iter().map(|(_, id)| id).collect()
}

async fn every_combination_of_filters_finds_the_patterns_that_match(backend: Backend) {
    let stored = varied();
    store_patterns(&backend, &stored).await;
    // What must not be found, in a namespace that looks alike.
    let elsewhere = stored.iter().map(|pattern| {
        let mut draft = pattern.clone().into_draft();
        draft.namespace = namespace("default%");
        draft.finish().expect("a valid pattern")
    });
    store_patterns(&backend, &elsewhere.collect::<Vec<_>>()).await;
    let mut found = BTreeSet::new();
    for bits in 0..1 << FILTERS.len() {
        let query = combined(bits);
        let expected = matching(&stored, &query);
        assert_eq!(
            pattern_ids(&backend, &query, 20).await,
            expected,
            "{query:?}"
        );
        assert_eq!(
            count(&backend, &query).await,
            expected.len() as u64,
            "{query:?}"
        );
        found.insert(expected);
    }
    assert!(found.len() > 30, "the filters hardly differ");
}

async fn patterns_come_in_either_order_on_pages_of_any_size(backend: Backend) {
    let stored = varied();
    store_patterns(&backend, &stored).await;
    for order in [Order::NewestFirst, Order::OldestFirst] {
        let query = PatternQuery { order, ..all() };
        let expected = matching(&stored, &query);
        for limit in [1, 7, 47, 48, 49, 1_000] {
            assert_eq!(
                pattern_ids(&backend, &query, limit).await,
                expected,
                "{order:?}, {limit}"
            );
        }
    }
}
