//! The same storage on a real server.

use crate::support::{block_on, episode};
use memory_core::limits::EPISODE_BYTES_MAX;
use memory_core::testing::{conformance, model};
use memory_storage_turso::{
    Algorithm, Atomicity, CompressionConfig, EpisodeId, EpisodeStore as _, ExternalId, Namespace,
    TursoStorage,
};
use proptest::prelude::*;
use testkit::net::Database;

mod faults;
mod grouped;
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

/// A record of the largest size was put behind others that had not filled their statement yet,
/// and one value was then larger than a server takes: nothing of the batch could be stored.
#[tokio::test]
async fn f64_the_largest_episode_fits_behind_others() {
    let Some(database) = fresh("f64_the_largest_episode_fits_behind_others") else {
        return;
    };
    let raw = CompressionConfig {
        algorithm: Algorithm::Raw,
        ..CompressionConfig::default()
    };
    let storage = TursoStorage::builder(database.url()).compression(raw);
    let storage = storage.build().await.unwrap();
    let sized = |bytes| episode(&"x".repeat(bytes));
    let batch = [sized(520_000), sized(EPISODE_BYTES_MAX - 10_000)];
    let stored = storage.store_episodes(&batch, Atomicity::AllOrNothing);
    stored.await.unwrap();
    let ids = batch.each_ref().map(|episode| episode.id);
    let found = storage
        .get_episodes(&Namespace::default(), &ids)
        .await
        .unwrap();
    assert!(
        found
            .iter()
            .zip(&batch)
            .all(|(found, stored)| found.as_deref() == Some(stored))
    );
}

/// A list of ids was one value, and larger than a server takes.
#[tokio::test]
async fn f70_any_number_of_ids_are_looked_up_and_deleted() {
    let Some(database) = fresh("f70_any_number_of_ids_are_looked_up_and_deleted") else {
        return;
    };
    let storage = TursoStorage::open(&database.url()).await.unwrap();
    let namespace = Namespace::default();
    let external = |n: usize| ExternalId::new(format!("{n:0>6}{}", "\"".repeat(506))).unwrap();
    let mut stored = episode("stored");
    let named = stored.edit(stored.updated_at, |draft| {
        draft.external_id = Some(external(9_999));
    });
    named.unwrap();
    storage.store_episode(&stored).await.unwrap();

    let external_ids: Vec<ExternalId> = (0..10_000).map(external).collect();
    let found = storage
        .find_episode_ids(&namespace, &external_ids)
        .await
        .unwrap();
    assert_eq!((found.len(), found[9_999]), (10_000, Some(stored.id)));
    let mut ids: Vec<EpisodeId> = (0..150_000).map(|_| EpisodeId::new()).collect();
    ids.push(stored.id);
    assert_eq!(storage.delete_episodes(&namespace, &ids).await.unwrap(), 1);
    assert_eq!(storage.delete_episodes(&namespace, &[]).await.unwrap(), 0);
}
