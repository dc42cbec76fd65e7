//! Databases that may only be read.

use crate::load::{inspect, store};
use crate::place::{Mount, run};
use memory_storage_turso::TursoStorage;
use std::path::Path;
use testkit::{TempDb, WorkerCommand, skipped};

async fn filled(path: &Path) -> TursoStorage {
    let storage = TursoStorage::open(path.to_str().unwrap()).await.unwrap();
    store(&storage, 0, 0).await.unwrap();
    storage
}

/// What a process says that reads the database and then writes to it.
fn outcome(command: &WorkerCommand) -> Vec<String> {
    command
        .spawn()
        .unwrap()
        .wait()
        .unwrap()
        .finished()
        .unwrap()
        .acks
}

#[tokio::test]
async fn f11_a_read_only_mount_is_read_and_refuses_writes() {
    let test = "f11_a_read_only_mount_is_read_and_refuses_writes";
    let place = TempDb::new().unwrap();
    // Held open: the files of the write-ahead log are there.
    let storage = filled(place.path()).await;
    let Some(mount) = Mount::read_only(test, place.path().parent().unwrap()) else {
        return;
    };
    let command = WorkerCommand::new("read_then_write").arg(mount.database());
    assert_eq!(outcome(&command), ["readable 1", "refused ReadOnly"]);
    drop(storage);
    inspect(place.path(), &["0/0".to_owned()]).await;
}

#[tokio::test]
async fn f11_a_file_that_may_not_be_changed_is_read_and_refuses_writes() {
    let test = "f11_a_file_that_may_not_be_changed_is_read_and_refuses_writes";
    let place = TempDb::new().unwrap();
    let storage = filled(place.path()).await;
    let path = place.path().to_str().unwrap();
    if !run("chattr", &["+i", path]) {
        return skipped(test, "it needs root and a file system with attributes");
    }
    let acks = outcome(&WorkerCommand::new("read_then_write").arg(path));
    assert!(run("chattr", &["-i", path]));
    assert_eq!(acks, ["readable 1", "refused ReadOnly"]);
    drop(storage);
    inspect(place.path(), &["0/0".to_owned()]).await;
}
