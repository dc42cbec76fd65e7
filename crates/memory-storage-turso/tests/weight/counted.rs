//! Weights against what the allocator counts.

use crate::ALLOCATOR;
use crate::shapes::{episode, id, metadata, now, numbered, pattern, query, tags};
use memory_storage_turso::{
    CacheConfig, CacheFigures, CachedStorage, EpisodeDraft, EpisodeId, EpisodeQuery,
    EpisodeRelationship, EpisodeStore as _, ExecutionStep, ExternalId, Namespace, PageRequest,
    PatternId, PatternStore as _, RelatedQuery, RelationshipKind, RelationshipMetadata,
    RelationshipQuery, RelationshipStore as _, TaskType, TursoStorage,
};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::ops::Range;

/// So many entries of one shape are measured, after so many others that make the caches grow to
/// their usual size.
const FIRST: u64 = 8;
const MEASURED: u64 = 16;
const ENTRIES: u64 = FIRST + MEASURED;
/// Of small shapes more, or they would vanish beside what a cache sets aside for itself.
const SMALL_FIRST: u64 = 256;
const SMALL_ENTRIES: u64 = 1_024;
/// What a cache sets aside for itself while it gets its first entries.
const ASIDE: usize = 64 << 10;

/// Memory in use.
#[derive(Clone, Copy, Debug)]
struct Live {
    bytes: usize,
    blocks: usize,
}

fn live() -> Live {
    let stats = ALLOCATOR.stats();
    Live {
        bytes: stats.bytes_allocated - stats.bytes_deallocated,
        blocks: stats.allocations - stats.deallocations,
    }
}

fn weighed(figures: &CacheFigures) -> usize {
    let caches = [
        figures.episodes,
        figures.patterns,
        figures.relationships,
        figures.queries,
    ];
    caches
        .iter()
        .map(|cache| usize::try_from(cache.bytes).unwrap())
        .sum()
}

/// A storage of its own behind a cache, and somebody who waits for it.
struct World {
    runtime: tokio::runtime::Runtime,
    storage: TursoStorage,
    cached: CachedStorage<TursoStorage>,
}

impl World {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let storage = runtime.block_on(TursoStorage::open(":memory:")).unwrap();
        let config = CacheConfig::default();
        let cached = CachedStorage::new(storage.clone(), &config).unwrap();
        Self {
            runtime,
            storage,
            cached,
        }
    }

    /// What entries weigh and take that these reads bring, and by how many blocks.
    fn compare(
        &self,
        entries: Range<u64>,
        read: &impl AsyncFn(&CachedStorage<TursoStorage>, u64),
    ) -> (usize, Live) {
        self.runtime.block_on(async {
            for nth in 0..entries.start {
                read(&self.cached, nth).await;
            }
            let (before, light) = (live(), weighed(&self.cached.figures()));
            for nth in entries {
                read(&self.cached, nth).await;
            }
            let (after, heavy) = (live(), weighed(&self.cached.figures()));
            let took = Live {
                bytes: after.bytes - before.bytes,
                blocks: after.blocks - before.blocks,
            };
            (heavy - light, took)
        })
    }

    /// Fails unless they weigh what they take: no less, but for a few percent, and no more than so
    /// many percent of it.
    fn judge(
        &self,
        percent: usize,
        read: &impl AsyncFn(&CachedStorage<TursoStorage>, u64),
    ) -> Result<(), TestCaseError> {
        self.judge_many(FIRST..ENTRIES, percent, read)
    }

    /// The same for these entries, after those before them.
    fn judge_many(
        &self,
        entries: Range<u64>,
        percent: usize,
        read: &impl AsyncFn(&CachedStorage<TursoStorage>, u64),
    ) -> Result<(), TestCaseError> {
        let (weight, took) = self.compare(entries, read);
        // Of a block, the system's allocator takes 8 bytes for itself, and rounds up to 16, or to 32.
        let least = took.bytes + 8 * took.blocks;
        let most = took.bytes + 32 * took.blocks;
        prop_assert!(
            weight * 100 + ASIDE * 100 >= least * 97,
            "weighs {weight}, takes {took:?}"
        );
        prop_assert!(
            weight * 100 <= most * percent,
            "weighs {weight}, takes {took:?}"
        );
        Ok(())
    }
}

/// The seed is that of the process, and printed with what fails.
fn for_all<T: std::fmt::Debug>(
    some: &impl Strategy<Value = T>,
    test: impl Fn(T) -> Result<(), TestCaseError>,
) {
    let config = ProptestConfig {
        cases: 32,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    TestRunner::new(config).run(some, test).unwrap();
}

fn episodes() {
    for_all(&episode(), |draft| {
        let world = World::new();
        for nth in 0..ENTRIES {
            let store = numbered(&draft, nth);
            let store = world.storage.store_episode(&store);
            world.runtime.block_on(store).unwrap();
        }
        world.judge(150, &async |cached, nth| {
            let id = EpisodeId::from_bytes(id(nth));
            let found = cached.get_episode(&Namespace::default(), id).await.unwrap();
            assert!(found.is_some());
        })
    });
}

/// Their sources are all they have, as a set whose nodes are full as the storage makes them and count as
/// half full.
fn patterns() {
    for_all(&pattern(), |draft| {
        let world = World::new();
        for nth in 0..ENTRIES {
            let mut draft = draft.clone();
            draft.id = PatternId::from_bytes(id(nth));
            let pattern = draft.finish().unwrap();
            let store = world.storage.store_pattern(&pattern);
            world.runtime.block_on(store).unwrap();
        }
        world.judge(210, &async |cached, nth| {
            let id = PatternId::from_bytes(id(nth));
            let found = cached.get_pattern(&Namespace::default(), id).await.unwrap();
            assert!(found.is_some());
        })
    });
}

/// Long questions with short answers, and records that are not there.
fn keys() {
    for (entries, value) in [(0, 0), (3, 10), (12, 100), (12, 500)] {
        let ask = async |cached: &CachedStorage<TursoStorage>, nth: u64| {
            let query = query(nth, entries, value);
            assert_eq!(cached.count_episodes(&query).await.unwrap(), 0);
        };
        World::new()
            .judge_many(SMALL_FIRST..SMALL_ENTRIES, 150, &ask)
            .unwrap();
    }
    for (count, length) in [(1, 9), (64, 9), (16, 512)] {
        let ask = async |cached: &CachedStorage<TursoStorage>, nth: u64| {
            let ids: Vec<_> = (0..count)
                .map(|n| {
                    ExternalId::new(format!("{nth:04}{n:0length$}", length = length - 4)).unwrap()
                })
                .collect();
            let namespace = Namespace::default();
            let found = cached.find_episode_ids(&namespace, &ids).await.unwrap();
            assert!(found.iter().all(Option::is_none));
        };
        World::new()
            .judge_many(SMALL_FIRST..SMALL_ENTRIES, 150, &ask)
            .unwrap();
    }
    let absent = async |cached: &CachedStorage<TursoStorage>, nth: u64| {
        let namespace = Namespace::new("n".repeat(128)).unwrap();
        let id = EpisodeId::from_bytes(id(nth));
        assert!(cached.get_episode(&namespace, id).await.unwrap().is_none());
    };
    World::new()
        .judge_many(SMALL_FIRST..SMALL_ENTRIES, 150, &absent)
        .unwrap();
}

/// A chain of episodes with tags of their own.
async fn chain(storage: &TursoStorage) {
    let namespace = Namespace::default();
    let mut draft = EpisodeDraft::new(TaskType::new("link").unwrap(), "a link", now());
    draft.steps = vec![ExecutionStep::new("look", "at the next one"); 5];
    draft.metadata = metadata(3, 50);
    for nth in 0..100 {
        draft.tags = tags(usize::try_from(nth).unwrap() + 1).skip(40).collect();
        storage.store_episode(&numbered(&draft, nth)).await.unwrap();
    }
    let about = RelationshipMetadata {
        reason: Some("it came next".into()),
        custom: metadata(2, 30),
        ..RelationshipMetadata::default()
    };
    let kind = RelationshipKind::Follows;
    for nth in 1..100 {
        let [from, to] = [nth - 1, nth].map(|n| EpisodeId::from_bytes(id(n)));
        let edge = EpisodeRelationship::new(namespace.clone(), kind, from, to, now()).unwrap();
        let edge = edge.with_metadata(about.clone()).unwrap();
        storage.add_relationship(&edge).await.unwrap();
    }
}

/// Short questions with long answers: a page of another length is another question.
fn pages() {
    let world = World::new();
    world.runtime.block_on(chain(&world.storage));
    let namespace = Namespace::default();
    let page = |nth: u64| PageRequest::first(usize::try_from(nth).unwrap() + 20).unwrap();
    let episodes = EpisodeQuery::default();
    let edges = RelationshipQuery::all(namespace.clone());
    let judge = |what: &str, judged: Result<(), TestCaseError>| {
        judged.unwrap_or_else(|error| panic!("{what}: {error}"));
    };
    let judged = world.judge(150, &async |cached, nth| {
        let found = cached.query_episodes(&episodes, &page(nth)).await.unwrap();
        assert!(found.items.len() >= 20 && found.next.is_some());
    });
    judge("episodes", judged);
    let judged = world.judge(150, &async |cached, nth| {
        let found = cached.list_tags(&namespace, &page(nth)).await.unwrap();
        assert!(found.items.len() >= 20);
    });
    judge("tags", judged);
    let judged = world.judge(150, &async |cached, nth| {
        let found = cached
            .query_relationships(&edges, &page(nth))
            .await
            .unwrap();
        assert!(found.items.len() >= 20);
    });
    judge("relationships", judged);
    let judged = world.judge(150, &async |cached, nth| {
        let mut walk = RelatedQuery::from(namespace.clone(), EpisodeId::from_bytes(id(0)));
        walk.max_depth = 32;
        walk.max_nodes = usize::try_from(nth).unwrap() + 20;
        assert!(cached.find_related(&walk).await.unwrap().episodes.len() >= 20);
    });
    judge("walks", judged);
}

#[test]
fn what_the_caches_weigh_is_what_they_take() {
    episodes();
    patterns();
    keys();
    pages();
}
