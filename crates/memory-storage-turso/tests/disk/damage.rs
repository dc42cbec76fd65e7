//! Files that are damaged, truncated or replaced between and during runs.

use crate::load::{BATCH, inspect, present, store};
use memory_storage_turso::{
    EpisodeQuery, EpisodeStore, ErrorKind, PageRequest, Result, TursoStorage,
};
use std::path::Path;
use testkit::{Kill, TempDb, WorkerCommand};

/// Bytes between two that are flipped; coprime to the page size. The long run leaves out fewer.
fn stride() -> usize {
    if std::env::var_os("MEMORY_LONG_TESTS").is_some() {
        17
    } else {
        1_999
    }
}

async fn open(path: &Path) -> Result<TursoStorage> {
    TursoStorage::open(path.to_str().unwrap()).await
}

/// What a reader sees: the texts of all episodes, in order.
async fn read(path: &Path) -> Result<Vec<(String, Vec<String>)>> {
    let storage = open(path).await?;
    let page = storage
        .query_episodes(&EpisodeQuery::default(), &PageRequest::default())
        .await?;
    let texts = page
        .items
        .iter()
        .map(|e| (e.description.clone(), e.reflections.clone()));
    Ok(texts.collect())
}

#[tokio::test]
async fn f14_a_flipped_byte_anywhere_is_harmless_or_found() {
    let (place, copy) = (TempDb::new().unwrap(), TempDb::new().unwrap());
    let storage = open(place.path()).await.unwrap();
    store(&storage, 0, 0).await.unwrap();
    drop(storage);
    let (bytes, right) = (
        std::fs::read(place.path()).unwrap(),
        read(place.path()).await.unwrap(),
    );
    assert_eq!(right.len(), BATCH);
    let (mut errors, mut found, mut harmless) = (0, 0, 0);
    for at in (0..bytes.len()).step_by(stride()) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 0xff;
        std::fs::write(copy.path(), flipped).unwrap();
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(copy.beside(&format!("memory.db{suffix}")));
        }
        match read(copy.path()).await {
            Err(_) => errors += 1,
            Ok(_) if !is_clean(copy.path()).await => found += 1,
            Ok(seen) => {
                assert_eq!(
                    seen, right,
                    "byte {at} changed what is read, and check is content"
                );
                harmless += 1;
            }
        }
    }
    println!("errors {errors}, found by check {found}, harmless {harmless}");
    assert!(errors > 0 && harmless > 0);
}

async fn is_clean(path: &Path) -> bool {
    let report = open(path).await.unwrap().check().await;
    report.is_ok_and(|report| report.is_clean())
}

/// A database whose last batches are in its write-ahead log, because its process was killed.
fn killed(place: &TempDb) -> Vec<String> {
    let command = WorkerCommand::new("store")
        .arg(place.path())
        .arg("0")
        .arg("1000000");
    let exit = command.spawn().unwrap().kill(Kill::AfterAcks(12)).unwrap();
    exit.acks.into_iter().filter(|ack| ack != "open").collect()
}

#[tokio::test]
async fn f15_a_log_that_is_gone_takes_whole_batches_with_it() {
    let place = TempDb::new().unwrap();
    let acknowledged = killed(&place);
    assert!(!acknowledged.is_empty());
    std::fs::remove_file(place.beside("memory.db-wal")).unwrap();
    assert!(inspect(place.path(), &[]).await.len() < acknowledged.len());
}

#[tokio::test]
async fn f15_a_log_that_was_cut_keeps_the_batches_before_the_cut() {
    let place = TempDb::new().unwrap();
    let acknowledged = killed(&place);
    let (database, log) = (
        std::fs::read(place.path()),
        std::fs::read(place.beside("memory.db-wal")),
    );
    let (database, log) = (database.unwrap(), log.unwrap());
    let mut before = 0;
    for part in 0..=10 {
        let cut = TempDb::new().unwrap();
        std::fs::write(cut.path(), &database).unwrap();
        std::fs::write(cut.beside("memory.db-wal"), &log[..log.len() * part / 10]).unwrap();
        let found = inspect(cut.path(), &[]).await;
        let names: Vec<_> = (0..found.len())
            .map(|number| format!("0/{number}"))
            .collect();
        assert!(
            names.iter().all(|name| found.contains_key(name)),
            "a gap: {found:?}"
        );
        assert!(found.len() >= before, "a longer log holds less");
        before = found.len();
    }
    assert!(before >= acknowledged.len());
}

/// Unsupported, since SQLite knows its log by the name of the file: whoever has it open goes on with the old
/// file, and whoever opens it afterwards through the same storage is refused.
#[tokio::test]
async fn f17_a_file_that_was_replaced_is_never_mixed_with_the_old_one() {
    let (place, other) = (TempDb::new().unwrap(), TempDb::new().unwrap());
    let storage = open(place.path()).await.unwrap();
    store(&storage, 0, 0).await.unwrap();
    let replacement = open(other.path()).await.unwrap();
    store(&replacement, 7, 7).await.unwrap();
    drop(replacement);
    std::fs::rename(other.path(), place.path()).unwrap();
    for _ in 0..20 {
        let page = storage
            .query_episodes(&EpisodeQuery::default(), &PageRequest::default())
            .await;
        match page {
            Ok(page) => assert!(
                page.items
                    .iter()
                    .all(|episode| episode.description == "0/0")
            ),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Disconnected, "{error:?}"),
        }
    }
    drop(storage);
    for suffix in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(place.beside(&format!("memory.db{suffix}")));
    }
    let storage = open(place.path()).await.unwrap();
    assert_eq!(
        present(&storage).await.into_keys().collect::<Vec<_>>(),
        ["7/7"]
    );
}
