//! kill -9.

use crate::load::{BATCH, batch, inspect, present, store};
use memory_storage_turso::{Atomicity, Change, EpisodeStore, TursoStorage};
use std::path::Path;
use std::time::Duration;
use testkit::{Exit, Kill, TempDb, WorkerCommand};

/// Instants at which a worker is killed.
const KILLS: u64 = 200;

/// Databases over which they are spread: each is opened again and again.
const DATABASES: u64 = 10;

/// Longer than the start of a worker and some batches take.
const LONGEST: Duration = Duration::from_millis(40);

fn worker(job: &str, path: &Path) -> WorkerCommand {
    WorkerCommand::new(job).arg(path)
}

/// Batches of `round` that a worker acknowledged.
fn acknowledged(exit: &Exit) -> Vec<String> {
    exit.acks
        .iter()
        .filter(|ack| *ack != "open")
        .cloned()
        .collect()
}

/// Stores batches of round `round` and is killed at some instant.
fn kill_one(path: &Path, round: u64) -> Vec<String> {
    let command = worker("store", path).arg(round.to_string()).arg("1000000");
    let exit = command
        .spawn()
        .unwrap()
        .kill(Kill::somewhere(LONGEST, round))
        .unwrap();
    assert!(exit.was_killed(), "{}", exit.stderr);
    acknowledged(&exit)
}

#[tokio::test]
async fn f01_a_kill_at_any_instant_loses_no_acknowledged_batch_and_halves_none() {
    let (mut stored, mut unknown) = (0, 0);
    for database in 0..DATABASES {
        let place = TempDb::new().unwrap();
        let mut all = Vec::new();
        let rounds = KILLS / DATABASES;
        for round in database * rounds..(database + 1) * rounds {
            let known = kill_one(place.path(), round);
            if !place.path().exists() {
                assert!(known.is_empty());
                continue;
            }
            let storage = TursoStorage::open(place.path().to_str().unwrap())
                .await
                .unwrap();
            let found = present(&storage).await;
            let of_round = format!("{round}/");
            let ours = found
                .keys()
                .filter(|name| name.starts_with(&of_round))
                .count();
            let late = ours - known.len();
            assert!(
                late <= 1,
                "round {round}: {late} batches that nobody acknowledged"
            );
            (stored, unknown) = (stored + known.len(), unknown + late);
            all.extend(known);
        }
        inspect(place.path(), &all).await;
    }
    println!("{KILLS} kills, {stored} batches acknowledged, {unknown} stored without");
    assert!(
        stored > 0,
        "every worker was killed before it had stored anything"
    );
}

#[tokio::test]
async fn f02_a_batch_that_was_stored_and_never_acknowledged_is_stored_once_by_the_retry() {
    let place = TempDb::new().unwrap();
    let exit = worker("store_and_die", place.path())
        .spawn()
        .unwrap()
        .wait()
        .unwrap();
    assert_eq!(exit.status.code(), Some(3), "{}", exit.stderr);
    assert_eq!(inspect(place.path(), &[]).await.len(), 1);
    let storage = TursoStorage::open(place.path().to_str().unwrap())
        .await
        .unwrap();
    let again = storage
        .store_episodes(&batch(0, 0), Atomicity::AllOrNothing)
        .await
        .unwrap();
    assert!(
        again
            .iter()
            .all(|stored| stored.change == Change::Unchanged),
        "{again:?}"
    );
    assert_eq!(
        present(&storage).await.into_values().collect::<Vec<_>>(),
        [BATCH]
    );
}

#[tokio::test]
async fn f03_a_kill_while_the_schema_is_made_leaves_no_database_or_a_whole_one() {
    let (mut missing, mut made) = (0, 0);
    for seed in 0..40 {
        let place = TempDb::new().unwrap();
        let command = worker("store", place.path()).arg("0").arg("0");
        let child = command.spawn().unwrap();
        child
            .kill(Kill::somewhere(Duration::from_millis(30), seed))
            .unwrap();
        if place.path().exists() {
            made += 1;
        } else {
            missing += 1;
        }
        let storage = TursoStorage::open(place.path().to_str().unwrap())
            .await
            .unwrap();
        store(&storage, 0, 0).await.unwrap();
        drop(storage);
        assert_eq!(inspect(place.path(), &["0/0".to_owned()]).await.len(), 1);
    }
    println!("killed before the file had its name: {missing}, after: {made}");
}
