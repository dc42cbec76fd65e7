//! Calls at the same time, and calls that nobody waits for.

use super::Backend;
use super::case::cases;
use super::fixture::{
    edge, episode, episode_with, episodes, external, find, get, here, id, relate, revision, state,
    store, store_one, tag, time,
};
use super::join::{abandon, join, task};
use crate::{
    Atomicity, Change, EpisodeQuery, ErrorKind, RelationshipKind, Result, Revision, TagChange,
    Update,
};

cases![
    f73_no_update_is_lost,
    f72_no_relationship_is_left_without_its_episodes,
    f71_two_relationships_at_once_close_no_cycle,
    one_external_id_stored_by_many_at_once_is_one_episode,
    tags_changed_by_many_at_once_are_all_there,
    an_abandoned_write_is_finished_or_undone_as_a_whole,
    an_abandoned_read_changes_nothing,
];

/// Reads episode 1 and adds one to its description, once, unless somebody else was faster.
async fn increment(backend: Backend) -> Result<Revision> {
    let stored = get(&backend, 1).await;
    let mut value = (*stored).clone();
    let next = value.description.parse::<u32>().expect("a number") + 1;
    let edited = value.edit(time(next), |draft| draft.description = next.to_string());
    edited.expect("a valid episode");
    backend
        .update_episode(&Update::new(value, stored.revision))
        .await
}

async fn f73_no_update_is_lost(backend: Backend) {
    store_one(
        &backend,
        &episode_with(1, |draft| draft.description = "0".into()),
    )
    .await;
    let mut successes = 0;
    for _ in 0..8 {
        let tasks = (0..8).map(|_| task(increment(backend.clone())));
        for result in join(tasks.collect()).await {
            match result {
                Ok(_) => successes += 1,
                Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error}"),
            }
        }
    }
    let found = get(&backend, 1).await;
    assert_eq!(found.description, successes.to_string());
    assert_eq!(found.revision, revision(successes + 1));
    assert!(successes >= 8, "one of each round succeeds");
}

async fn f72_no_relationship_is_left_without_its_episodes(backend: Backend) {
    for round in 0..10 {
        store(&backend, &episodes([1, 2, 3])).await;
        relate(&backend, &[edge(RelationshipKind::Follows, 3, 2)]).await;
        let adding = backend.clone();
        let add = task(async move {
            let added = adding
                .add_relationship(&edge(RelationshipKind::Follows, 1, 2))
                .await;
            let refused = added.err().map(|error| error.kind());
            assert!(
                matches!(refused, None | Some(ErrorKind::NotFound)),
                "{refused:?}"
            );
        });
        let deleting = backend.clone();
        let delete = task(async move {
            let deleted = deleting.delete_episode(&here(), id(2)).await;
            assert!(deleted.expect("delete_episode"));
        });
        // Either may come first.
        let tasks = if round % 2 == 0 {
            vec![add, delete]
        } else {
            vec![delete, add]
        };
        join(tasks).await;
        assert!(state(&backend).await.relationships.is_empty());
    }
}

async fn f71_two_relationships_at_once_close_no_cycle(backend: Backend) {
    store(&backend, &episodes(1..=2)).await;
    for kind in [RelationshipKind::ParentChild, RelationshipKind::DependsOn] {
        let add = |from, to| {
            let backend = backend.clone();
            task(async move { backend.add_relationship(&edge(kind, from, to)).await })
        };
        let results = join(vec![add(1, 2), add(2, 1)]).await;
        let added = results.iter().filter(|result| result.is_ok()).count();
        assert_eq!(added, 1, "{results:?}");
    }
}

async fn one_external_id_stored_by_many_at_once_is_one_episode(backend: Backend) {
    let store = |n| {
        let backend = backend.clone();
        let episode = episode_with(n, |draft| {
            draft.external_id = Some(external("x"));
            draft.description = n.to_string();
        });
        task(async move {
            backend
                .store_episode(&episode)
                .await
                .expect("store_episode")
        })
    };
    let stored = join((1..=8).map(store).collect()).await;
    let created = stored
        .iter()
        .filter(|stored| stored.change == Change::Created);
    assert_eq!(created.count(), 1, "{stored:?}");
    let one = find(&backend, "x").await.expect("an episode");
    assert!(stored.iter().all(|stored| stored.id == one), "{stored:?}");
    let state = state(&backend).await;
    assert_eq!(
        (state.episodes.len(), state.episodes[0].revision),
        (1, revision(8))
    );
}

async fn tags_changed_by_many_at_once_are_all_there(backend: Backend) {
    store_one(&backend, &episode(1)).await;
    let add = |n: u32| {
        let (backend, change) = (backend.clone(), TagChange::add(tag(&n.to_string())));
        task(async move { backend.change_tags(&here(), id(1), &change, time(n)).await })
    };
    for changed in join((0..16).map(add).collect()).await {
        changed.expect("change_tags");
    }
    let found = get(&backend, 1).await;
    assert_eq!((found.tags.len(), found.revision), (16, revision(17)));
}

async fn an_abandoned_write_is_finished_or_undone_as_a_whole(backend: Backend) {
    const EACH: u32 = 50;
    for round in 0..8 {
        let writing = backend.clone();
        let batch = episodes(round * EACH..(round + 1) * EACH);
        let write = task(async move {
            let stored = writing
                .store_episodes(&batch, Atomicity::AllOrNothing)
                .await;
            stored.expect("store_episodes");
        });
        abandon(write, round as usize).await;
        let all = EpisodeQuery::all(here());
        let count = backend.count_episodes(&all).await.expect("count_episodes");
        assert_eq!(count % u64::from(EACH), 0, "after {round} polls");
    }
    // The backend goes on working.
    store(&backend, &episodes(0..8 * EACH)).await;
    assert_eq!(state(&backend).await.episodes.len(), 8 * EACH as usize);
}

async fn an_abandoned_read_changes_nothing(backend: Backend) {
    store(&backend, &episodes(0..100)).await;
    for polls in 0..4 {
        let reading = backend.clone();
        let read = task(async move {
            state(&reading).await;
        });
        abandon(read, polls).await;
    }
    assert_eq!(state(&backend).await.episodes.len(), 100);
}
