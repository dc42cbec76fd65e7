//! What a broken network does to a storage.

use super::fresh;
use crate::support::episode;
use memory_storage_turso::{
    AnyConfig, Atomicity, Builder, Change, Config, Episode, EpisodeQuery, EpisodeStore, ErrorKind,
    Namespace, RemoteConfig, Secret, Timestamp, TursoStorage, Update,
};
use std::time::Duration;
use testkit::net::{Action, Database};

async fn storage(database: &Database, remote: RemoteConfig) -> TursoStorage {
    let connection = AnyConfig {
        remote,
        ..AnyConfig::default()
    };
    TursoStorage::builder(database.url())
        .connection(connection)
        .build()
        .await
        .unwrap()
}

async fn count(storage: &TursoStorage) -> u64 {
    storage
        .count_episodes(&EpisodeQuery::default())
        .await
        .unwrap()
}

#[tokio::test]
async fn f31_a_store_whose_reply_was_lost_is_done_once() {
    let Some(database) = fresh("f31_a_store_whose_reply_was_lost_is_done_once") else {
        return;
    };
    let storage = storage(&database, RemoteConfig::default()).await;
    let stored = episode("once");
    database.queue([Action::CloseAfterForward]);
    let result = storage.store_episode(&stored).await.unwrap();
    // The repetition finds what the first attempt stored.
    assert_eq!((result.id, result.change), (stored.id, Change::Unchanged));
    assert_eq!(count(&storage).await, 1);
}

#[tokio::test]
async fn f31_an_update_whose_reply_was_lost_is_no_conflict() {
    let Some(database) = fresh("f31_an_update_whose_reply_was_lost_is_no_conflict") else {
        return;
    };
    let storage = storage(&database, RemoteConfig::default()).await;
    let mut changed = episode("before");
    storage.store_episode(&changed).await.unwrap();
    let read = changed.revision;
    changed
        .edit(Timestamp::now(), |draft| draft.description = "after".into())
        .unwrap();
    database.queue([Action::CloseAfterForward]);
    let revision = storage
        .update_episode(&Update::new(changed.clone(), read))
        .await
        .unwrap();
    assert_eq!(revision, read.next());
    let found = storage
        .get_episode(&changed.namespace, changed.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (found.description.as_str(), found.revision),
        ("after", read.next())
    );
    // Somebody else's update from the same revision is one.
    let late = storage
        .update_episode(&Update::new(changed, read))
        .await
        .unwrap_err();
    assert_eq!(late.kind(), ErrorKind::Conflict);
}

#[tokio::test]
async fn f31_a_store_that_stays_without_reply_is_unknown_and_converges() {
    let Some(database) = fresh("f31_a_store_that_stays_without_reply_is_unknown_and_converges")
    else {
        return;
    };
    let remote = RemoteConfig {
        deadline: Duration::from_secs(2),
        ..RemoteConfig::default()
    };
    let storage = storage(&database, remote).await;
    let stored = episode("once");
    database.script(|_| Action::CloseAfterForward);
    let error = storage.store_episode(&stored).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(error.is_retryable());
    database.clear();
    assert_eq!(
        storage.store_episode(&stored).await.unwrap().change,
        Change::Unchanged
    );
    assert_eq!(count(&storage).await, 1);
}

#[tokio::test]
async fn f30_a_read_that_was_cut_off_is_read_again() {
    let Some(database) = fresh("f30_a_read_that_was_cut_off_is_read_again") else {
        return;
    };
    let storage = storage(&database, RemoteConfig::default()).await;
    storage.store_episode(&episode("one")).await.unwrap();
    database.queue([Action::Truncate(150)]);
    assert_eq!(count(&storage).await, 1);
}

#[tokio::test]
async fn f34_a_socket_that_the_server_closed_is_not_noticed() {
    let Some(database) = fresh("f34_a_socket_that_the_server_closed_is_not_noticed") else {
        return;
    };
    let storage = storage(&database, RemoteConfig::default()).await;
    for nth in 0..3 {
        storage
            .store_episode(&episode(&format!("{nth}")))
            .await
            .unwrap();
        database.cut_idle().await;
    }
    assert_eq!(count(&storage).await, 3);
}

#[tokio::test]
async fn f35_a_caller_that_went_away_leaves_no_lock_behind() {
    let Some(database) = fresh("f35_a_caller_that_went_away_leaves_no_lock_behind") else {
        return;
    };
    let storage = storage(&database, RemoteConfig::default()).await;
    database.set_round_trip(Duration::from_millis(50));
    let (first, second) = (episode("first"), episode("second"));
    let cancelled = tokio::time::timeout(Duration::from_millis(20), storage.store_episode(&first));
    assert!(cancelled.await.is_err());
    storage.store_episode(&second).await.unwrap();
    // The write that lost its caller is finished all the same.
    assert_eq!(count(&storage).await, 2);
}

#[tokio::test]
async fn f31_a_lost_reply_stays_unknown_when_the_server_then_stays_away() {
    let test = "f31_a_lost_reply_stays_unknown_when_the_server_then_stays_away";
    let Some(database) = fresh(test) else {
        return;
    };
    // One try a call, so that it is group commit that repeats; until a second has passed.
    let mut config = Config::at(database.url());
    config.connection.remote.retry.attempts = 1;
    config.commits.wait = Duration::from_secs(1);
    let storage = Builder::from(config).build_cached().await.unwrap();
    let stored = episode("once");
    let mut first = true;
    database.script(move |_| {
        if std::mem::take(&mut first) {
            Action::CloseAfterForward
        } else {
            Action::CloseBefore
        }
    });
    let error = storage.store_episode(&stored).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{error:?}");
    // Nothing of it is answered from memory until long after.
    assert!(storage.figures().quarantined > 0);
    database.clear();
    let namespace = Namespace::default();
    let found = storage.get_episode(&namespace, stored.id).await.unwrap();
    assert_eq!(found.as_deref(), Some(&stored));
}

#[tokio::test]
async fn f36_a_wrong_token_is_refused_at_once_and_never_shown() {
    let Some(database) = fresh("f36_a_wrong_token_is_refused_at_once_and_never_shown") else {
        return;
    };
    database.set_token(Some("right"));
    let wrong = Secret::new("canary-wrong");
    let builder = TursoStorage::builder(database.url()).token(wrong);
    let before = database.counts();
    let error = builder.build().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert!(!format!("{error} {error:?}").contains("canary"));
    assert!((database.counts() - before).refused <= 2);
    let right = TursoStorage::builder(database.url()).token(Secret::new("right"));
    assert_eq!(count(&right.build().await.unwrap()).await, 0);
}

#[tokio::test]
async fn f33_one_bad_episode_of_a_batch_leaves_nothing() {
    let Some(database) = fresh("f33_one_bad_episode_of_a_batch_leaves_nothing") else {
        return;
    };
    let storage = storage(&database, RemoteConfig::default()).await;
    let (taken, other) = (with_external_id("x"), with_external_id("y"));
    storage.store_episode(&taken).await.unwrap();
    storage.store_episode(&other).await.unwrap();
    let mut bad = other.clone();
    let external_id = taken.external_id.clone();
    bad.edit(Timestamp::now(), |draft| draft.external_id = external_id)
        .unwrap();
    for place in [0, 5, 9] {
        let mut batch: Vec<Episode> = (0..9).map(|nth| episode(&format!("{nth}"))).collect();
        batch.insert(place, bad.clone());
        let error = storage
            .store_episodes(&batch, Atomicity::default())
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.index()),
            (ErrorKind::Constraint, Some(place))
        );
        assert_eq!(count(&storage).await, 2);
    }
}

fn with_external_id(text: &str) -> Episode {
    let mut episode = episode(text);
    let id = memory_storage_turso::ExternalId::new(text).unwrap();
    episode
        .edit(Timestamp::now(), |draft| draft.external_id = Some(id))
        .unwrap();
    episode
}
