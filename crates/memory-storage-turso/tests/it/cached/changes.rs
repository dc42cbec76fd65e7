//! Writes of others: another storage on the same file stands for another process.

use crate::support::{Fresh, episode};
use memory_storage_turso::{
    CacheConfig, CachedStorage, EpisodeQuery, EpisodeStore as _, StorageBackend as _, Timestamp,
    TursoStorage,
};
use std::time::Duration;

async fn cached(fresh: &Fresh, check_interval: Duration) -> CachedStorage<TursoStorage> {
    let cache = CacheConfig {
        check_interval,
        ..CacheConfig::default()
    };
    TursoStorage::builder(fresh.path())
        .cache(cache)
        .build_cached()
        .await
        .unwrap()
}

#[tokio::test]
async fn a_write_of_another_process_is_seen_when_the_interval_has_passed() {
    let fresh = Fresh::new().await;
    let every_time = cached(&fresh, Duration::ZERO).await;
    let once = cached(&fresh, Duration::MAX).await;
    let everything = EpisodeQuery::default();
    for round in 0..5 {
        fresh
            .storage
            .store_episode(&episode(&round.to_string()))
            .await
            .unwrap();
        assert_eq!(
            every_time.count_episodes(&everything).await.unwrap(),
            round + 1
        );
        // It has looked for the last time before the second round.
        assert_eq!(once.count_episodes(&everything).await.unwrap(), 1);
    }
    assert_eq!(
        once.uncached().count_episodes(&everything).await.unwrap(),
        5
    );
    once.clear();
    assert_eq!(once.count_episodes(&everything).await.unwrap(), 5);
}

#[tokio::test]
async fn a_changed_episode_of_another_process_is_read_again() {
    let fresh = Fresh::new().await;
    let mut stored = episode("one");
    fresh.storage.store_episode(&stored).await.unwrap();
    let cached = cached(&fresh, Duration::ZERO).await;
    for round in 0..3 {
        stored
            .edit(Timestamp::now(), |draft| {
                draft.description = round.to_string();
            })
            .unwrap();
        fresh.storage.store_episode(&stored).await.unwrap();
        let found = cached
            .get_episode(&stored.namespace, stored.id)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.description, round.to_string());
    }
}

#[tokio::test]
async fn our_own_writes_do_not_count_as_those_of_others() {
    let fresh = Fresh::new().await;
    let cached = cached(&fresh, Duration::ZERO).await;
    let kept = episode("kept");
    cached.store_episode(&kept).await.unwrap();
    cached.get_episode(&kept.namespace, kept.id).await.unwrap();
    let mark = cached.changes().await.unwrap();
    assert!(mark.is_some());
    for _ in 0..5 {
        cached.store_episode(&episode("other")).await.unwrap();
        cached.get_episode(&kept.namespace, kept.id).await.unwrap();
    }
    assert_eq!(cached.changes().await.unwrap(), mark);
    assert_eq!(cached.figures().episodes.hits, 5);
}
