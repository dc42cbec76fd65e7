//! What is opened, what is made, and what is refused untouched.

use crate::support::{Fresh, episode, path_in, sql};
use memory_storage_turso::{
    Access, Builder, Config, EpisodeQuery, EpisodeStore, ErrorKind, Namespace, TursoStorage,
};
use std::path::Path;
use std::time::Duration;

async fn kind_of_opening(path: &str) -> ErrorKind {
    TursoStorage::open(path).await.unwrap_err().kind()
}

fn files_in(dir: &Path) -> Vec<String> {
    let names = std::fs::read_dir(dir)
        .unwrap()
        .map(|f| f.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[tokio::test]
async fn a_file_that_does_not_exist_is_made_and_found_again() {
    let fresh = Fresh::new().await;
    let stored = episode("kept");
    fresh.storage.store_episode(&stored).await.unwrap();
    drop(fresh.storage);
    let again = TursoStorage::open(&path_in(&fresh.dir)).await.unwrap();
    let found = again
        .get_episode(&Namespace::default(), stored.id)
        .await
        .unwrap();
    assert_eq!(found.as_deref(), Some(&stored));
}

#[tokio::test]
async fn no_other_file_is_left_beside_a_new_database() {
    let fresh = Fresh::new().await;
    let strangers: Vec<String> = files_in(fresh.dir.path())
        .into_iter()
        .filter(|name| !name.starts_with("memory.db") || name.contains(".new"))
        .collect();
    assert!(strangers.is_empty(), "{strangers:?}");
}

#[tokio::test]
async fn reading_does_not_make_a_file() {
    let dir = tempfile::tempdir().unwrap();
    for access in [Access::ReadOnly, Access::ReadWrite] {
        let builder = TursoStorage::builder(path_in(&dir)).access(access);
        assert_eq!(
            builder.build().await.unwrap_err().kind(),
            ErrorKind::Disconnected
        );
    }
    assert!(files_in(dir.path()).is_empty());
}

#[tokio::test]
async fn a_read_only_storage_reads_and_refuses_to_write() {
    let fresh = Fresh::new().await;
    let stored = episode("kept");
    fresh.storage.store_episode(&stored).await.unwrap();
    let config = Config::at(fresh.path());
    let reader = Builder::from(config)
        .access(Access::ReadOnly)
        .build()
        .await
        .unwrap();
    assert!(
        reader
            .get_episode(&Namespace::default(), stored.id)
            .await
            .unwrap()
            .is_some()
    );
    let refused = reader.store_episode(&episode("new")).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ReadOnly);
}

#[tokio::test]
async fn f12_a_place_that_cannot_be_one_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = dir.path().join("no/such/memory.db");
    let missing = missing.to_str().unwrap();
    let error = TursoStorage::open(missing).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    let directory = dir.path().to_str().unwrap();
    assert_eq!(kind_of_opening(directory).await, ErrorKind::Disconnected);
    assert_eq!(kind_of_opening("").await, ErrorKind::Misuse);
    assert_eq!(kind_of_opening("a\0b").await, ErrorKind::Misuse);
}

#[tokio::test]
async fn f13_an_empty_file_is_refused_and_stays_empty() {
    let dir = tempfile::tempdir().unwrap();
    let path = path_in(&dir);
    std::fs::write(&path, []).unwrap();
    let error = TursoStorage::open(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.to_string().contains("delete it"), "{error}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
}

#[tokio::test]
async fn f13_what_is_not_a_database_is_corrupt_and_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let path = path_in(&dir);
    let garbage = b"not a database, but long enough to look like one ".repeat(100);
    std::fs::write(&path, &garbage).unwrap();
    assert_eq!(kind_of_opening(&path).await, ErrorKind::Corrupt);
    assert_eq!(std::fs::read(&path).unwrap(), garbage);
}

#[tokio::test]
async fn somebody_elses_database_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = path_in(&dir);
    sql(&path, "CREATE TABLE notes (text)").await;
    assert_eq!(kind_of_opening(&path).await, ErrorKind::Unsupported);
    assert_eq!(sql(&path, "SELECT name FROM sqlite_master").await.len(), 1);
}

#[tokio::test]
async fn a_newer_database_is_refused_untouched() {
    let fresh = Fresh::new().await;
    let path = fresh.path();
    drop(fresh.storage);
    sql(
        &path,
        "INSERT INTO memory_migrations VALUES (999, 'future', 'x', 0)",
    )
    .await;
    let before = std::fs::read(&path).unwrap();
    let error = TursoStorage::open(&path).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("999"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn a_migration_that_was_edited_is_noticed() {
    let fresh = Fresh::new().await;
    let path = fresh.path();
    drop(fresh.storage);
    sql(&path, "UPDATE memory_migrations SET checksum = 'another'").await;
    assert_eq!(kind_of_opening(&path).await, ErrorKind::Corrupt);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_may_make_the_same_file_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = path_in(&dir);
    let tasks: Vec<_> = (0..16)
        .map(|nth| {
            let path = path.clone();
            tokio::spawn(async move {
                let storage = TursoStorage::open(&path).await.unwrap();
                storage
                    .store_episode(&episode(&format!("{nth}")))
                    .await
                    .unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let storage = TursoStorage::open(&path).await.unwrap();
    let all = memory_storage_turso::EpisodeQuery::default();
    assert_eq!(storage.count_episodes(&all).await.unwrap(), 16);
}

#[tokio::test]
async fn a_file_that_was_removed_is_not_made_anew() {
    let fresh = Fresh::new().await;
    let path = fresh.path();
    for suffix in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{path}{suffix}"));
    }
    // Connections that are open still have it; those that many readers at once need do not.
    let read = || async {
        let query = memory_storage_turso::EpisodeQuery::default();
        match fresh.storage.count_episodes(&query).await {
            Ok(count) => assert_eq!(count, 0),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Disconnected, "{error:?}"),
        }
    };
    tokio::join!(read(), read(), read(), read());
    assert!(!Path::new(&path).exists());
}

/// A database was deleted and its log was not: SQLite read the old pages into the new database,
/// and what was stored there was damaged.
#[tokio::test]
async fn f17_a_log_that_was_left_behind_is_not_read_into_a_new_database() {
    let dir = tempfile::tempdir().unwrap();
    let path = path_in(&dir);
    let old = TursoStorage::open(&path).await.unwrap();
    old.store_episode(&episode("old")).await.unwrap();
    let log = format!("{path}-wal");
    let left = std::fs::read(&log).unwrap();
    assert!(!left.is_empty());
    old.close(Duration::from_secs(10)).await.unwrap();
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&log, &left).unwrap();

    let refused = TursoStorage::open(&path).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Corrupt);
    assert!(
        refused
            .to_string()
            .contains("-wal is the log of a database that is gone"),
        "{refused}"
    );
    assert_eq!(files_in(dir.path()), ["memory.db-wal"]);
    assert_eq!(std::fs::read(&log).unwrap(), left);

    std::fs::remove_file(&log).unwrap();
    let new = TursoStorage::open(&path).await.unwrap();
    assert_eq!(
        new.count_episodes(&EpisodeQuery::default()).await.unwrap(),
        0
    );
    assert!(new.check().await.unwrap().is_clean());
}
