//! Connections are kept, shared and given up.

use crate::support::{Fresh, episode, path_in};
use memory_storage_turso::{EpisodeQuery, EpisodeStore, ErrorKind, TursoStorage};
use std::num::NonZeroUsize;
use std::time::Duration;

const LONG: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_file_has_one_writing_connection_and_at_most_the_readers_it_was_given() {
    let dir = tempfile::tempdir().unwrap();
    let builder = TursoStorage::builder(path_in(&dir)).readers(NonZeroUsize::new(2).unwrap());
    let storage = builder.build().await.unwrap();
    for round in 0..20 {
        let texts: Vec<_> = (0..10).map(|nth| format!("{round}/{nth}")).collect();
        let writes = texts.iter().map(|text| async {
            storage.store_episode(&episode(text)).await.unwrap();
            storage
                .count_episodes(&EpisodeQuery::default())
                .await
                .unwrap();
        });
        together(writes).await;
    }
    let pools = storage.pools();
    assert_eq!((pools.write.status.size, pools.write.stats.opened), (1, 1));
    let read = pools.read.unwrap();
    assert_eq!(read.status.size, 2);
    assert!((1..=2).contains(&read.stats.opened), "{read:?}");
    assert!(read.stats.acquired >= 200, "{read:?}");
    assert_eq!(read.stats.acquired, read.stats.released);
}

/// Polls all of them in turn until each has ended.
async fn together<F: Future<Output = ()>>(all: impl Iterator<Item = F>) {
    let mut all: Vec<_> = all.map(Box::pin).collect();
    std::future::poll_fn(|cx| {
        all.retain_mut(|one| one.as_mut().poll(cx).is_pending());
        if all.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

#[tokio::test]
async fn a_database_in_memory_has_one_connection_for_everything() {
    let storage = TursoStorage::open(":memory:").await.unwrap();
    storage.store_episode(&episode("kept")).await.unwrap();
    assert_eq!(
        storage
            .count_episodes(&EpisodeQuery::default())
            .await
            .unwrap(),
        1
    );
    let pools = storage.pools();
    assert!(pools.read.is_none());
    assert_eq!(pools.write.stats.opened, 1);
}

/// A write that waits for its turn when the storage is closed is refused, one that has it is finished.
#[tokio::test]
async fn a_closed_storage_has_finished_its_writes_and_takes_no_more() {
    for polls in 0..12 {
        let fresh = Fresh::new().await;
        let (storage, stored) = (fresh.storage.clone(), episode("last"));
        let write = async move { storage.store_episode(&stored).await.map(drop) };
        let write = tokio::spawn(write);
        for _ in 0..polls {
            tokio::task::yield_now().await;
        }
        fresh.storage.close(LONG).await.unwrap();
        fresh.storage.close(LONG).await.unwrap();
        let written = write.await.unwrap();
        if let Err(error) = &written {
            assert_eq!(error.kind(), ErrorKind::Closed, "{error:?}");
        }
        let late = fresh.storage.store_episode(&episode("late")).await;
        assert_eq!(late.unwrap_err().kind(), ErrorKind::Closed);
        let query = EpisodeQuery::default();
        let late = fresh.storage.count_episodes(&query).await;
        assert_eq!(late.unwrap_err().kind(), ErrorKind::Closed);
        let again = TursoStorage::open(&fresh.path()).await.unwrap();
        let count = again.count_episodes(&query).await.unwrap();
        assert_eq!(count, u64::from(written.is_ok()), "after {polls} polls");
    }
}
