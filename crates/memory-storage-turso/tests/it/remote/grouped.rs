//! Gets that wait for a connection share a request, counted at the server.

use super::fresh;
use crate::support::episode;
use memory_storage_turso::{
    Atomicity, Episode, EpisodeQuery, EpisodeStore, ErrorKind, Namespace, Observe, PageRequest,
    PoolConfig, Sizing, TursoStorage,
};
use std::sync::Arc;
use std::time::Duration;
use testkit::net::{Action, Database};
use tokio::task::JoinHandle;

type Got = memory_storage_turso::Result<Option<Arc<Episode>>>;

/// A storage with one connection, and these episodes in it.
async fn stored(database: &Database, count: usize) -> (TursoStorage, Vec<Episode>) {
    let pool = PoolConfig {
        sizing: Sizing::Fixed { min: 1, max: 1 },
        ..PoolConfig::remote()
    };
    let builder = TursoStorage::builder(database.url()).pool(pool);
    let storage = builder.build().await.unwrap();
    let episodes: Vec<_> = (0..count).map(|nth| episode(&format!("{nth}"))).collect();
    let atomic = Atomicity::AllOrNothing;
    storage.store_episodes(&episodes, atomic).await.unwrap();
    (storage, episodes)
}

fn get(storage: &TursoStorage, episode: &Episode) -> JoinHandle<Got> {
    let (storage, id) = (storage.clone(), episode.id);
    tokio::spawn(async move { storage.get_episode(&Namespace::default(), id).await })
}

/// Gets them all while a count holds the only connection, which hangs. Each of the requests that
/// follow meets the next of `faults`, if there is one. Returns when all wait: to give up the count
/// lets them go on.
async fn meanwhile(
    database: &Database,
    storage: &TursoStorage,
    episodes: &[Episode],
    faults: impl IntoIterator<Item = Action>,
) -> (JoinHandle<()>, Vec<JoinHandle<Got>>) {
    let before = database.counts().requests;
    database.queue(std::iter::once(Action::Hang).chain(faults));
    let counting = storage.clone();
    let held = tokio::spawn(async move {
        let all = EpisodeQuery::default();
        counting.count_episodes(&all).await.unwrap();
    });
    while database.counts().requests == before {
        tokio::task::yield_now().await;
    }
    let gets = episodes
        .iter()
        .map(|episode| get(storage, episode))
        .collect();
    while storage.read_stats().unwrap().queued < episodes.len() {
        tokio::task::yield_now().await;
    }
    (held, gets)
}

async fn assert_own(gets: Vec<JoinHandle<Got>>, episodes: &[Episode]) {
    for (get, episode) in gets.into_iter().zip(episodes) {
        assert_eq!(get.await.unwrap().unwrap().as_deref(), Some(episode));
    }
}

#[tokio::test]
async fn gets_that_wait_for_a_connection_share_requests() {
    let test = "gets_that_wait_for_a_connection_share_requests";
    let Some(database) = fresh(test) else {
        return;
    };
    let (storage, episodes) = stored(&database, 30).await;
    let before = database.counts();
    let (held, gets) = meanwhile(&database, &storage, &episodes, []).await;
    held.abort();
    assert_own(gets, &episodes).await;
    // That which held the connection, and two for thirty gets.
    assert_eq!((database.counts() - before).requests, 3);
    let seen = storage.performance();
    let reads = seen.grouped_reads.unwrap();
    assert_eq!((reads.grouped, reads.groups), (30, 2));
    assert_eq!(reads.group_sizes, [0, 0, 0, 2, 0]);
    let shown = seen.to_string();
    assert!(
        shown.contains("30 in 2 groups (at most 15 in one)"),
        "{shown}"
    );
    assert!(shown.contains("reads in a group: 8+: 2\n"), "{shown}");
    // Each counts by its own name.
    let gets = seen.database.operation("episodes.get").unwrap();
    assert_eq!((gets.ever.count, gets.rows), (30, 30));
    // Alone, a get asks at once; a page never waits in a group.
    let namespace = Namespace::default();
    storage
        .get_episode(&namespace, episodes[0].id)
        .await
        .unwrap();
    let (query, page) = (EpisodeQuery::default(), PageRequest::default());
    storage.query_episodes(&query, &page).await.unwrap();
    let reads = storage.read_stats().unwrap();
    assert_eq!((reads.alone, reads.grouped), (1, 30));
}

#[tokio::test]
async fn f30_a_group_whose_answer_was_lost_is_read_again() {
    let Some(database) = fresh("f30_a_group_whose_answer_was_lost_is_read_again") else {
        return;
    };
    let (storage, episodes) = stored(&database, 8).await;
    for fault in [
        Action::CloseAfterForward,
        Action::CloseBefore,
        Action::Truncate(200),
        // As when one of them has a text that is none: then each is asked for alone.
        Action::status(500, "invalid utf-8 sequence"),
    ] {
        let (held, gets) = meanwhile(&database, &storage, &episodes, [fault]).await;
        held.abort();
        assert_own(gets, &episodes).await;
    }
}

#[tokio::test]
async fn one_that_is_missing_is_told_to_its_caller_alone() {
    let test = "one_that_is_missing_is_told_to_its_caller_alone";
    let Some(database) = fresh(test) else {
        return;
    };
    let (storage, mut episodes) = stored(&database, 5).await;
    let missing = episode("missing");
    episodes.insert(2, missing);
    let (held, mut gets) = meanwhile(&database, &storage, &episodes, []).await;
    held.abort();
    assert!(gets.remove(2).await.unwrap().unwrap().is_none());
    episodes.remove(2);
    assert_own(gets, &episodes).await;
    assert_eq!(storage.read_stats().unwrap().groups, 1);
}

#[tokio::test]
async fn who_waits_when_the_storage_is_closed_is_told() {
    let Some(database) = fresh("who_waits_when_the_storage_is_closed_is_told") else {
        return;
    };
    let (storage, episodes) = stored(&database, 5).await;
    let (held, gets) = meanwhile(&database, &storage, &episodes, []).await;
    let closing = tokio::spawn(async move { storage.close(Duration::from_mins(1)).await });
    for get in gets {
        let error = get.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Closed);
    }
    held.abort();
    closing.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_is_read_after_a_store_is_what_was_stored() {
    let Some(database) = fresh("what_is_read_after_a_store_is_what_was_stored") else {
        return;
    };
    let (storage, _) = stored(&database, 1).await;
    let mut tasks = Vec::new();
    for nth in 0..40 {
        let storage = storage.clone();
        tasks.push(tokio::spawn(async move {
            let stored = episode(&format!("own {nth}"));
            storage.store_episode(&stored).await.unwrap();
            let found = storage.get_episode(&stored.namespace, stored.id).await;
            assert_eq!(found.unwrap().as_deref(), Some(&stored));
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}
