//! Which episode a stored one is, and what storing it again does.

use super::Backend;
use super::case::cases;
use super::fixture::{
    edge, episode, episode_with, external, fails, find, get, get_pattern, here, id, known_as,
    learnt, relate, revision, same, state, store, store_one, store_patterns, time, told,
};
use crate::{Change, ErrorKind, RelationshipKind, RewardScore, Stored};

cases![
    a_new_episode_is_stored_as_it_is,
    identical_content_changes_nothing,
    other_content_replaces_the_episode,
    replacing_keeps_relationships_and_sources,
    replacing_replaces_what_queries_find,
    a_changed_start_moves_the_episode,
    f68_a_negative_zero_is_other_content_than_zero,
    an_external_id_means_the_same_episode,
    an_external_id_can_be_given_to_a_stored_episode,
    an_external_id_can_be_changed,
    an_external_id_can_be_taken_away_and_given_to_another,
    an_id_and_an_external_id_of_two_episodes_contradict,
    the_largest_revision_stays,
];

async fn a_new_episode_is_stored_as_it_is(backend: Backend) {
    let episode = episode_with(1, |draft| {
        draft.revision = revision(7);
        draft.created_at = time(3);
        draft.updated_at = time(5);
    });
    let stored = store_one(&backend, &episode).await;
    let (id, revision, change) = (id(1), revision(7), Change::Created);
    assert_eq!(
        stored,
        Stored {
            id,
            revision,
            change
        }
    );
    same(&*get(&backend, 1).await, &episode);
}

async fn identical_content_changes_nothing(backend: Backend) {
    let first = told(1, "x");
    store_one(&backend, &first).await;
    let again = episode_with(1, |draft| {
        draft.description = "x".into();
        draft.created_at = time(8);
        draft.updated_at = time(9);
        draft.revision = revision(5);
    });
    let stored = store_one(&backend, &again).await;
    assert_eq!(
        (stored.change, stored.revision),
        (Change::Unchanged, revision(1))
    );
    same(&*get(&backend, 1).await, &first);
}

async fn other_content_replaces_the_episode(backend: Backend) {
    store_one(&backend, &told(1, "x")).await;
    let other = episode_with(1, |draft| {
        draft.description = "y".into();
        draft.created_at = time(8);
        draft.updated_at = time(9);
        draft.revision = revision(5);
    });
    let stored = store_one(&backend, &other).await;
    assert_eq!(
        (stored.change, stored.revision),
        (Change::Replaced, revision(2))
    );
    let found = get(&backend, 1).await;
    assert!(found.same_content(&other), "{found:?}");
    assert_eq!(found.created_at, time(1));
    assert_eq!(found.updated_at, time(9));
    assert_eq!(found.revision, revision(2));
}

async fn replacing_keeps_relationships_and_sources(backend: Backend) {
    store(&backend, &[episode(1), episode(2)]).await;
    relate(&backend, &[edge(RelationshipKind::Follows, 2, 1)]).await;
    store_patterns(&backend, &[learnt(1, &[1])]).await;
    let before = state(&backend).await;
    store_one(&backend, &told(1, "other")).await;
    let after = state(&backend).await;
    assert_eq!(after.relationships, before.relationships);
    same(&after.patterns, &before.patterns);
}

async fn replacing_replaces_what_queries_find(backend: Backend) {
    let with = |text: &str| {
        episode_with(1, |draft| {
            draft.tags = super::fixture::tags(&[text]);
            draft.metadata.insert("k", text).expect("a valid entry");
        })
    };
    store(&backend, &[with("old"), with("new")]).await;
    for (text, count) in [("old", 0), ("new", 1)] {
        let tagged = crate::EpisodeQuery {
            tags_all: super::fixture::tags(&[text]),
            ..crate::EpisodeQuery::all(here())
        };
        let marked = crate::EpisodeQuery {
            metadata: crate::Metadata::new()
                .with("k", text)
                .expect("a valid entry"),
            ..crate::EpisodeQuery::all(here())
        };
        for query in [tagged, marked] {
            assert_eq!(backend.count_episodes(&query).await.expect("count"), count);
        }
    }
}

async fn a_changed_start_moves_the_episode(backend: Backend) {
    store(&backend, &[episode(1), episode(2)]).await;
    store_one(
        &backend,
        &episode_with(1, |draft| draft.started_at = time(9)),
    )
    .await;
    let newest_first = crate::EpisodeQuery::all(here());
    let found = super::fixture::ids(&backend, &newest_first, 10).await;
    assert_eq!(found, [id(1), id(2)]);
}

async fn f68_a_negative_zero_is_other_content_than_zero(backend: Backend) {
    let worth = |total| episode_with(1, |draft| draft.reward = Some(RewardScore::new(total)));
    store_one(&backend, &worth(0.0)).await;
    assert_eq!(
        store_one(&backend, &worth(-0.0)).await.change,
        Change::Replaced
    );
    assert_eq!(
        store_one(&backend, &worth(-0.0)).await.change,
        Change::Unchanged
    );
    let reward = get(&backend, 1).await.reward.clone();
    assert!(reward.is_some_and(|reward| reward.total.is_sign_negative()));
}

async fn an_external_id_means_the_same_episode(backend: Backend) {
    store_one(&backend, &known_as(1, "x")).await;
    let other = episode_with(2, |draft| {
        draft.external_id = Some(external("x"));
        draft.description = "later".into();
    });
    let stored = store_one(&backend, &other).await;
    assert_eq!((stored.id, stored.change), (id(1), Change::Replaced));
    assert_eq!(stored.revision, revision(2));
    let found = get(&backend, 1).await;
    assert_eq!((found.id, found.created_at), (id(1), time(1)));
    assert_eq!(found.description, "later");
    assert_eq!(state(&backend).await.episodes.len(), 1);
    assert_eq!(store_one(&backend, &other).await.change, Change::Unchanged);
}

async fn an_external_id_can_be_given_to_a_stored_episode(backend: Backend) {
    store_one(&backend, &episode(1)).await;
    let stored = store_one(&backend, &known_as(1, "x")).await;
    assert_eq!((stored.id, stored.change), (id(1), Change::Replaced));
    assert_eq!(find(&backend, "x").await, Some(id(1)));
}

async fn an_external_id_can_be_changed(backend: Backend) {
    store_one(&backend, &known_as(1, "x")).await;
    assert_eq!(
        store_one(&backend, &known_as(1, "y")).await.change,
        Change::Replaced
    );
    assert_eq!(find(&backend, "x").await, None);
    assert_eq!(find(&backend, "y").await, Some(id(1)));
}

async fn an_external_id_can_be_taken_away_and_given_to_another(backend: Backend) {
    store_one(&backend, &known_as(1, "x")).await;
    store_one(&backend, &episode(1)).await;
    assert_eq!(find(&backend, "x").await, None);
    assert_eq!(
        store_one(&backend, &known_as(2, "x")).await.change,
        Change::Created
    );
    assert_eq!(find(&backend, "x").await, Some(id(2)));
}

async fn an_id_and_an_external_id_of_two_episodes_contradict(backend: Backend) {
    store(&backend, &[known_as(1, "x"), known_as(2, "y")]).await;
    let before = state(&backend).await;
    let result = backend.store_episode(&known_as(2, "x")).await;
    fails(result, ErrorKind::Constraint, Some(0));
    same(&state(&backend).await, &before);
}

async fn the_largest_revision_stays(backend: Backend) {
    let last = crate::Revision::MAX;
    store_one(&backend, &episode_with(1, |draft| draft.revision = last)).await;
    store_patterns(&backend, &[learnt(1, &[1])]).await;
    let stored = store_one(&backend, &told(1, "other")).await;
    assert_eq!((stored.change, stored.revision), (Change::Replaced, last));
    assert_eq!(get_pattern(&backend, 1).await.sources, [id(1)].into());
}
