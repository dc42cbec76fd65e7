//! What was just stored is found in the cache, if nobody else wrote meanwhile.

use super::world::{World, now, numbered};
use memory_storage_turso::{
    Atomicity, CacheConfig, CachedStorage, Episode, EpisodeStore as _, InMemoryStorage,
    PatternDraft, PatternStore as _, Update,
};
use std::sync::Arc;
use testkit::{Fault, Gate};

fn episodes(count: usize) -> Vec<Episode> {
    let episode = |nth: usize| crate::support::episode(&nth.to_string());
    (0..count).map(episode).collect()
}

/// How many of these are read without asking the backend.
async fn hits(cached: &CachedStorage<InMemoryStorage>, episodes: &[Episode]) -> u64 {
    let before = cached.figures().episodes.hits;
    for episode in episodes {
        let found = cached.get_episode(&episode.namespace, episode.id).await;
        assert_eq!(found.unwrap().as_deref(), Some(episode));
    }
    cached.figures().episodes.hits - before
}

fn storage() -> CachedStorage<InMemoryStorage> {
    CachedStorage::new(InMemoryStorage::new(), &CacheConfig::default()).unwrap()
}

#[tokio::test]
async fn what_was_created_is_a_hit_the_first_time() {
    for (count, expected) in [(1, 1), (64, 64), (65, 0)] {
        let (cached, all) = (storage(), episodes(count));
        let stored = cached.store_episodes(&all, Atomicity::PerPart).await;
        assert_eq!(stored.unwrap().len(), count);
        assert_eq!(hits(&cached, &all).await, expected, "{count}");
    }
}

#[tokio::test]
async fn what_replaced_something_is_read() {
    let (cached, mut all) = (storage(), episodes(2));
    cached.store_episode(&all[0]).await.unwrap();
    // Stored as it was created then, which the caller need not know.
    let mut draft = all[0].clone().into_draft();
    draft.description = "changed".into();
    draft.created_at = now();
    let changed = draft.finish().unwrap();
    let batch = [changed.clone(), all[1].clone()];
    cached
        .store_episodes(&batch, Atomicity::AllOrNothing)
        .await
        .unwrap();
    let found = cached.get_episode(&changed.namespace, changed.id).await;
    let found = found.unwrap().unwrap();
    assert_eq!(found.description, "changed");
    assert_eq!(found.created_at, all[0].created_at);
    all.remove(0);
    assert_eq!(hits(&cached, &all).await, 0);
}

#[tokio::test]
async fn two_of_one_call_that_are_the_same_episode_are_read() {
    let (cached, mut all) = (storage(), episodes(1));
    let mut last = all[0].clone();
    last.edit(now(), |draft| draft.description = "last".into())
        .unwrap();
    all.push(last);
    cached
        .store_episodes(&all, Atomicity::AllOrNothing)
        .await
        .unwrap();
    let found = cached.get_episode(&all[0].namespace, all[0].id).await;
    assert_eq!(found.unwrap().unwrap().description, "last");
}

#[tokio::test]
async fn around_the_cache_nothing_is_left_in_it() {
    let (cached, all) = (storage(), episodes(1));
    cached.uncached().store_episode(&all[0]).await.unwrap();
    assert_eq!(hits(&cached, &all).await, 0);
}

#[tokio::test]
async fn patterns_are_found_too_and_with_their_episodes() {
    let cached = storage();
    let world = World::new().await;
    let pattern = |source: &Episode| {
        let mut draft = PatternDraft::new(world.pattern.lesson.clone(), now());
        draft.sources = [source.id].into();
        draft.finish().unwrap()
    };
    let all = episodes(2);
    let (one, two) = (pattern(&all[0]), pattern(&all[1]));
    cached.store_episode(&all[0]).await.unwrap();
    cached.store_pattern(&one).await.unwrap();
    cached
        .store_episodes_with_patterns(&all[1..], std::slice::from_ref(&two))
        .await
        .unwrap();
    for pattern in [one, two] {
        let found = cached.get_pattern(&pattern.namespace, pattern.id).await;
        assert_eq!(found.unwrap().as_deref(), Some(&pattern));
    }
    assert_eq!(cached.figures().patterns.hits, 2);
    assert_eq!(hits(&cached, &all).await, 2);
}

/// The store has been done, and has not been told of, when another write changes what it stored.
#[tokio::test]
async fn f76_a_store_that_was_overtaken_leaves_nothing_stale() {
    let world = Arc::new(World::new().await);
    let third = numbered(3);
    let gate = Gate::new();
    let stop = Fault::ParkAfter(gate.clone());
    world.faults.nth_of("store_episodes", 1, stop);
    let store = {
        let (world, third) = (Arc::clone(&world), third.clone());
        tokio::spawn(async move { world.cached.store_episode(&third).await })
    };
    gate.arrived(1).await;
    let mut changed = third.clone();
    changed
        .edit(now(), |draft| draft.description = "overtaken".into())
        .unwrap();
    let update = Update::new(changed, third.revision);
    world.cached.update_episode(&update).await.unwrap();
    gate.open();
    store.await.unwrap().unwrap();
    let found = world.cached.get_episode(&third.namespace, third.id);
    assert_eq!(found.await.unwrap().unwrap().description, "overtaken");
}
