//! Writes of others: another storage on the same file stands for another process.

use crate::support::{Fresh, episode};
use memory_storage_turso::{
    CacheConfig, CachedStorage, EpisodeQuery, EpisodeStore as _, ErrorKind, InMemoryStorage,
    ManualClock, StorageBackend, Timestamp, TursoStorage,
};
use std::time::Duration;
use testkit::{Fault, FaultStorage, Faults, Gate};
use tokio::time::Instant;

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

/// A writing connection that waits for the lock of another process once made every read wait for
/// 100 ms, for as long as that took.
#[tokio::test(start_paused = true)]
async fn reads_wait_once_for_a_look_that_is_not_answered_and_are_never_stale_meanwhile() {
    let fresh = Fresh::new().await;
    let faults = Faults::none();
    let storage = TursoStorage::open(&fresh.path()).await.unwrap();
    let backend = FaultStorage::new(storage, faults.clone());
    let cached = CachedStorage::new(backend, &CacheConfig::default()).unwrap();
    let everything = EpisodeQuery::default();
    let count = async || {
        let before = Instant::now();
        let count = cached.count_episodes(&everything).await.unwrap();
        (count, before.elapsed())
    };
    let (interval, wait) = (
        CacheConfig::default().check_interval,
        CacheConfig::CHECK_WAIT,
    );
    assert_eq!(count().await, (0, Duration::ZERO));
    tokio::time::advance(interval).await;
    let gates = [Gate::new(), Gate::new()];
    for (nth, gate) in (1..).zip(&gates) {
        faults.nth_of("changes", nth, Fault::Park(gate.clone()));
    }
    fresh.storage.store_episode(&episode("one")).await.unwrap();
    assert_eq!(count().await, (1, wait));
    for round in 2..5 {
        fresh.storage.store_episode(&episode("more")).await.unwrap();
        assert_eq!(count().await, (round, Duration::ZERO));
    }
    // One tries again, and the others do not wait for it.
    tokio::time::advance(interval).await;
    let (late, others) = tokio::join!(count(), async {
        gates[1].arrived(1).await;
        [count().await, count().await]
    });
    assert_eq!((late, others), ((4, wait), [(4, Duration::ZERO); 2]));
    // Answered again, the cache serves again: of three, the first is loaded.
    tokio::time::advance(interval).await;
    for _ in 0..3 {
        assert_eq!(count().await, (4, Duration::ZERO));
    }
    assert_eq!(cached.figures().queries.hits, 2);
}

#[tokio::test(start_paused = true)]
async fn a_look_that_fails_is_not_repeated_by_each_read() {
    let faults = Faults::none();
    let backend = FaultStorage::new(InMemoryStorage::new(), faults.clone());
    let cached = CachedStorage::new(backend, &CacheConfig::default()).unwrap();
    faults.nth_of("changes", 1, Fault::Fail(ErrorKind::Busy));
    let everything = EpisodeQuery::default();
    let calls = async || {
        let before = faults.calls();
        cached.count_episodes(&everything).await.unwrap();
        faults.calls() - before
    };
    // A look and a read; then reads alone; then both again, after which the cache answers.
    assert_eq!([calls().await, calls().await, calls().await], [2, 1, 1]);
    tokio::time::advance(CacheConfig::CHECK_WAIT).await;
    assert_eq!([calls().await, calls().await], [2, 0]);
}

/// The medium did not answer, the connection was given up, and its commit came through after the
/// quarantine: it then is one of another connection.
#[tokio::test]
async fn f77_a_local_write_that_commits_after_its_quarantine_is_seen_as_one_of_others_is() {
    let fresh = Fresh::new().await;
    let stored = episode("before");
    fresh.storage.store_episode(&stored).await.unwrap();
    let faults = Faults::none();
    let storage = TursoStorage::open(&fresh.path()).await.unwrap();
    let backend = FaultStorage::new(storage, faults.clone());
    let mut config = CacheConfig {
        check_interval: Duration::ZERO,
        ..CacheConfig::default()
    };
    config.stamps.quarantine = Duration::ZERO;
    let cached = CachedStorage::new(backend, &config).unwrap();
    let read = async || {
        let found = cached.get_episode(&stored.namespace, stored.id).await;
        found.unwrap().unwrap().description.clone()
    };
    assert_eq!(read().await, "before");
    let mut late = stored.clone();
    late.edit(Timestamp::now(), |draft| draft.description = "late".into())
        .unwrap();
    faults.nth_of("store_episodes", 1, Fault::Fail(ErrorKind::OutcomeUnknown));
    let error = cached.store_episode(&late).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    // Its quarantine is over: kept and served again.
    assert_eq!([read().await, read().await], ["before"; 2]);
    assert_eq!(cached.figures().episodes.hits, 1);
    fresh.storage.store_episode(&late).await.unwrap();
    assert_eq!(read().await, "late");
}

/// How often an episode is loaded that is read before and after a day without a write, with looks at
/// the writes of others as often as this.
async fn loads_in_a_day<S>(backend: S, check_interval: Duration) -> u64
where
    S: StorageBackend + 'static,
{
    let config = CacheConfig {
        check_interval,
        ..CacheConfig::default()
    };
    let clock = ManualClock::new();
    let cached = CachedStorage::with_clock(backend, &config, &clock).unwrap();
    let stored = episode("old");
    cached.uncached().store_episode(&stored).await.unwrap();
    for _ in 0..2 {
        let found = cached.get_episode(&stored.namespace, stored.id).await;
        assert_eq!(found.unwrap().as_deref(), Some(&stored));
        clock.advance(Duration::from_hours(24));
    }
    cached.figures().episodes.loads
}

#[tokio::test]
async fn values_have_no_end_where_the_writes_of_others_are_told_before_it() {
    let often = CacheConfig::default().check_interval;
    let file = async || TursoStorage::open(":memory:").await.unwrap();
    assert_eq!(loads_in_a_day(file().await, often).await, 1);
    // Looks that come later than the shortest life bound nothing, nor does a backend that cannot tell.
    let seldom = CacheConfig::default().policy.negative_ttl;
    for interval in [seldom, Duration::MAX] {
        assert_eq!(loads_in_a_day(file().await, interval).await, 2);
    }
    assert_eq!(loads_in_a_day(InMemoryStorage::new(), often).await, 2);
}
