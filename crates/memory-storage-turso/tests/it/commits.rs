//! What is written at the same time is committed together; what is read again is compiled once.

use crate::support::{episode, path_in};
use memory_storage_turso::{
    Atomicity, CommitConfig, Config, Episode, EpisodeStore, ErrorKind, Namespace, PreparedConfig,
    TursoStorage,
};
use std::num::NonZeroUsize;
use tempfile::TempDir;

async fn open(dir: &TempDir, group: usize, prepared: usize) -> TursoStorage {
    let commits = CommitConfig {
        group_count: NonZeroUsize::new(group).unwrap(),
        ..CommitConfig::default()
    };
    let max_entries = NonZeroUsize::new(prepared).unwrap();
    let builder = TursoStorage::builder(path_in(dir))
        .commits(commits)
        .prepared(PreparedConfig { max_entries });
    builder.build().await.unwrap()
}

/// Stores 64 episodes at once and says how many transactions that took.
async fn transactions(storage: &TursoStorage) -> u64 {
    let before = storage.commit_stats();
    let tasks: Vec<_> = (0..64)
        .map(|nth| {
            let storage = storage.clone();
            tokio::spawn(async move { storage.store_episode(&episode(&format!("{nth}"))).await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    let now = storage.commit_stats();
    assert_eq!(now.stored - before.stored, 64);
    now.programs - before.programs
}

#[tokio::test]
async fn stores_at_the_same_time_share_their_commits() {
    let dir = tempfile::tempdir().unwrap();
    let together = open(&dir, 256, 128).await;
    assert!(transactions(&together).await <= 8);
    drop(together);
    let apart = open(&dir, 1, 128).await;
    assert_eq!(transactions(&apart).await, 64);
}

#[tokio::test]
async fn one_bad_store_fails_alone_among_those_committed_with_it() {
    let dir = tempfile::tempdir().unwrap();
    let storage = open(&dir, 256, 128).await;
    let now = memory_storage_turso::Timestamp::now();
    let named = |name: &str| {
        let mut named = episode(name);
        let id = memory_storage_turso::ExternalId::new(name).unwrap();
        named
            .edit(now, |draft| draft.external_id = Some(id))
            .unwrap();
        named
    };
    let (one, other) = (named("one"), named("other"));
    storage
        .store_episodes(&[one.clone(), other.clone()], Atomicity::AllOrNothing)
        .await
        .unwrap();
    // The id of one with the external id of the other.
    let mut torn = one.clone();
    torn.edit(now, |draft| {
        draft.external_id.clone_from(&other.external_id);
    })
    .unwrap();
    let fresh: Vec<Episode> = (0..20).map(|nth| episode(&format!("{nth}"))).collect();
    let writes = fresh[..10].iter().chain([&torn]).chain(&fresh[10..]);
    let tasks: Vec<_> = writes
        .cloned()
        .map(|episode| {
            let storage = storage.clone();
            tokio::spawn(async move { storage.store_episode(&episode).await })
        })
        .collect();
    for (nth, task) in tasks.into_iter().enumerate() {
        let kind = task.await.unwrap().err().map(|error| error.kind());
        assert_eq!(kind, (nth == 10).then_some(ErrorKind::Constraint), "{nth}");
    }
    let ids: Vec<_> = fresh.iter().map(|episode| episode.id).collect();
    let found = storage
        .get_episodes(&Namespace::default(), &ids)
        .await
        .unwrap();
    assert!(found.iter().all(Option::is_some));
}

#[tokio::test]
async fn no_more_statements_are_kept_than_allowed() {
    let dir = tempfile::tempdir().unwrap();
    let storage = open(&dir, 256, 1).await;
    for nth in 0..5 {
        let stored = episode(&format!("{nth}"));
        storage.store_episode(&stored).await.unwrap();
        storage
            .get_episode(&stored.namespace, stored.id)
            .await
            .unwrap();
    }
    let stats = storage.prepared_stats();
    // Two readers at least are never more than four, and there is one writer.
    assert!(stats.entries <= 5 && stats.evictions > 5, "{stats:?}");
}

#[test]
fn both_are_options_of_the_configuration() {
    let text = r#"{ "commits": { "group_count": 3 }, "prepared": { "max_entries": 9 } }"#;
    let config: Config = serde_json::from_str(text).unwrap();
    assert_eq!(config.commits.group_count.get(), 3);
    assert_eq!(config.prepared.max_entries.get(), 9);
}

/// Larger than one block, so that it is encoded on other threads.
#[tokio::test]
async fn a_large_batch_keeps_its_order_and_names_what_is_bad() {
    let dir = tempfile::tempdir().unwrap();
    let storage = open(&dir, 256, 128).await;
    let text = "x".repeat(10_000);
    let mut all: Vec<Episode> = (0..200)
        .map(|nth| episode(&format!("{nth} {text}")))
        .collect();
    let stored = storage
        .store_episodes(&all, Atomicity::AllOrNothing)
        .await
        .unwrap();
    assert!(
        stored
            .iter()
            .zip(&all)
            .all(|(stored, own)| stored.id == own.id)
    );
    let ids: Vec<_> = all.iter().map(|episode| episode.id).collect();
    let found = storage
        .get_episodes(&Namespace::default(), &ids)
        .await
        .unwrap();
    assert!(
        found
            .iter()
            .zip(&all)
            .all(|(found, own)| found.as_deref() == Some(own))
    );
    let updates: Vec<_> = all
        .drain(..)
        .enumerate()
        .map(|(nth, mut own)| {
            let wrong = if nth == 150 {
                own.revision.next()
            } else {
                own.revision
            };
            let edit =
                |draft: &mut memory_storage_turso::EpisodeDraft| draft.reflections.push("y".into());
            own.edit(memory_storage_turso::Timestamp::now(), edit)
                .unwrap();
            memory_storage_turso::Update::new(own, wrong)
        })
        .collect();
    let error = storage.update_episodes(&updates).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.index()),
        (ErrorKind::Conflict, Some(150))
    );
}
