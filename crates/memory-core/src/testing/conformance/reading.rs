//! Getting records by their ids, any number of them.

use super::Backend;
use super::case::cases;
use super::fixture::{
    episode, episodes, external, here, id, known_as, learnt, pattern_id, state, store,
    store_patterns,
};
use crate::{EpisodeId, ExternalId, PatternId};

cases![
    what_is_not_there_is_none,
    many_are_got_in_the_order_of_the_ids,
    an_id_asked_for_twice_is_got_twice,
    external_ids_are_found_in_their_order,
    f70_40000_ids_can_be_got_at_once,
    f70_40000_external_ids_can_be_found_at_once,
    f70_40000_episodes_can_be_deleted_at_once,
    patterns_are_got_in_the_order_of_the_ids,
    f70_40000_patterns_can_be_got_and_deleted_at_once,
];

const MANY: u32 = 40_000;

async fn what_is_not_there_is_none(backend: Backend) {
    let found = backend.get_episode(&here(), id(1)).await;
    assert_eq!(found.expect("get_episode"), None);
    let found = backend.get_pattern(&here(), pattern_id(1)).await;
    assert_eq!(found.expect("get_pattern"), None);
    let found = backend.find_episode_ids(&here(), &[external("x")]).await;
    assert_eq!(found.expect("find_episode_ids"), [None]);
}

/// The numbers of the episodes that were got, none where there is none.
async fn got(backend: &Backend, numbers: &[u32]) -> Vec<Option<EpisodeId>> {
    let ids: Vec<EpisodeId> = numbers.iter().map(|n| id(*n)).collect();
    let found = backend.get_episodes(&here(), &ids).await;
    let found = found.expect("get_episodes");
    found
        .iter()
        .map(|found| found.as_ref().map(|episode| episode.id))
        .collect()
}

async fn many_are_got_in_the_order_of_the_ids(backend: Backend) {
    store(&backend, &episodes([1, 2, 3])).await;
    let expected = [Some(id(3)), None, Some(id(1)), Some(id(2)), None];
    assert_eq!(got(&backend, &[3, 9, 1, 2, 8]).await, expected);
}

async fn an_id_asked_for_twice_is_got_twice(backend: Backend) {
    store(&backend, &[episode(1)]).await;
    assert_eq!(
        got(&backend, &[1, 2, 1]).await,
        [Some(id(1)), None, Some(id(1))]
    );
}

async fn external_ids_are_found_in_their_order(backend: Backend) {
    store(&backend, &[known_as(1, "x"), known_as(2, "y"), episode(3)]).await;
    let wanted = ["y", "z", "x", "y", "X"].map(external);
    let found = backend.find_episode_ids(&here(), &wanted).await;
    let expected = [Some(id(2)), None, Some(id(1)), Some(id(2)), None];
    assert_eq!(found.expect("find_episode_ids"), expected);
}

async fn f70_40000_ids_can_be_got_at_once(backend: Backend) {
    store(&backend, &[episode(5), episode(MANY - 1)]).await;
    let numbers: Vec<u32> = (0..MANY).collect();
    let found = got(&backend, &numbers).await;
    assert_eq!(found.len(), MANY as usize);
    let there: Vec<EpisodeId> = found.into_iter().flatten().collect();
    assert_eq!(there, [id(5), id(MANY - 1)]);
}

async fn f70_40000_external_ids_can_be_found_at_once(backend: Backend) {
    store(&backend, &[known_as(1, "n7"), known_as(2, "n39999")]).await;
    let wanted: Vec<ExternalId> = (0..MANY).map(|n| external(&format!("n{n}"))).collect();
    let found = backend.find_episode_ids(&here(), &wanted).await;
    let found = found.expect("find_episode_ids");
    assert_eq!((found[7], found[39_999]), (Some(id(1)), Some(id(2))));
    assert_eq!(found.iter().flatten().count(), 2);
}

async fn f70_40000_episodes_can_be_deleted_at_once(backend: Backend) {
    store(&backend, &episodes([1, 2, MANY + 1])).await;
    let ids: Vec<EpisodeId> = (0..MANY).map(id).collect();
    let deleted = backend.delete_episodes(&here(), &ids).await;
    assert_eq!(deleted.expect("delete_episodes"), 2);
    assert_eq!(state(&backend).await.episodes.len(), 1);
}

async fn patterns_are_got_in_the_order_of_the_ids(backend: Backend) {
    store_patterns(&backend, &[learnt(1, &[]), learnt(2, &[])]).await;
    let wanted = [2, 3, 1, 2].map(pattern_id);
    let found = backend.get_patterns(&here(), &wanted).await;
    let found = found.expect("get_patterns").into_iter();
    let found: Vec<_> = found.map(|found| found.map(|pattern| pattern.id)).collect();
    let [one, two] = [1, 2].map(|n| Some(pattern_id(n)));
    assert_eq!(found, [two, None, one, two]);
}

async fn f70_40000_patterns_can_be_got_and_deleted_at_once(backend: Backend) {
    store_patterns(&backend, &[learnt(1, &[]), learnt(2, &[])]).await;
    let ids: Vec<PatternId> = (2..MANY).map(pattern_id).collect();
    let found = backend.get_patterns(&here(), &ids).await;
    let found = found.expect("get_patterns");
    assert_eq!(found.iter().flatten().count(), 1);
    let deleted = backend.delete_patterns(&here(), &ids).await;
    assert_eq!(deleted.expect("delete_patterns"), 1);
}
