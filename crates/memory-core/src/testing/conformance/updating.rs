//! Updates, each made from a revision.

use super::Backend;
use super::case::cases;
use super::fixture::{
    edge, episode, episode_with, external, fails, find, get, here, id, known_as, learnt,
    pattern_id, relate, revision, same, state, store, store_one, store_patterns, tag, time, told,
    update,
};
use crate::{Episode, ErrorKind, RelationshipKind, TagChange, Update, WriteId};

cases![
    an_update_replaces_the_content_and_returns_the_next_revision,
    an_update_of_the_same_content_still_makes_the_revision_grow,
    an_update_keeps_relationships_and_sources,
    an_update_may_change_the_external_id,
    the_revision_inside_an_update_is_not_looked_at,
    an_update_of_what_is_not_there_is_not_found,
    an_update_from_another_revision_is_a_conflict,
    an_update_to_the_external_id_of_another_is_refused,
    an_update_finds_its_episode_by_id_alone,
    a_bad_update_anywhere_changes_nothing_and_is_named,
    two_updates_of_one_episode_in_one_call_are_applied_in_order,
    a_repeated_update_counts_as_done,
    a_repeated_batch_of_updates_counts_as_done,
    a_repeated_call_that_updates_an_episode_twice_counts_as_done,
    part_of_a_repeated_call_is_a_conflict,
    a_repeated_update_after_another_store_is_a_conflict,
    a_repeated_update_after_another_update_is_a_conflict,
    a_repeated_update_after_a_change_of_tags_is_a_conflict,
    a_repeated_update_after_a_renamed_tag_is_a_conflict,
    a_repeated_update_after_a_deleted_pattern_is_a_conflict,
    a_repeated_update_after_an_identical_store_counts_as_done,
    a_write_id_of_another_episode_means_nothing,
    a_write_id_counts_only_one_revision_above_the_expected_one,
];

async fn update_one(backend: &Backend, update: &Update<Episode>) -> u64 {
    backend
        .update_episode(update)
        .await
        .expect("update_episode")
        .get()
}

async fn an_update_replaces_the_content_and_returns_the_next_revision(backend: Backend) {
    store_one(&backend, &told(1, "x")).await;
    let value = episode_with(1, |draft| {
        draft.description = "y".into();
        draft.started_at = time(5);
        draft.created_at = time(6);
        draft.updated_at = time(7);
    });
    assert_eq!(update_one(&backend, &update(value.clone(), 1)).await, 2);
    let found = get(&backend, 1).await;
    assert!(found.same_content(&value), "{found:?}");
    assert_eq!((found.created_at, found.updated_at), (time(1), time(7)));
    assert_eq!(found.revision, revision(2));
}

async fn an_update_of_the_same_content_still_makes_the_revision_grow(backend: Backend) {
    store_one(&backend, &episode(1)).await;
    assert_eq!(update_one(&backend, &update(episode(1), 1)).await, 2);
    assert_eq!(update_one(&backend, &update(episode(1), 2)).await, 3);
}

async fn an_update_keeps_relationships_and_sources(backend: Backend) {
    store(&backend, &[episode(1), episode(2)]).await;
    relate(&backend, &[edge(RelationshipKind::Blocks, 2, 1)]).await;
    store_patterns(&backend, &[learnt(1, &[1])]).await;
    let before = state(&backend).await;
    update_one(&backend, &update(told(1, "x"), 1)).await;
    let after = state(&backend).await;
    assert_eq!(after.relationships, before.relationships);
    same(&after.patterns, &before.patterns);
}

async fn an_update_may_change_the_external_id(backend: Backend) {
    store_one(&backend, &known_as(1, "x")).await;
    update_one(&backend, &update(known_as(1, "y"), 1)).await;
    assert_eq!(find(&backend, "x").await, None);
    assert_eq!(find(&backend, "y").await, Some(id(1)));
    update_one(&backend, &update(episode(1), 2)).await;
    assert_eq!(find(&backend, "y").await, None);
}

async fn the_revision_inside_an_update_is_not_looked_at(backend: Backend) {
    store_one(&backend, &episode(1)).await;
    let value = told(1, "x").at_revision(revision(9));
    assert_eq!(update_one(&backend, &update(value, 1)).await, 2);
    assert_eq!(get(&backend, 1).await.revision, revision(2));
}

async fn an_update_of_what_is_not_there_is_not_found(backend: Backend) {
    let result = backend.update_episode(&update(episode(1), 1)).await;
    fails(result, ErrorKind::NotFound, Some(0));
    assert!(state(&backend).await.episodes.is_empty());
}

async fn an_update_from_another_revision_is_a_conflict(backend: Backend) {
    store_one(
        &backend,
        &episode_with(1, |draft| draft.revision = revision(5)),
    )
    .await;
    let before = state(&backend).await;
    for expected in [1, 4, 6, 7] {
        let result = backend
            .update_episode(&update(told(1, "x"), expected))
            .await;
        fails(result, ErrorKind::Conflict, Some(0));
    }
    same(&state(&backend).await, &before);
    assert_eq!(update_one(&backend, &update(told(1, "x"), 5)).await, 6);
}

async fn an_update_to_the_external_id_of_another_is_refused(backend: Backend) {
    store(&backend, &[known_as(1, "x"), known_as(2, "y")]).await;
    let before = state(&backend).await;
    let result = backend.update_episode(&update(known_as(2, "x"), 1)).await;
    fails(result, ErrorKind::Constraint, Some(0));
    same(&state(&backend).await, &before);
}

async fn an_update_finds_its_episode_by_id_alone(backend: Backend) {
    store_one(&backend, &known_as(1, "x")).await;
    let result = backend.update_episode(&update(known_as(2, "x"), 1)).await;
    fails(result, ErrorKind::NotFound, Some(0));
}

async fn a_bad_update_anywhere_changes_nothing_and_is_named(backend: Backend) {
    store(
        &backend,
        &[known_as(1, "x"), episode(2), episode(3), episode(4)],
    )
    .await;
    let before = state(&backend).await;
    let bad = [
        (update(told(4, "new"), 2), ErrorKind::Conflict),
        (update(told(9, "new"), 1), ErrorKind::NotFound),
        (update(known_as(4, "x"), 1), ErrorKind::Constraint),
    ];
    for (bad, kind) in &bad {
        for place in 0..4 {
            let mut batch: Vec<_> = (1..4).map(|n| update(told(n, "new"), 1)).collect();
            // The first keeps its external id, which is what one of the bad ones wants.
            batch[0].value = known_as(1, "x");
            batch.insert(place, bad.clone());
            fails(backend.update_episodes(&batch).await, *kind, Some(place));
            same(&state(&backend).await, &before);
        }
    }
}

async fn two_updates_of_one_episode_in_one_call_are_applied_in_order(backend: Backend) {
    store(&backend, &[episode(1), episode(2)]).await;
    let batch = [
        update(told(1, "x"), 1),
        update(told(2, "z"), 1),
        update(told(1, "y"), 2),
    ];
    let revisions = backend
        .update_episodes(&batch)
        .await
        .expect("update_episodes");
    assert_eq!(revisions, [revision(2), revision(2), revision(3)]);
    assert_eq!(get(&backend, 1).await.description, "y");
    let batch = [update(told(1, "a"), 3), update(told(1, "b"), 3)];
    fails(
        backend.update_episodes(&batch).await,
        ErrorKind::Conflict,
        Some(1),
    );
    assert_eq!(get(&backend, 1).await.description, "y");
}

async fn a_repeated_update_counts_as_done(backend: Backend) {
    store_one(&backend, &episode(1)).await;
    let change = update(told(1, "x"), 1);
    assert_eq!(update_one(&backend, &change).await, 2);
    let before = state(&backend).await;
    assert_eq!(update_one(&backend, &change).await, 2);
    same(&state(&backend).await, &before);
    // The same change under another name is another change.
    let result = backend.update_episode(&update(told(1, "x"), 1)).await;
    fails(result, ErrorKind::Conflict, Some(0));
}

async fn a_repeated_batch_of_updates_counts_as_done(backend: Backend) {
    store(&backend, &[episode(1), episode(2)]).await;
    let batch = [update(told(1, "x"), 1), update(told(2, "y"), 1)];
    let first = backend
        .update_episodes(&batch)
        .await
        .expect("update_episodes");
    let again = backend
        .update_episodes(&batch)
        .await
        .expect("update_episodes");
    assert_eq!(first, again);
    assert_eq!(get(&backend, 2).await.revision, revision(2));
}

/// The answer of the first call was lost: the second finds what the last of the updates made.
async fn a_repeated_call_that_updates_an_episode_twice_counts_as_done(backend: Backend) {
    store(&backend, &[episode(1), episode(2)]).await;
    let batch = [
        update(told(1, "x"), 1),
        update(told(2, "y"), 1),
        update(told(1, "z"), 2),
        update(told(1, "zz"), 3),
    ];
    for _ in 0..2 {
        let made = backend.update_episodes(&batch).await;
        assert_eq!(made.expect("update_episodes"), [2, 2, 3, 4].map(revision));
        let found = get(&backend, 1).await;
        assert_eq!((&*found.description, found.revision), ("zz", revision(4)));
    }
}

async fn part_of_a_repeated_call_is_a_conflict(backend: Backend) {
    store_one(&backend, &episode(1)).await;
    let batch = [update(told(1, "x"), 1), update(told(1, "y"), 2)];
    let made = backend.update_episodes(&batch).await;
    made.expect("update_episodes");
    let result = backend.update_episodes(&batch[..1]).await;
    fails(result, ErrorKind::Conflict, Some(0));
    let other = [batch[0].clone(), update(told(1, "z"), 2)];
    let result = backend.update_episodes(&other).await;
    fails(result, ErrorKind::Conflict, Some(0));
    assert_eq!(get(&backend, 1).await.description, "y");
}

/// Updates episode 1 to revision 2, lets somebody else change it, and repeats the update.
async fn repeated_after(backend: &Backend, other: impl AsyncFnOnce(Backend)) {
    let with_all = |text: &str| {
        episode_with(1, |draft| {
            draft.description = text.to_owned();
            draft.tags = super::fixture::tags(&["a"]);
            draft.patterns = [pattern_id(1)].into();
        })
    };
    store_patterns(backend, &[learnt(1, &[])]).await;
    store_one(backend, &with_all("x")).await;
    let change = update(with_all("y"), 1);
    update_one(backend, &change).await;
    other(backend.clone()).await;
    let before = state(backend).await;
    fails(
        backend.update_episode(&change).await,
        ErrorKind::Conflict,
        Some(0),
    );
    assert_eq!(get(backend, 1).await.revision, revision(3));
    // Nor did that write make the revision that stands there now.
    let later = Update {
        expected: revision(2),
        ..change
    };
    fails(
        backend.update_episode(&later).await,
        ErrorKind::Conflict,
        Some(0),
    );
    same(&state(backend).await, &before);
}

async fn a_repeated_update_after_another_store_is_a_conflict(backend: Backend) {
    repeated_after(&backend, async |backend: Backend| {
        store_one(&backend, &told(1, "z")).await;
    })
    .await;
}

async fn a_repeated_update_after_another_update_is_a_conflict(backend: Backend) {
    repeated_after(&backend, async |backend: Backend| {
        update_one(&backend, &update(told(1, "z"), 2)).await;
    })
    .await;
}

async fn a_repeated_update_after_a_change_of_tags_is_a_conflict(backend: Backend) {
    repeated_after(&backend, async |backend: Backend| {
        let change = TagChange::add(tag("b"));
        let changed = backend.change_tags(&here(), id(1), &change, time(9)).await;
        assert_eq!(changed.expect("change_tags"), revision(3));
    })
    .await;
}

async fn a_repeated_update_after_a_renamed_tag_is_a_conflict(backend: Backend) {
    repeated_after(&backend, async |backend: Backend| {
        let renamed = backend
            .rename_tag(&here(), &tag("a"), &tag("b"), time(9))
            .await;
        assert_eq!(renamed.expect("rename_tag"), 1);
    })
    .await;
}

async fn a_repeated_update_after_a_deleted_pattern_is_a_conflict(backend: Backend) {
    repeated_after(&backend, async |backend: Backend| {
        let deleted = backend.delete_patterns(&here(), &[pattern_id(1)]).await;
        assert_eq!(deleted.expect("delete_patterns"), 1);
    })
    .await;
}

async fn a_repeated_update_after_an_identical_store_counts_as_done(backend: Backend) {
    store_one(&backend, &episode(1)).await;
    let change = update(told(1, "x"), 1);
    update_one(&backend, &change).await;
    store_one(&backend, &told(1, "x")).await;
    assert_eq!(update_one(&backend, &change).await, 2);
}

async fn a_write_id_of_another_episode_means_nothing(backend: Backend) {
    store(
        &backend,
        &[
            episode(1),
            episode_with(2, |draft| draft.revision = revision(2)),
        ],
    )
    .await;
    let write_id = WriteId::new();
    let named = |value, expected| Update {
        write_id,
        ..update(value, expected)
    };
    assert_eq!(update_one(&backend, &named(told(1, "x"), 1)).await, 2);
    let result = backend.update_episode(&named(told(2, "x"), 1)).await;
    fails(result, ErrorKind::Conflict, Some(0));
    let marked = episode_with(2, |draft| draft.external_id = Some(external("x")));
    assert_eq!(update_one(&backend, &named(marked, 2)).await, 3);
}

async fn a_write_id_counts_only_one_revision_above_the_expected_one(backend: Backend) {
    store_one(&backend, &episode(1)).await;
    let first = update(told(1, "x"), 1);
    update_one(&backend, &first).await;
    // Under the same name, but made from what the first one left: another change.
    let second = Update {
        write_id: first.write_id,
        ..update(told(1, "y"), 2)
    };
    assert_eq!(update_one(&backend, &second).await, 3);
    assert_eq!(get(&backend, 1).await.description, "y");
    for expected in [1, 4] {
        let other = Update {
            write_id: first.write_id,
            ..update(told(1, "z"), expected)
        };
        let result = backend.update_episode(&other).await;
        fails(result, ErrorKind::Conflict, Some(0));
    }
}
