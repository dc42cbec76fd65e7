//! Loads that fail, hang, or lose their caller.

use super::world::World;
use memory_storage_turso::{
    CacheConfig, CacheShares, CachedStorage, EpisodeStore as _, ErrorKind, InMemoryStorage,
    Namespace,
};
use std::sync::Arc;
use testkit::{Fault, Gate};

#[tokio::test]
async fn f75_a_thousand_reads_of_a_cold_episode_are_one_and_so_is_their_error() {
    let world = Arc::new(World::new().await);
    let gate = Gate::new();
    for fails in [true, false] {
        let calls = world.faults.calls();
        world.faults.nth_of("changes", 1, Fault::Park(gate.clone()));
        if fails {
            world
                .faults
                .nth_of("get_episodes", 1, Fault::Fail(ErrorKind::Busy));
        }
        let readers: Vec<_> = (0..1_000)
            .map(|_| {
                let world = Arc::clone(&world);
                let id = world.first.id;
                tokio::spawn(
                    async move { world.cached.get_episode(&Namespace::default(), id).await },
                )
            })
            .collect();
        gate.open();
        let mut failed = 0;
        for reader in readers {
            match reader.await.unwrap() {
                Ok(found) => assert_eq!(found.as_deref(), Some(&world.first)),
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Busy);
                    failed += 1;
                }
            }
        }
        assert!(failed <= 1_000 && (failed > 0) == fails);
        assert!(
            world.faults.calls() - calls <= 3,
            "{}",
            world.faults.calls() - calls
        );
    }
}

#[tokio::test]
async fn f75_a_reader_that_goes_away_leaves_the_load_to_another() {
    let world = Arc::new(World::new().await);
    let gate = Gate::new();
    world
        .faults
        .nth_of("get_episodes", 1, Fault::Park(gate.clone()));
    let read = || {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.read(&world.cached, "get_episode").await })
    };
    let leader = read();
    gate.arrived(1).await;
    let follower = read();
    tokio::task::yield_now().await;
    leader.abort();
    let truth = world.read(&world.plain, "get_episode").await;
    assert_eq!(follower.await.unwrap(), truth);
}

#[tokio::test]
async fn errors_are_not_kept() {
    let world = World::new().await;
    world
        .faults
        .nth_of("query_episodes", 1, Fault::Fail(ErrorKind::Disconnected));
    let page = memory_storage_turso::PageRequest::default();
    let query = memory_storage_turso::EpisodeQuery::default();
    let error = world
        .cached
        .query_episodes(&query, &page)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    assert_eq!(
        world
            .cached
            .query_episodes(&query, &page)
            .await
            .unwrap()
            .items
            .len(),
        2
    );
}

#[test]
fn a_configuration_that_contradicts_itself_is_refused() {
    let shares = CacheShares {
        episodes: 0,
        patterns: 0,
        relationships: 0,
        queries: 0,
    };
    let none = CacheConfig {
        shares,
        ..CacheConfig::default()
    };
    let mut backwards = CacheConfig::default();
    backwards.policy.min_ttl = backwards.policy.max_ttl * 2;
    for config in [none, backwards] {
        let error = CachedStorage::new(InMemoryStorage::new(), &config).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse);
    }
}
