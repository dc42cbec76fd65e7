//! Many tasks on one file: no error, no lost update, no dangling edge.

use crate::support::{Fresh, episode};
use memory_storage_turso::{
    Direction, EpisodeId, EpisodeQuery, EpisodeRelationship, EpisodeStore, ErrorKind, Metadata,
    Namespace, PageRequest, RelationshipKind, RelationshipQuery, RelationshipStore, Timestamp,
    TursoStorage, Update,
};
use std::future::Future;

/// Runs `work` in `tasks` tasks at once and waits for all of them.
async fn together<F, W>(tasks: usize, work: W)
where
    W: Fn(usize) -> F,
    F: Future<Output = ()> + Send + 'static,
{
    let running: Vec<_> = (0..tasks).map(|nth| tokio::spawn(work(nth))).collect();
    for task in running {
        task.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_tasks_store_and_get_without_an_error() {
    let fresh = Fresh::new().await;
    let storage = fresh.storage.clone();
    together(16, |_| {
        let storage = storage.clone();
        async move {
            for nth in 0..50 {
                let stored = episode(&format!("{nth}"));
                storage.store_episode(&stored).await.unwrap();
                for _ in 0..4 {
                    let found = storage
                        .get_episode(&stored.namespace, stored.id)
                        .await
                        .unwrap();
                    assert_eq!(found.as_deref(), Some(&stored));
                }
            }
        }
    })
    .await;
    assert_eq!(
        storage
            .count_episodes(&EpisodeQuery::default())
            .await
            .unwrap(),
        800
    );
}

/// Counts one up in the metadata of an episode; again, if somebody else was faster.
async fn count_up(storage: &TursoStorage, id: EpisodeId) {
    let namespace = Namespace::default();
    loop {
        let read = storage.get_episode(&namespace, id).await.unwrap().unwrap();
        let count: u64 = read.metadata.get("count").unwrap().parse().unwrap();
        let metadata = Metadata::new()
            .with("count", (count + 1).to_string())
            .unwrap();
        let mut changed = (*read).clone();
        changed
            .edit(Timestamp::now(), |draft| draft.metadata = metadata)
            .unwrap();
        match storage
            .update_episode(&Update::new(changed, read.revision))
            .await
        {
            Ok(_) => return,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Conflict, "{error:?}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f73_no_update_is_lost() {
    let fresh = Fresh::new().await;
    let mut counter = episode("counter");
    let metadata = Metadata::new().with("count", "0").unwrap();
    counter
        .edit(Timestamp::now(), |draft| draft.metadata = metadata)
        .unwrap();
    fresh.storage.store_episode(&counter).await.unwrap();
    let (storage, id) = (fresh.storage.clone(), counter.id);
    together(8, |_| {
        let storage = storage.clone();
        async move {
            for _ in 0..10 {
                count_up(&storage, id).await;
            }
        }
    })
    .await;
    let last = storage
        .get_episode(&counter.namespace, id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(last.metadata.get("count"), Some("80"));
    assert_eq!(last.revision.get(), 81);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn f72_an_edge_to_a_deleted_episode_never_stays() {
    let fresh = Fresh::new().await;
    let hub = episode("hub");
    fresh.storage.store_episode(&hub).await.unwrap();
    let (storage, to) = (fresh.storage.clone(), hub.id);
    together(4, |nth| {
        let storage = storage.clone();
        async move {
            for _ in 0..20 {
                if nth == 0 {
                    storage
                        .delete_episode(&Namespace::default(), to)
                        .await
                        .unwrap();
                    storage.store_episode(&episode("other")).await.unwrap();
                } else {
                    relate_new(&storage, to).await;
                }
            }
        }
    })
    .await;
    let query = RelationshipQuery {
        direction: Direction::Incoming,
        ..RelationshipQuery::of(Namespace::default(), to)
    };
    let left = storage
        .query_relationships(&query, &PageRequest::default())
        .await
        .unwrap();
    assert!(left.items.is_empty());
    assert!(storage.check().await.unwrap().is_clean());
}

/// Stores an episode and relates it to `to`, which may be gone.
async fn relate_new(storage: &TursoStorage, to: EpisodeId) {
    let from = episode("from");
    storage.store_episode(&from).await.unwrap();
    let kind = RelationshipKind::Follows;
    let edge = EpisodeRelationship::new(Namespace::default(), kind, from.id, to, Timestamp::now())
        .unwrap();
    if let Err(error) = storage.add_relationship(&edge).await {
        assert_eq!(error.kind(), ErrorKind::NotFound, "{error:?}");
    }
}
