//! A caller that goes away takes nothing with it.

use crate::support::{Fresh, episode};
use memory_storage_turso::{Atomicity, Episode, EpisodeQuery, EpisodeStore};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

/// Polls `future` at most `times` times, then drops it. Whether it had ended.
async fn poll_then_drop<F: Future>(future: F, times: usize) -> bool {
    let mut future = pin!(future);
    for _ in 0..times {
        let ready = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx).is_ready())).await;
        if ready {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

#[tokio::test]
async fn f51_a_write_that_lost_its_caller_is_stored_whole_or_not_at_all() {
    for times in 0..60 {
        let fresh = Fresh::new().await;
        let episodes: Vec<Episode> = (0..20).map(|nth| episode(&format!("{nth}"))).collect();
        let store = fresh
            .storage
            .store_episodes(&episodes, Atomicity::AllOrNothing);
        let ended = poll_then_drop(store, times).await;
        // The next write waits for the lane, and so for whatever the first one left running.
        fresh.storage.store_episode(&episode("next")).await.unwrap();
        let count = fresh
            .storage
            .count_episodes(&EpisodeQuery::default())
            .await
            .unwrap();
        assert!(
            count == 21 || (count == 1 && !ended),
            "{count} after {times} polls"
        );
        if ended {
            return;
        }
    }
}

#[tokio::test]
async fn a_read_that_lost_its_caller_leaves_the_storage_usable() {
    let fresh = Fresh::new().await;
    let episodes: Vec<Episode> = (0..20).map(|nth| episode(&format!("{nth}"))).collect();
    fresh
        .storage
        .store_episodes(&episodes, Atomicity::AllOrNothing)
        .await
        .unwrap();
    let ids: Vec<_> = episodes.iter().map(|episode| episode.id).collect();
    let namespace = &episodes[0].namespace;
    for times in 0..20 {
        poll_then_drop(fresh.storage.get_episodes(namespace, &ids), times).await;
        let found = fresh.storage.get_episodes(namespace, &ids).await.unwrap();
        assert!(found.iter().all(Option::is_some));
    }
}

#[tokio::test]
async fn a_database_in_memory_survives_calls_that_are_dropped() {
    let storage = memory_storage_turso::TursoStorage::open(":memory:")
        .await
        .unwrap();
    storage.store_episode(&episode("kept")).await.unwrap();
    for times in 0..20 {
        poll_then_drop(storage.count_episodes(&EpisodeQuery::default()), times).await;
        poll_then_drop(storage.store_episode(&episode("more")), times).await;
    }
    assert!(
        storage
            .count_episodes(&EpisodeQuery::default())
            .await
            .unwrap()
            >= 1
    );
}
