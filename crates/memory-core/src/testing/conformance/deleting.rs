//! Deleting an episode or a pattern, and whatever hangs on it.

use super::Backend;
use super::case::cases;
use super::fixture::{
    edge, episode, episode_with, episodes, find, get, get_pattern, here, id, known_as, learnt,
    pattern, pattern_id, relate, revision, same, state, store, store_one, store_patterns, tags,
    time,
};
use crate::{Change, Episode, EpisodeId, RelationshipKind};

cases![
    deleting_counts_what_was_there,
    an_id_given_twice_counts_once,
    a_deleted_episode_is_found_by_nothing,
    a_deleted_episode_takes_its_relationships_with_it,
    a_deleted_episode_takes_its_tags_with_it,
    a_deleted_episode_vanishes_from_the_sources_of_patterns,
    a_pattern_grows_by_one_for_each_source_that_it_loses,
    a_deleted_episode_can_be_stored_anew,
    deleting_breaks_a_path,
    a_deleted_pattern_vanishes_from_the_episodes_that_applied_it,
    an_episode_grows_by_one_for_each_pattern_that_it_loses,
    what_is_no_longer_named_is_not_lost_again,
    ids_that_nobody_has_may_be_named,
];

async fn delete(backend: &Backend, numbers: &[u32]) -> u64 {
    let ids: Vec<EpisodeId> = numbers.iter().map(|n| id(*n)).collect();
    let deleted = backend.delete_episodes(&here(), &ids).await;
    deleted.expect("delete_episodes")
}

async fn deleting_counts_what_was_there(backend: Backend) {
    store(&backend, &episodes([1, 2, 3])).await;
    assert_eq!(delete(&backend, &[9, 1, 8, 3]).await, 2);
    assert_eq!(delete(&backend, &[1]).await, 0);
    let single = backend.delete_episode(&here(), id(2)).await;
    assert!(single.expect("delete_episode"));
    let single = backend.delete_episode(&here(), id(2)).await;
    assert!(!single.expect("delete_episode"));
    assert!(state(&backend).await.episodes.is_empty());
}

async fn an_id_given_twice_counts_once(backend: Backend) {
    store(&backend, &episodes([1, 2])).await;
    assert_eq!(delete(&backend, &[1, 2, 1]).await, 2);
    store_patterns(&backend, &[pattern(1)]).await;
    let twice = [pattern_id(1), pattern_id(1)];
    let deleted = backend.delete_patterns(&here(), &twice).await;
    assert_eq!(deleted.expect("delete_patterns"), 1);
}

async fn a_deleted_episode_is_found_by_nothing(backend: Backend) {
    store(&backend, &[known_as(1, "x"), episode(2)]).await;
    delete(&backend, &[1]).await;
    let found = backend.get_episode(&here(), id(1)).await;
    assert_eq!(found.expect("get_episode"), None);
    assert_eq!(find(&backend, "x").await, None);
    assert_eq!(state(&backend).await.episodes.len(), 1);
}

async fn a_deleted_episode_takes_its_relationships_with_it(backend: Backend) {
    store(&backend, &episodes([1, 2, 3])).await;
    let edges = RelationshipKind::ALL.map(|kind| [edge(kind, 1, 2), edge(kind, 3, 1)]);
    relate(&backend, edges.as_flattened()).await;
    let stays = edge(RelationshipKind::RelatedTo, 2, 3);
    relate(&backend, std::slice::from_ref(&stays)).await;
    delete(&backend, &[1]).await;
    assert_eq!(state(&backend).await.relationships, [stays]);
    store_one(&backend, &episode(1)).await;
    assert_eq!(
        state(&backend).await.relationships.len(),
        1,
        "they must not come back"
    );
}

async fn a_deleted_episode_takes_its_tags_with_it(backend: Backend) {
    let tagged = |n, texts: &[&str]| episode_with(n, |draft| draft.tags = tags(texts));
    store(&backend, &[tagged(1, &["a", "b"]), tagged(2, &["b"])]).await;
    delete(&backend, &[1]).await;
    let left = state(&backend).await.tags;
    assert_eq!(left.len(), 1, "{left:?}");
    assert_eq!((left[0].tag.as_str(), left[0].episodes), ("b", 1));
}

async fn a_deleted_episode_vanishes_from_the_sources_of_patterns(backend: Backend) {
    store(&backend, &episodes([1, 2])).await;
    store_patterns(&backend, &[learnt(1, &[1, 2]), learnt(2, &[2])]).await;
    let untouched = get_pattern(&backend, 2).await;
    delete(&backend, &[1]).await;
    let found = get_pattern(&backend, 1).await;
    assert_eq!(found.sources, [id(2)].into());
    assert_eq!((found.revision, found.updated_at), (revision(2), time(1)));
    same(&get_pattern(&backend, 2).await, &untouched);
}

async fn a_pattern_grows_by_one_for_each_source_that_it_loses(backend: Backend) {
    store(&backend, &episodes([1, 2, 3])).await;
    store_patterns(&backend, &[learnt(1, &[1, 2, 3])]).await;
    delete(&backend, &[1, 3, 1, 9]).await;
    let found = get_pattern(&backend, 1).await;
    assert_eq!(found.sources, [id(2)].into());
    assert_eq!(found.revision, revision(3));
}

async fn a_deleted_episode_can_be_stored_anew(backend: Backend) {
    store_one(&backend, &known_as(1, "x")).await;
    delete(&backend, &[1]).await;
    let stored = store_one(&backend, &known_as(2, "x")).await;
    assert_eq!((stored.id, stored.change), (id(2), Change::Created));
    let stored = store_one(&backend, &episode(1)).await;
    assert_eq!(
        (stored.revision, stored.change),
        (revision(1), Change::Created)
    );
}

async fn deleting_breaks_a_path(backend: Backend) {
    let kind = RelationshipKind::DependsOn;
    store(&backend, &episodes([1, 2, 3])).await;
    relate(&backend, &[edge(kind, 1, 2), edge(kind, 2, 3)]).await;
    delete(&backend, &[2]).await;
    relate(&backend, &[edge(kind, 3, 1)]).await;
}

fn applied(n: u32, patterns: &[u32]) -> Episode {
    episode_with(n, |draft| {
        draft.patterns = patterns.iter().map(|n| pattern_id(*n)).collect();
    })
}

async fn a_deleted_pattern_vanishes_from_the_episodes_that_applied_it(backend: Backend) {
    store_patterns(&backend, &[pattern(1), pattern(2)]).await;
    store(&backend, &[applied(1, &[1, 2]), applied(2, &[2])]).await;
    let untouched = get(&backend, 2).await;
    let deleted = backend
        .delete_patterns(&here(), &[pattern_id(1), pattern_id(9)])
        .await;
    assert_eq!(deleted.expect("delete_patterns"), 1);
    let found = get(&backend, 1).await;
    assert_eq!(found.patterns, [pattern_id(2)].into());
    assert_eq!((found.revision, found.updated_at), (revision(2), time(1)));
    same(&get(&backend, 2).await, &untouched);
    assert_eq!(state(&backend).await.patterns.len(), 1);
}

async fn an_episode_grows_by_one_for_each_pattern_that_it_loses(backend: Backend) {
    store_patterns(&backend, &[pattern(1), pattern(2)]).await;
    store_one(&backend, &applied(1, &[1, 2, 3])).await;
    // Nobody has pattern 3, so that deleting it takes nothing away.
    let ids = [1, 2, 3].map(pattern_id);
    let deleted = backend.delete_patterns(&here(), &ids).await;
    assert_eq!(deleted.expect("delete_patterns"), 2);
    let found = get(&backend, 1).await;
    assert_eq!(found.patterns, [pattern_id(3)].into());
    assert_eq!(found.revision, revision(3));
}

async fn what_is_no_longer_named_is_not_lost_again(backend: Backend) {
    store_patterns(&backend, &[pattern(1)]).await;
    store(&backend, &[applied(1, &[1]), applied(1, &[])]).await;
    store_patterns(&backend, &[learnt(2, &[1]), learnt(2, &[])]).await;
    let before = (get(&backend, 1).await, get_pattern(&backend, 2).await);
    let deleted = backend.delete_patterns(&here(), &[pattern_id(1)]).await;
    assert_eq!(deleted.expect("delete_patterns"), 1);
    same(&get(&backend, 1).await, &before.0);
    assert_eq!(delete(&backend, &[1]).await, 1);
    same(&get_pattern(&backend, 2).await, &before.1);
}

async fn ids_that_nobody_has_may_be_named(backend: Backend) {
    let (one, two) = (applied(1, &[7, 8]), learnt(1, &[7, 8]));
    store_one(&backend, &one).await;
    store_patterns(&backend, std::slice::from_ref(&two)).await;
    same(&*get(&backend, 1).await, &one);
    same(&*get_pattern(&backend, 1).await, &two);
    // An episode that is not there is not deleted from anywhere.
    assert_eq!(delete(&backend, &[7]).await, 0);
    same(&*get_pattern(&backend, 1).await, &two);
}
