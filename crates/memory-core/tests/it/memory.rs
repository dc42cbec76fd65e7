//! What is special about the backend in memory.

use crate::{block_on, draft, time};
use memory_core::limits::RELATIONSHIPS_MAX;
use memory_core::testing::all_pages;
use memory_core::{
    Atomicity, Episode, EpisodeId, EpisodeQuery, EpisodeRelationship, EpisodeStore, ExecutionStep,
    ExternalId, InMemoryStorage, Metadata, Namespace, RelatedQuery, RelationshipKind,
    RelationshipStore, StorageBackend,
};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

fn numbered(n: u32) -> Episode {
    let mut draft = draft();
    draft.id = EpisodeId::from_bytes(u128::from(n).to_be_bytes());
    draft.external_id = Some(ExternalId::new(format!("external {n}")).unwrap());
    draft.started_at = time(i64::from(n));
    draft.metadata = Metadata::new().with("task", (n % 7).to_string()).unwrap();
    draft.steps = vec![ExecutionStep::new("tool", "x".repeat(300)); 4];
    draft.finish().unwrap()
}

#[test]
fn clones_share_one_memory() {
    let one = InMemoryStorage::new();
    let two = one.clone();
    let stored = block_on(one.store_episode(&numbered(1))).unwrap();
    let found = block_on(two.get_episode(&Namespace::default(), stored.id));
    assert!(found.unwrap().is_some());
    assert_eq!(
        block_on(InMemoryStorage::default().count_episodes(&EpisodeQuery::default())).unwrap(),
        0
    );
}

#[test]
fn its_debug_text_holds_counts_and_no_contents() {
    let memory = InMemoryStorage::new();
    block_on(memory.store_episode(&numbered(1))).unwrap();
    let text = format!("{memory:?}");
    assert_eq!(
        text,
        "InMemoryStorage { episodes: 1, patterns: 0, relationships: 0 }"
    );
}

#[test]
fn every_future_is_ready_at_its_first_poll_and_does_nothing_before() {
    let memory = InMemoryStorage::new();
    let episode = numbered(1);
    let mut store = pin!(memory.store_episode(&episode));
    let count = || block_on(memory.count_episodes(&EpisodeQuery::default())).unwrap();
    assert_eq!(count(), 0);
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(
        store.as_mut().poll(&mut context),
        Poll::Ready(Ok(_))
    ));
    assert_eq!(count(), 1);
}

#[test]
fn it_can_be_shared_between_threads_as_a_trait_object() {
    fn shared(_: impl Send + Sync + 'static) {}
    shared(Box::new(InMemoryStorage::new()) as Box<dyn StorageBackend>);
    let memory = InMemoryStorage::new();
    std::thread::scope(|scope| {
        for part in 0..4 {
            let memory = &memory;
            scope.spawn(move || {
                for n in 0..100 {
                    block_on(memory.store_episode(&numbered(part * 100 + n))).unwrap();
                }
            });
        }
    });
    assert_eq!(
        block_on(memory.count_episodes(&EpisodeQuery::default())).unwrap(),
        400
    );
}

// As many as there are real episodes: each store must not copy what is there already.
#[test]
fn it_holds_12357_episodes_stored_one_by_one() {
    let memory = InMemoryStorage::new();
    for n in 0..12_357 {
        block_on(memory.store_episode(&numbered(n))).unwrap();
    }
    let again: Vec<Episode> = (0..12_357).map(numbered).collect();
    let stored = block_on(memory.store_episodes(&again, Atomicity::PerPart)).unwrap();
    assert!(stored.iter().all(|stored| stored.revision.get() == 1));
    let query = EpisodeQuery {
        metadata: Metadata::new().with("task", "3").unwrap(),
        ..EpisodeQuery::default()
    };
    let pages = block_on(all_pages(1_000, async |page| {
        memory.query_episodes(&query, &page).await
    }));
    assert_eq!(pages.unwrap().concat().len(), 1_765);
}

#[test]
fn f71_a_fan_of_100000_is_walked() {
    let memory = InMemoryStorage::new();
    let id = |n: u32| EpisodeId::from_bytes(u128::from(n).to_be_bytes());
    let small = |n| {
        let mut draft = draft();
        draft.id = id(n);
        draft.finish().unwrap()
    };
    let episodes: Vec<Episode> = (0..=100_000).map(small).collect();
    block_on(memory.store_episodes(&episodes, Atomicity::PerPart)).unwrap();
    let kind = RelationshipKind::DependsOn;
    let edge = |n| EpisodeRelationship::new(Namespace::default(), kind, id(0), id(n), time(0));
    let edges: Vec<_> = (1..=100_000).map(|n| edge(n).unwrap()).collect();
    for part in edges.chunks(RELATIONSHIPS_MAX) {
        block_on(memory.add_relationships(part)).unwrap();
    }
    let mut walk = RelatedQuery::from(Namespace::default(), id(0));
    walk.max_nodes = 10_000;
    let related = block_on(memory.find_related(&walk)).unwrap();
    assert_eq!((related.episodes.len(), related.truncated), (10_000, true));
    assert!(block_on(memory.delete_episode(&Namespace::default(), id(0))).unwrap());
    assert_eq!(
        format!("{memory:?}").split("relationships: ").nth(1),
        Some("0 }")
    );
}
