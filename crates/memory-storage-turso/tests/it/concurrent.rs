//! Many tasks on one file: no error, no lost update, no dangling edge.

use crate::support::{Fresh, episode};
use memory_storage_turso::{
    Direction, Episode, EpisodeId, EpisodeQuery, EpisodeRelationship, EpisodeStore, ErrorKind,
    Metadata, Namespace, PageRequest, RelationshipKind, RelationshipQuery, RelationshipStore,
    Timestamp, TursoStorage, Update,
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

/// What a change is to be made from: the episode as it is stored now.
async fn read(storage: &TursoStorage, id: EpisodeId) -> Episode {
    let found = storage.get_episode(&Namespace::default(), id).await;
    (*found.unwrap().unwrap()).clone()
}

/// The update that gives what was read another description.
fn described(read: &Episode, text: &str) -> Update<Episode> {
    let mut changed = read.clone();
    let edited = changed.edit(Timestamp::now(), |draft| draft.description = text.into());
    edited.unwrap();
    Update::new(changed, read.revision)
}

#[tokio::test]
async fn f74_what_was_only_read_may_change_and_what_is_updated_with_it_may_not() {
    let fresh = Fresh::new().await;
    let (one, other) = (episode("on call"), episode("on call"));
    for stored in [&one, &other] {
        fresh.storage.store_episode(stored).await.unwrap();
    }
    // Two who saw both on call, and each lets one of them go: nobody is left.
    let first = read(&fresh.storage, one.id).await;
    let second = read(&fresh.storage, other.id).await;
    for update in [described(&first, "gone"), described(&second, "gone")] {
        fresh.storage.update_episode(&update).await.unwrap();
    }
    // Who names both in one call is told when either has changed.
    let (first, second) = (
        read(&fresh.storage, one.id).await,
        read(&fresh.storage, other.id).await,
    );
    let both = |a: &str, b: &str| [described(&first, a), described(&second, b)];
    let (mine, theirs) = (both("back", "gone"), both("gone", "back"));
    fresh.storage.update_episodes(&mine).await.unwrap();
    let error = fresh.storage.update_episodes(&theirs).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(read(&fresh.storage, one.id).await.description, "back");
    assert_eq!(read(&fresh.storage, other.id).await.description, "gone");
}
