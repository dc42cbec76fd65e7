//! Storing and updating patterns.

use super::Backend;
use super::case::cases;
use super::fixture::{
    episode, fails, get_pattern, here, id, learnt, pattern, pattern_id, pattern_with, revision,
    same, state, store, store_patterns, time, update,
};
use crate::limits::BATCH_BYTES_MAX;
use crate::{Atomicity, Change, ErrorKind, Lesson, Pattern, Stored, Update};

cases![
    a_new_pattern_is_stored_as_it_is,
    an_identical_pattern_changes_nothing,
    another_pattern_replaces_it,
    a_pattern_may_become_another_kind_of_lesson,
    an_updated_pattern_gets_the_next_revision,
    updates_of_patterns_fail_as_those_of_episodes,
    a_bad_update_of_a_pattern_anywhere_changes_nothing,
    a_repeated_update_of_a_pattern_counts_as_done,
    a_repeated_update_of_a_pattern_after_a_lost_source_is_a_conflict,
    two_updates_of_one_pattern_in_one_call_are_applied_in_order,
    f70_a_batch_of_patterns_over_the_byte_limit_is_refused,
];

fn sure(n: u32, occurrences: u64) -> Pattern {
    pattern_with(n, |draft| draft.occurrences = occurrences)
}

async fn store_one(backend: &Backend, pattern: &Pattern) -> Stored<crate::PatternId> {
    backend.store_pattern(pattern).await.expect("store_pattern")
}

async fn update_one(backend: &Backend, update: &Update<Pattern>) -> u64 {
    backend
        .update_pattern(update)
        .await
        .expect("update_pattern")
        .get()
}

async fn a_new_pattern_is_stored_as_it_is(backend: Backend) {
    let pattern = pattern_with(1, |draft| {
        draft.revision = revision(7);
        draft.created_at = time(3);
        draft.updated_at = time(5);
    });
    let stored = store_one(&backend, &pattern).await;
    let (id, revision, change) = (pattern_id(1), revision(7), Change::Created);
    assert_eq!(
        stored,
        Stored {
            id,
            revision,
            change
        }
    );
    same(&*get_pattern(&backend, 1).await, &pattern);
}

async fn an_identical_pattern_changes_nothing(backend: Backend) {
    store_one(&backend, &sure(1, 5)).await;
    let again = pattern_with(1, |draft| {
        draft.occurrences = 5;
        draft.created_at = time(8);
        draft.updated_at = time(9);
        draft.revision = revision(4);
    });
    let stored = store_one(&backend, &again).await;
    assert_eq!(
        (stored.change, stored.revision),
        (Change::Unchanged, revision(1))
    );
    same(&*get_pattern(&backend, 1).await, &sure(1, 5));
}

async fn another_pattern_replaces_it(backend: Backend) {
    store_one(&backend, &sure(1, 5)).await;
    let other = pattern_with(1, |draft| {
        draft.occurrences = 6;
        draft.created_at = time(8);
        draft.updated_at = time(9);
    });
    let stored = store_one(&backend, &other).await;
    assert_eq!(
        (stored.change, stored.revision),
        (Change::Replaced, revision(2))
    );
    let found = get_pattern(&backend, 1).await;
    assert!(found.same_content(&other), "{found:?}");
    assert_eq!((found.created_at, found.updated_at), (time(1), time(9)));
}

async fn a_pattern_may_become_another_kind_of_lesson(backend: Backend) {
    store_one(&backend, &pattern(1)).await;
    let other = pattern_with(1, |draft| {
        let (error, recovery) = ("e".into(), vec!["r".into()]);
        draft.lesson = Lesson::ErrorRecovery { error, recovery };
    });
    assert_eq!(store_one(&backend, &other).await.change, Change::Replaced);
    assert_eq!(get_pattern(&backend, 1).await.lesson, other.lesson);
}

async fn an_updated_pattern_gets_the_next_revision(backend: Backend) {
    store_one(&backend, &sure(1, 5)).await;
    let value = pattern_with(1, |draft| {
        draft.occurrences = 6;
        draft.created_at = time(8);
        draft.updated_at = time(9);
        draft.revision = revision(90);
    });
    assert_eq!(update_one(&backend, &update(value.clone(), 1)).await, 2);
    let found = get_pattern(&backend, 1).await;
    assert!(found.same_content(&value), "{found:?}");
    assert_eq!((found.created_at, found.updated_at), (time(1), time(9)));
    assert_eq!(found.revision, revision(2));
    assert_eq!(
        update_one(&backend, &update(value, 2)).await,
        3,
        "the same content"
    );
}

async fn updates_of_patterns_fail_as_those_of_episodes(backend: Backend) {
    store_one(
        &backend,
        &pattern_with(1, |draft| draft.revision = revision(5)),
    )
    .await;
    let before = state(&backend).await;
    for expected in [1, 4, 6] {
        let result = backend.update_pattern(&update(sure(1, 6), expected)).await;
        fails(result, ErrorKind::Conflict, Some(0));
    }
    let result = backend.update_pattern(&update(sure(2, 6), 1)).await;
    fails(result, ErrorKind::NotFound, Some(0));
    same(&state(&backend).await, &before);
}

async fn a_bad_update_of_a_pattern_anywhere_changes_nothing(backend: Backend) {
    store_patterns(&backend, &[pattern(1), pattern(2), pattern(3), pattern(4)]).await;
    let before = state(&backend).await;
    for (bad, kind) in [
        (update(sure(4, 6), 2), ErrorKind::Conflict),
        (update(sure(9, 6), 1), ErrorKind::NotFound),
    ] {
        for place in 0..4 {
            let mut batch: Vec<_> = (1..4).map(|n| update(sure(n, 6), 1)).collect();
            batch.insert(place, bad.clone());
            fails(backend.update_patterns(&batch).await, kind, Some(place));
            same(&state(&backend).await, &before);
        }
    }
}

async fn a_repeated_update_of_a_pattern_counts_as_done(backend: Backend) {
    store_one(&backend, &pattern(1)).await;
    let change = update(sure(1, 6), 1);
    assert_eq!(update_one(&backend, &change).await, 2);
    assert_eq!(update_one(&backend, &change).await, 2);
    let result = backend.update_pattern(&update(sure(1, 6), 1)).await;
    fails(result, ErrorKind::Conflict, Some(0));
    assert_eq!(update_one(&backend, &update(sure(1, 7), 2)).await, 3);
    fails(
        backend.update_pattern(&change).await,
        ErrorKind::Conflict,
        Some(0),
    );
    store_one(&backend, &sure(1, 8)).await;
    fails(
        backend.update_pattern(&change).await,
        ErrorKind::Conflict,
        Some(0),
    );
}

async fn a_repeated_update_of_a_pattern_after_a_lost_source_is_a_conflict(backend: Backend) {
    store(&backend, &[episode(1)]).await;
    store_one(&backend, &pattern(1)).await;
    let change = update(learnt(1, &[1]), 1);
    update_one(&backend, &change).await;
    let deleted = backend.delete_episode(&here(), id(1)).await;
    assert!(deleted.expect("delete_episode"));
    fails(
        backend.update_pattern(&change).await,
        ErrorKind::Conflict,
        Some(0),
    );
    assert_eq!(get_pattern(&backend, 1).await.revision, revision(3));
    let expected = revision(2);
    let later = Update { expected, ..change };
    let result = backend.update_pattern(&later).await;
    fails(result, ErrorKind::Conflict, Some(0));
}

async fn two_updates_of_one_pattern_in_one_call_are_applied_in_order(backend: Backend) {
    store_one(&backend, &pattern(1)).await;
    let batch = [update(sure(1, 6), 1), update(sure(1, 7), 2)];
    let revisions = backend
        .update_patterns(&batch)
        .await
        .expect("update_patterns");
    assert_eq!(revisions, [revision(2), revision(3)]);
    assert_eq!(get_pattern(&backend, 1).await.occurrences, 7);
}

async fn f70_a_batch_of_patterns_over_the_byte_limit_is_refused(backend: Backend) {
    let approach = "x".repeat(990_000);
    let large = |n| {
        pattern_with(n, |draft| {
            let (features, approach) = (Vec::new(), approach.clone());
            draft.lesson = Lesson::ContextPattern { features, approach };
        })
    };
    let count = u32::try_from(BATCH_BYTES_MAX / 990_000 + 1).expect("a small number");
    let batch: Vec<Pattern> = (0..count).map(large).collect();
    let result = backend
        .store_patterns(&batch, Atomicity::AllOrNothing)
        .await;
    fails(result, ErrorKind::Limit, None);
    let updates: Vec<_> = batch
        .iter()
        .map(|pattern| update(pattern.clone(), 1))
        .collect();
    fails(
        backend.update_patterns(&updates).await,
        ErrorKind::Limit,
        None,
    );
    assert!(state(&backend).await.patterns.is_empty());
    let stored = backend
        .store_patterns(&batch[..2], Atomicity::PerPart)
        .await;
    let stored = stored.expect("store_patterns");
    assert!(stored.iter().all(|stored| stored.change == Change::Created));
}
