//! A cached storage does what an uncached one does.

use crate::support::block_on;
use memory_core::testing::{conformance, model};
use memory_storage_turso::{
    CacheConfig, CachedStorage, EpisodeQuery, InMemoryStorage, PageRequest, PatternQuery,
    RelationshipQuery, StorageBackend, TursoStorage,
};
use proptest::prelude::*;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

async fn over_memory() -> CachedStorage<TursoStorage> {
    TursoStorage::builder(":memory:")
        .build_cached()
        .await
        .unwrap()
}

fn over_reference() -> CachedStorage<InMemoryStorage> {
    CachedStorage::new(InMemoryStorage::new(), &CacheConfig::default()).unwrap()
}

#[test]
fn a_cached_database_conforms() {
    block_on(conformance::run(over_memory));
}

#[test]
fn a_cached_reference_conforms() {
    block_on(conformance::run(|| async { over_reference() }));
}

/// Reads everything again and again, whatever it is.
async fn keep_reading<B: StorageBackend>(backend: B, stop: Arc<AtomicBool>) -> u64 {
    let mut rounds = 0;
    while !stop.load(Relaxed) {
        for namespace in model::universe::namespaces() {
            let (page, ns) = (PageRequest::default(), &namespace);
            let ids = model::universe::episode_ids();
            drop(backend.get_episodes(ns, &ids).await.unwrap());
            for id in ids {
                drop(backend.get_episode(ns, id).await.unwrap());
            }
            let query = EpisodeQuery::all(namespace.clone());
            drop(backend.query_episodes(&query, &page).await.unwrap());
            drop(backend.list_tags(ns, &page).await.unwrap());
            let external = model::universe::external_ids();
            drop(backend.find_episode_ids(ns, &external).await.unwrap());
            drop(
                backend
                    .get_patterns(ns, &model::universe::pattern_ids())
                    .await
                    .unwrap(),
            );
            let query = PatternQuery::all(namespace.clone());
            drop(backend.query_patterns(&query, &page).await.unwrap());
            let query = RelationshipQuery::all(namespace.clone());
            drop(backend.query_relationships(&query, &page).await.unwrap());
        }
        rounds += 1;
        tokio::task::yield_now().await;
    }
    rounds
}

/// The model test while two tasks fill the cache with whatever they find.
async fn check_among_readers<B>(backend: B, operations: &[model::Operation])
where
    B: StorageBackend + Clone + 'static,
{
    let stop = Arc::new(AtomicBool::new(false));
    let readers = [(); 2].map(|()| tokio::spawn(keep_reading(backend.clone(), Arc::clone(&stop))));
    model::check(&backend, operations).await;
    stop.store(true, Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
}

fn on_two_threads<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_cached_database_behaves_as_the_reference(operations in model::operations(1..25)) {
        block_on(async { model::check(&over_memory().await, &operations).await });
    }

    #[test]
    fn f76_it_does_so_among_readers_too(operations in model::operations(1..15)) {
        on_two_threads(check_among_readers(over_reference(), &operations));
    }

    #[test]
    fn f76_a_cached_database_among_readers_behaves_as_the_reference(
        operations in model::operations(1..10),
    ) {
        on_two_threads(async { check_among_readers(over_memory().await, &operations).await });
    }
}
