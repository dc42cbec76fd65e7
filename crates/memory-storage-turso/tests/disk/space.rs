//! Disks, files and descriptor tables that are full.

use crate::load::inspect;
use crate::place::Mount;
use memory_storage_turso::{ErrorKind, TursoStorage};
use std::os::unix::process::ExitStatusExt as _;
use testkit::{TempDb, WorkerCommand};

/// The number of SIGXFSZ.
const FILE_SIZE_SIGNAL: i32 = 25;

/// The batches among the acks of a worker.
fn batches(acks: &[String]) -> Vec<String> {
    acks.iter()
        .filter(|ack| ack.contains('/'))
        .cloned()
        .collect()
}

fn has(acks: &[String], what: &str) -> bool {
    acks.iter().any(|ack| ack == what)
}

#[tokio::test]
async fn f05_a_full_disk_refuses_the_batch_and_keeps_the_rest() {
    let test = "f05_a_full_disk_refuses_the_batch_and_keeps_the_rest";
    let Some(disk) = Mount::tmpfs(test, "3m") else {
        return;
    };
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![0; 1 << 20]).unwrap();
    let mut child = WorkerCommand::new("store_until_error")
        .arg(disk.database())
        .spawn()
        .unwrap();
    while !child.acks().iter().any(|ack| ack.starts_with("readable")) {
        let next = child.acks().len() + 1;
        child.wait_for_acks(next).unwrap();
    }
    std::fs::remove_file(&ballast).unwrap();
    child.go().unwrap();
    let exit = child.wait().unwrap().finished().unwrap();
    let stored = batches(&exit.acks);
    assert!(has(&exit.acks, "failed Full"), "{:?}", exit.acks);
    assert!(
        has(&exit.acks, &format!("readable {}", stored.len() - 1)),
        "{:?}",
        exit.acks
    );
    assert!(
        has(&exit.acks, "1/0"),
        "no success after space was freed: {:?}",
        exit.acks
    );
    assert_eq!(inspect(&disk.database(), &stored).await.len(), stored.len());
}

#[tokio::test]
async fn f06_a_disk_too_small_for_the_schema_is_full_and_stays_without_a_database() {
    let test = "f06_a_disk_too_small_for_the_schema_is_full_and_stays_without_a_database";
    let Some(disk) = Mount::tmpfs(test, "64k") else {
        return;
    };
    let error = TursoStorage::open(disk.database().to_str().unwrap())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Full, "{error:?}");
    let left: Vec<_> = std::fs::read_dir(disk.path()).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

/// A file may have 2 MB in blocks of 512 bytes.
const QUOTA: &str = "ulimit -f 4096";

#[tokio::test]
async fn f07_a_file_size_limit_is_a_full_disk_when_its_signal_is_ignored() {
    let place = TempDb::new().unwrap();
    let command = WorkerCommand::new("store_until_error").arg(place.path());
    let mut child = command
        .prelude(&format!("trap '' XFSZ; {QUOTA}"))
        .spawn()
        .unwrap();
    child.go().unwrap();
    let exit = child.wait().unwrap().finished().unwrap();
    let stored = batches(&exit.acks);
    assert!(has(&exit.acks, "failed Full"), "{:?}", exit.acks);
    assert!(
        has(&exit.acks, &format!("readable {}", stored.len())),
        "{:?}",
        exit.acks
    );
    inspect(place.path(), &stored).await;
}

#[tokio::test]
async fn f07_a_file_size_limit_kills_a_process_that_does_not_ignore_its_signal() {
    let place = TempDb::new().unwrap();
    let command = WorkerCommand::new("store_until_error").arg(place.path());
    let exit = command.prelude(QUOTA).spawn().unwrap().wait().unwrap();
    assert_eq!(
        exit.status.signal(),
        Some(FILE_SIZE_SIGNAL),
        "{:?}",
        exit.acks
    );
    inspect(place.path(), &batches(&exit.acks)).await;
}

#[test]
fn f10_too_many_open_files_fail_what_needs_one_and_nothing_afterwards() {
    let place = TempDb::new().unwrap();
    let command = WorkerCommand::new("run_out_of_descriptors").arg(place.path());
    let exit = command.prelude("ulimit -n 64").spawn().unwrap();
    let acks = exit.wait().unwrap().finished().unwrap().acks;
    let (later, first): (Vec<_>, Vec<_>) = acks.iter().partition(|ack| ack.starts_with("later "));
    // The pool goes on with the connections that it has.
    let (another, reads) = first.split_last().unwrap();
    assert_eq!(reads, vec!["ok 5"; 40]);
    assert_eq!(*another, "another Some(Disconnected)");
    let (another, reads) = later.split_last().unwrap();
    assert_eq!(reads, vec!["later ok 5"; 40]);
    assert_eq!(*another, "later None");
}
