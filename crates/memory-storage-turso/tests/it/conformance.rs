//! A database keeps every promise of the store traits.

use crate::support::{block_on, path_in};
use memory_core::testing::conformance;
use memory_storage_turso::TursoStorage;
use std::sync::Mutex;
use tempfile::TempDir;

#[test]
fn a_file_conforms() {
    let dirs: Mutex<Vec<TempDir>> = Mutex::default();
    block_on(conformance::run(|| async {
        let dir = tempfile::tempdir().unwrap();
        let storage = TursoStorage::open(&path_in(&dir)).await.unwrap();
        dirs.lock().unwrap().push(dir);
        storage
    }));
}

#[test]
fn a_database_in_memory_conforms() {
    block_on(conformance::run(|| async {
        TursoStorage::open(":memory:").await.unwrap()
    }));
}
