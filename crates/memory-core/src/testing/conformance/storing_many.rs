//! Batches: all or nothing, or per part.

use super::Backend;
use super::case::cases;
use super::fixture::{
    edge, episode, episodes, fails, find, get, here, id, known_as, large, learnt, pattern,
    pattern_id, same, state, store, store_patterns, told,
};
use crate::limits::{BATCH_BYTES_MAX, RELATIONSHIPS_MAX};
use crate::{
    Atomicity, Change, Episode, EpisodeId, EpisodeQuery, ErrorKind, Pattern, RelationshipKind,
    Stored,
};

cases![
    a_batch_answers_in_its_order,
    f69_equal_duplicates_in_one_batch_are_one_episode,
    f69_of_differing_duplicates_in_one_batch_the_last_wins,
    f69_duplicates_by_external_id_in_one_batch_are_one_episode,
    f69_duplicate_patterns_in_one_batch_are_one_pattern,
    later_items_of_a_batch_see_the_earlier_ones,
    f70_empty_batches_change_nothing,
    f70_empty_lists_of_ids_find_and_delete_nothing,
    f70_a_bad_item_anywhere_stores_nothing_and_is_named,
    f70_one_bad_item_among_10000_stores_nothing,
    one_episode_changed_twice_is_undone_as_a_whole,
    f70_a_batch_over_the_byte_limit_is_refused_as_a_whole,
    f70_a_batch_stored_per_part_stops_at_the_first_part_that_fails,
    f63_more_relationships_than_one_call_takes_are_refused,
    episodes_and_patterns_are_stored_together,
    a_bad_episode_keeps_its_patterns_out,
];

fn changes<I>(stored: &[Stored<I>]) -> Vec<Change> {
    stored.iter().map(|stored| stored.change).collect()
}

async fn a_batch_answers_in_its_order(backend: Backend) {
    store(&backend, &[episode(1), episode(2)]).await;
    let stored = store(&backend, &[told(2, "x"), episode(3), episode(1)]).await;
    let ids: Vec<EpisodeId> = stored.iter().map(|stored| stored.id).collect();
    assert_eq!(ids, [id(2), id(3), id(1)]);
    let expected = [Change::Replaced, Change::Created, Change::Unchanged];
    assert_eq!(changes(&stored), expected);
    let revisions: Vec<u64> = stored.iter().map(|stored| stored.revision.get()).collect();
    assert_eq!(revisions, [2, 1, 1]);
}

async fn f69_equal_duplicates_in_one_batch_are_one_episode(backend: Backend) {
    let stored = store(&backend, &[episode(1), episode(1)]).await;
    assert_eq!(changes(&stored), [Change::Created, Change::Unchanged]);
    assert_eq!(state(&backend).await.episodes.len(), 1);
}

async fn f69_of_differing_duplicates_in_one_batch_the_last_wins(backend: Backend) {
    let stored = store(&backend, &[told(1, "a"), episode(2), told(1, "b")]).await;
    assert_eq!(
        changes(&stored),
        [Change::Created, Change::Created, Change::Replaced]
    );
    assert_eq!(stored[2].revision.get(), 2);
    assert_eq!(get(&backend, 1).await.description, "b");
}

async fn f69_duplicates_by_external_id_in_one_batch_are_one_episode(backend: Backend) {
    let stored = store(
        &backend,
        &[known_as(1, "x"), known_as(2, "x"), known_as(3, "x")],
    )
    .await;
    assert!(stored.iter().all(|stored| stored.id == id(1)), "{stored:?}");
    assert_eq!(state(&backend).await.episodes.len(), 1);
    assert_eq!(find(&backend, "x").await, Some(id(1)));
}

async fn f69_duplicate_patterns_in_one_batch_are_one_pattern(backend: Backend) {
    let stored = store_patterns(&backend, &[pattern(1), learnt(1, &[7]), learnt(1, &[7])]).await;
    let expected = [Change::Created, Change::Replaced, Change::Unchanged];
    assert_eq!(changes(&stored), expected);
    assert_eq!(state(&backend).await.patterns.len(), 1);
}

async fn later_items_of_a_batch_see_the_earlier_ones(backend: Backend) {
    store(&backend, &[known_as(1, "x")]).await;
    // The first gives the external id away, so that the second is a new episode.
    let stored = store(&backend, &[known_as(1, "y"), known_as(2, "x")]).await;
    assert_eq!(changes(&stored), [Change::Replaced, Change::Created]);
    assert_eq!(find(&backend, "x").await, Some(id(2)));
    assert_eq!(find(&backend, "y").await, Some(id(1)));
}

async fn f70_empty_batches_change_nothing(backend: Backend) {
    store(&backend, &[episode(1)]).await;
    let before = state(&backend).await;
    for atomicity in [Atomicity::AllOrNothing, Atomicity::PerPart] {
        let stored = backend.store_episodes(&[], atomicity).await;
        assert!(stored.expect("store_episodes").is_empty());
        let stored = backend.store_patterns(&[], atomicity).await;
        assert!(stored.expect("store_patterns").is_empty());
    }
    let both = backend.store_episodes_with_patterns(&[], &[]).await;
    assert_eq!(both.expect("store"), (vec![], vec![]));
    let updated = backend.update_episodes(&[]).await;
    assert!(updated.expect("update_episodes").is_empty());
    let updated = backend.update_patterns(&[]).await;
    assert!(updated.expect("update_patterns").is_empty());
    let added = backend.add_relationships(&[]).await;
    assert!(added.expect("add_relationships").is_empty());
    same(&state(&backend).await, &before);
}

async fn f70_empty_lists_of_ids_find_and_delete_nothing(backend: Backend) {
    store(&backend, &[episode(1)]).await;
    let before = state(&backend).await;
    let found = backend.get_episodes(&here(), &[]).await;
    assert!(found.expect("get_episodes").is_empty());
    let found = backend.get_patterns(&here(), &[]).await;
    assert!(found.expect("get_patterns").is_empty());
    let found = backend.find_episode_ids(&here(), &[]).await;
    assert!(found.expect("find_episode_ids").is_empty());
    let gone = backend.delete_episodes(&here(), &[]).await;
    assert_eq!(gone.expect("delete_episodes"), 0);
    let gone = backend.delete_patterns(&here(), &[]).await;
    assert_eq!(gone.expect("delete_patterns"), 0);
    let gone = backend.remove_relationships(&here(), &[]).await;
    assert_eq!(gone.expect("remove_relationships"), 0);
    same(&state(&backend).await, &before);
}

/// Two stored episodes, and an episode that contradicts them.
async fn contradiction(backend: &Backend) -> Episode {
    store(backend, &[known_as(901, "x"), known_as(902, "y")]).await;
    known_as(902, "x")
}

async fn f70_a_bad_item_anywhere_stores_nothing_and_is_named(backend: Backend) {
    let bad = contradiction(&backend).await;
    let before = state(&backend).await;
    for place in 0..5 {
        let mut batch = episodes([1, 2, 3, 4]);
        batch.push(told(901, "other"));
        batch.insert(place, bad.clone());
        for atomicity in [Atomicity::AllOrNothing, Atomicity::PerPart] {
            let result = backend.store_episodes(&batch, atomicity).await;
            fails(result, ErrorKind::Constraint, Some(place));
            same(&state(&backend).await, &before);
        }
    }
}

async fn f70_one_bad_item_among_10000_stores_nothing(backend: Backend) {
    let bad = contradiction(&backend).await;
    let mut batch = episodes(1_000..10_999);
    batch.insert(7_000, bad);
    let result = backend
        .store_episodes(&batch, Atomicity::AllOrNothing)
        .await;
    fails(result, ErrorKind::Constraint, Some(7_000));
    assert_eq!(count(&backend).await, 2);
}

async fn one_episode_changed_twice_is_undone_as_a_whole(backend: Backend) {
    let bad = contradiction(&backend).await;
    store(&backend, &[known_as(1, "old")]).await;
    let before = state(&backend).await;
    let batch = [
        known_as(1, "a"),
        told(2, "new"),
        known_as(1, "b"),
        told(2, "newer"),
        bad,
    ];
    let result = backend
        .store_episodes(&batch, Atomicity::AllOrNothing)
        .await;
    fails(result, ErrorKind::Constraint, Some(4));
    same(&state(&backend).await, &before);
    assert_eq!(find(&backend, "old").await, Some(id(1)));
    assert_eq!(
        (find(&backend, "a").await, find(&backend, "b").await),
        (None, None)
    );
}

async fn count(backend: &Backend) -> u64 {
    let all = EpisodeQuery::all(here());
    backend.count_episodes(&all).await.expect("count_episodes")
}

/// Fifteen episodes that together are just over the limit of a batch.
fn over_the_limit() -> Vec<Episode> {
    let each = BATCH_BYTES_MAX / 15 + 1;
    (1..=15).map(|n| large(n, each)).collect()
}

async fn f70_a_batch_over_the_byte_limit_is_refused_as_a_whole(backend: Backend) {
    let batch = over_the_limit();
    let result = backend
        .store_episodes(&batch, Atomicity::AllOrNothing)
        .await;
    fails(result, ErrorKind::Limit, None);
    let updates: Vec<_> = batch
        .iter()
        .map(|e| super::fixture::update(e.clone(), 1))
        .collect();
    fails(
        backend.update_episodes(&updates).await,
        ErrorKind::Limit,
        None,
    );
    // The patterns count too: fourteen episodes alone would fit.
    let patterns: Vec<Pattern> = (1..=10).map(large_pattern).collect();
    let result = backend
        .store_episodes_with_patterns(&batch[..14], &patterns)
        .await;
    fails(result, ErrorKind::Limit, None);
    assert_eq!(count(&backend).await, 0);
    assert!(state(&backend).await.patterns.is_empty());
}

fn large_pattern(n: u32) -> Pattern {
    super::fixture::pattern_with(n, |draft| {
        let error = "x".repeat(900_000);
        let recovery = Vec::new();
        draft.lesson = crate::Lesson::ErrorRecovery { error, recovery };
    })
}

async fn f70_a_batch_stored_per_part_stops_at_the_first_part_that_fails(backend: Backend) {
    let mut batch = over_the_limit();
    batch.push(contradiction(&backend).await);
    let error = backend.store_episodes(&batch, Atomicity::PerPart).await;
    let error = error.expect_err("the last item is bad");
    assert_eq!(error.kind(), ErrorKind::Constraint);
    assert_eq!((error.index(), error.committed()), (Some(15), 14));
    assert_eq!(
        count(&backend).await,
        16,
        "fourteen and the two from before"
    );
    // The last part was undone, and the first ones can be repeated.
    let stored = backend
        .store_episodes(&batch[13..15], Atomicity::PerPart)
        .await;
    let stored = changes(&stored.expect("store_episodes"));
    assert_eq!(stored, [Change::Unchanged, Change::Created]);
}

async fn f63_more_relationships_than_one_call_takes_are_refused(backend: Backend) {
    store(&backend, &episodes(1..3)).await;
    let edge = edge(RelationshipKind::Follows, 1, 2);
    let mut batch = vec![edge.clone(); RELATIONSHIPS_MAX];
    let added = backend.add_relationships(&batch).await;
    assert_eq!(added.expect("add_relationships").len(), RELATIONSHIPS_MAX);
    batch.push(edge.clone());
    let before = state(&backend).await;
    fails(
        backend.add_relationships(&batch).await,
        ErrorKind::Limit,
        None,
    );
    let keys = vec![edge.key(); RELATIONSHIPS_MAX + 1];
    let removed = backend.remove_relationships(&here(), &keys).await;
    fails(removed, ErrorKind::Limit, None);
    same(&state(&backend).await, &before);
}

async fn episodes_and_patterns_are_stored_together(backend: Backend) {
    let (episodes, patterns) = ([episode(1), episode(2)], [learnt(1, &[1, 2]), pattern(2)]);
    let stored = backend
        .store_episodes_with_patterns(&episodes, &patterns)
        .await;
    let (first, second) = stored.expect("store_episodes_with_patterns");
    assert_eq!(changes(&first), [Change::Created; 2]);
    assert_eq!(changes(&second), [Change::Created; 2]);
    assert_eq!(second[1].id, pattern_id(2));
    let state = state(&backend).await;
    assert_eq!((state.episodes.len(), state.patterns.len()), (2, 2));
}

async fn a_bad_episode_keeps_its_patterns_out(backend: Backend) {
    let bad = contradiction(&backend).await;
    let before = state(&backend).await;
    let batch = [episode(1), bad];
    let result = backend
        .store_episodes_with_patterns(&batch, &[pattern(1)])
        .await;
    fails(result, ErrorKind::Constraint, Some(1));
    same(&state(&backend).await, &before);
}
