//! The same storage on a real server.

use crate::support::block_on;
use memory_core::testing::{conformance, model};
use memory_storage_turso::TursoStorage;
use proptest::prelude::*;
use testkit::net::Database;

mod faults;
mod requests;

/// A fresh database, unless there is no server.
fn fresh(test: &str) -> Option<Database> {
    Database::fresh(test).unwrap()
}

#[test]
fn a_server_conforms() {
    let Some(first) = fresh("a_server_conforms") else {
        return;
    };
    drop(first);
    let current = std::sync::Mutex::new(None);
    block_on(conformance::run(|| async {
        // A server that the tests were pointed at has one database, so the last one goes first.
        current.lock().unwrap().take();
        let database = fresh("a_server_conforms").unwrap();
        let storage = TursoStorage::open(&database.url()).await.unwrap();
        *current.lock().unwrap() = Some(database);
        storage
    }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_server_behaves_as_the_reference(operations in model::operations(1..25)) {
        if let Some(database) = fresh("a_server_behaves_as_the_reference") {
            block_on(async {
                let storage = TursoStorage::open(&database.url()).await.unwrap();
                model::check(&storage, &operations).await;
                assert!(storage.check().await.unwrap().is_clean());
            });
        }
    }
}
