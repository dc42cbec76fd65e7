//! What an operation costs on the network, counted at the server.

use super::fresh;
use crate::support::episode;
use memory_core::limits::EPISODE_BYTES_MAX;
use memory_storage_turso::{
    Atomicity, Episode, EpisodeQuery, EpisodeRelationship, EpisodeStore, ExecutionStep, ExternalId,
    Lesson, Namespace, Page, PageRequest, PatternDraft, PatternQuery, PatternStore, PoolConfig,
    RelatedQuery, RelationshipKind, RelationshipQuery, RelationshipStore, ScalingPolicy, Sizing,
    StatisticsQuery, StepStatus, Tag, TagChange, Timestamp, TursoStorage, Update,
};
use std::sync::Arc;
use testkit::net::Database;

/// Requests and new connections of one operation, which must be this many and none.
struct Meter {
    database: Database,
    table: Vec<String>,
}

impl Meter {
    async fn costs<T>(
        &mut self,
        requests: u64,
        operation: &str,
        work: impl Future<Output = memory_storage_turso::Result<T>>,
    ) -> T {
        let before = self.database.counts();
        let result = work.await.unwrap();
        let cost = self.database.counts() - before;
        self.table.push(format!(
            "{operation:<40} {:>3} requests {:>3} connections",
            cost.requests, cost.connections
        ));
        assert_eq!(
            (cost.requests, cost.connections),
            (requests, 0),
            "{:#?}",
            self.table
        );
        result
    }
}

async fn warm(database: &Database) -> TursoStorage {
    // No further connection is opened in the background while an operation is measured.
    let pool = PoolConfig {
        sizing: Sizing::Adaptive(ScalingPolicy {
            min_size: 1,
            ..ScalingPolicy::default()
        }),
        ..PoolConfig::default()
    };
    let builder = TursoStorage::builder(database.url()).pool(pool);
    let storage = builder.build().await.unwrap();
    storage
        .count_episodes(&EpisodeQuery::default())
        .await
        .unwrap();
    storage
}

/// Printable bytes that hardly compress.
fn noise(nth: u64, bytes: usize) -> String {
    let mut state = nth.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b' ' + u8::try_from(state % 94).unwrap())
    })
    .take(bytes)
    .collect()
}

fn heavy(nth: u64) -> Episode {
    let mut heavy = episode("heavy");
    let noise = noise(nth, 200_000);
    let step = ExecutionStep::new("t", "a").ended(StepStatus::Success, noise);
    heavy
        .add_step(step, Timestamp::from_micros(1).unwrap())
        .unwrap();
    heavy
}

/// A meter, a warm storage, and two episodes that it does not hold yet.
async fn metered(test: &str) -> Option<(Meter, TursoStorage, Episode, Episode)> {
    let database = fresh(test)?;
    let storage = warm(&database).await;
    let meter = Meter {
        database,
        table: Vec::new(),
    };
    Some((meter, storage, episode("first"), episode("second")))
}

#[tokio::test]
async fn every_write_is_one_request_on_a_warm_connection() {
    let test = "every_write_is_one_request_on_a_warm_connection";
    let Some((mut meter, storage, first, second)) = metered(test).await else {
        return;
    };
    let namespace = Namespace::default();
    let now = first.started_at;
    meter.costs(1, "store", storage.store_episode(&first)).await;
    meter
        .costs(1, "store again", storage.store_episode(&first))
        .await;
    meter
        .costs(1, "store another", storage.store_episode(&second))
        .await;
    let update = Update::new(first.clone(), first.revision);
    meter
        .costs(1, "update", storage.update_episode(&update))
        .await;
    let kind = RelationshipKind::DependsOn;
    let edge = EpisodeRelationship::new(namespace.clone(), kind, first.id, second.id, now).unwrap();
    meter
        .costs(1, "relate", storage.add_relationship(&edge))
        .await;
    let removal = storage.remove_relationship(&namespace, edge.key());
    meter.costs(1, "remove a relationship", removal).await;
    let change = TagChange::add(Tag::new("new").unwrap());
    let tagged = storage.change_tags(&namespace, first.id, &change, now);
    meter.costs(1, "add a tag", tagged).await;
    meter
        .costs(1, "delete", storage.delete_episode(&namespace, first.id))
        .await;
    println!("{}", meter.table.join("\n"));
}

#[tokio::test]
async fn every_read_is_one_request_on_a_warm_connection() {
    let test = "every_read_is_one_request_on_a_warm_connection";
    let Some((mut meter, storage, first, second)) = metered(test).await else {
        return;
    };
    let namespace = Namespace::default();
    let both = [first.clone(), second.clone()];
    storage
        .store_episodes(&both, Atomicity::AllOrNothing)
        .await
        .unwrap();
    let page = PageRequest::default();
    meter
        .costs(1, "get", storage.get_episode(&namespace, first.id))
        .await;
    let query = EpisodeQuery {
        tags_all: first.tags.clone(),
        ..EpisodeQuery::default()
    };
    meter
        .costs(1, "query a page", storage.query_episodes(&query, &page))
        .await;
    meter
        .costs(1, "count", storage.count_episodes(&query))
        .await;
    let of = RelationshipQuery::of(namespace.clone(), first.id);
    meter
        .costs(
            1,
            "relationships of one",
            storage.query_relationships(&of, &page),
        )
        .await;
    let walk = RelatedQuery::from(namespace.clone(), first.id);
    meter
        .costs(1, "related to depth 3", storage.find_related(&walk))
        .await;
    meter
        .costs(1, "list tags", storage.list_tags(&namespace, &page))
        .await;
    meter
        .costs(
            1,
            "statistics",
            storage.statistics(&StatisticsQuery::default()),
        )
        .await;
    println!("{}", meter.table.join("\n"));
}

#[tokio::test]
async fn everything_else_is_one_request_too() {
    let test = "everything_else_is_one_request_too";
    let Some((mut meter, storage, first, second)) = metered(test).await else {
        return;
    };
    let (namespace, now, page) = (
        Namespace::default(),
        first.started_at,
        PageRequest::default(),
    );
    let lesson = Lesson::ToolSequence { tools: Vec::new() };
    let mut pattern = PatternDraft::new(lesson, now);
    pattern.sources = [first.id].into();
    let pattern = pattern.finish().unwrap();
    let (episodes, patterns) = ([first.clone(), second.clone()], [pattern.clone()]);
    let both = storage.store_episodes_with_patterns(&episodes, &patterns);
    meter.costs(1, "store with patterns", both).await;
    let stored = storage.store_pattern(&pattern);
    meter.costs(1, "store a pattern", stored).await;
    let found = storage.get_pattern(&namespace, pattern.id);
    meter.costs(1, "get a pattern", found).await;
    let update = Update::new(pattern.clone(), pattern.revision);
    meter
        .costs(1, "update a pattern", storage.update_pattern(&update))
        .await;
    let all = PatternQuery::all(namespace.clone());
    let queried = storage.query_patterns(&all, &page);
    meter.costs(1, "query patterns", queried).await;
    meter
        .costs(1, "count patterns", storage.count_patterns(&all))
        .await;
    let gone = [pattern.id];
    let deleted = storage.delete_patterns(&namespace, &gone);
    meter.costs(1, "delete a pattern", deleted).await;
    let updates = [&first, &second].map(|episode| Update::new(episode.clone(), episode.revision));
    meter
        .costs(1, "update two", storage.update_episodes(&updates))
        .await;
    let external_ids = [ExternalId::new("x").unwrap()];
    let found = storage.find_episode_ids(&namespace, &external_ids);
    meter.costs(1, "find by external id", found).await;
    let kind = RelationshipKind::DependsOn;
    let edge = EpisodeRelationship::new(namespace.clone(), kind, first.id, second.id, now).unwrap();
    let validated = storage.validate_relationship(&edge);
    meter.costs(1, "validate a relationship", validated).await;
    let edges = vec![edge; 1_000];
    let related = storage.add_relationships(&edges);
    meter.costs(1, "relate 1,000", related).await;
    let (from, to) = (Tag::new("a").unwrap(), Tag::new("b").unwrap());
    let renamed = storage.rename_tag(&namespace, &from, &to, now);
    meter.costs(1, "rename a tag", renamed).await;
    println!("{}", meter.table.join("\n"));
}

#[tokio::test]
async fn a_batch_is_one_request_and_so_is_reading_it() {
    let Some(database) = fresh("a_batch_is_one_request_and_so_is_reading_it") else {
        return;
    };
    let storage = warm(&database).await;
    let mut meter = Meter {
        database,
        table: Vec::new(),
    };
    let batch: Vec<Episode> = (0..1_000).map(|nth| episode(&format!("{nth}"))).collect();
    let atomic = Atomicity::AllOrNothing;
    meter
        .costs(1, "store 1,000", storage.store_episodes(&batch, atomic))
        .await;
    let ids: Vec<_> = batch.iter().map(|episode| episode.id).collect();
    let found = meter
        .costs(
            1,
            "get 1,000",
            storage.get_episodes(&Namespace::default(), &ids),
        )
        .await;
    assert!(found.iter().all(Option::is_some));
    let namespace = Namespace::default();
    let deleted = storage.delete_episodes(&namespace, &ids);
    assert_eq!(meter.costs(1, "delete 1,000", deleted).await, 1_000);
}

/// An episode of the largest size, which does not compress, with metadata that take six times
/// their length in the row: a server takes it, and lets it be changed and read.
#[tokio::test]
async fn f64_the_largest_episode_fits_on_a_server() {
    let Some(database) = fresh("f64_the_largest_episode_fits_on_a_server") else {
        return;
    };
    let storage = warm(&database).await;
    let now = Timestamp::from_micros(1).unwrap();
    let mut largest = episode("largest");
    let control = "\u{1}".repeat(4_096);
    let tags = (0..64).map(|n| Tag::new(format!("{n:0>2}{}", "\"".repeat(62))).unwrap());
    let edited = largest.edit(now, |draft| {
        draft.tags = tags.collect();
        for n in 0..64 {
            draft
                .metadata
                .insert(format!("k{n}"), control.as_str())
                .unwrap();
        }
    });
    edited.unwrap();
    let room = EPISODE_BYTES_MAX - largest.size_bytes() - 1_000;
    let step = ExecutionStep::new("t", "a").ended(StepStatus::Success, noise(1, room));
    largest.add_step(step, now).unwrap();
    assert!(largest.size_bytes() > EPISODE_BYTES_MAX - 2_000);
    storage.store_episode(&largest).await.unwrap();
    let change = TagChange::remove(largest.tags.first().unwrap().clone());
    let namespace = Namespace::default();
    let changed = storage
        .change_tags(&namespace, largest.id, &change, now)
        .await;
    let update = Update::new(largest.clone(), changed.unwrap());
    storage.update_episode(&update).await.unwrap();
    let found = storage.get_episode(&namespace, largest.id).await.unwrap();
    assert!(found.unwrap().same_content(&largest));
}

#[tokio::test]
async fn what_does_not_fit_into_one_answer_comes_in_several() {
    let Some(database) = fresh("what_does_not_fit_into_one_answer_comes_in_several") else {
        return;
    };
    let storage = warm(&database).await;
    let mut meter = Meter {
        database,
        table: Vec::new(),
    };
    let batch: Vec<Episode> = (0..60).map(heavy).collect();
    let atomic = Atomicity::AllOrNothing;
    meter
        .costs(1, "store 12 MB", storage.store_episodes(&batch, atomic))
        .await;
    let ids: Vec<_> = batch.iter().map(|episode| episode.id).collect();
    let found = meter
        .costs(
            2,
            "get 12 MB",
            storage.get_episodes(&Namespace::default(), &ids),
        )
        .await;
    assert!(
        found
            .iter()
            .zip(&batch)
            .all(|(found, stored)| found.as_deref() == Some(stored))
    );
    let query = EpisodeQuery::default();
    let all = PageRequest::default();
    let page: Page<Arc<Episode>> = meter
        .costs(1, "a page of 7 MB", storage.query_episodes(&query, &all))
        .await;
    assert!(page.next.is_some() && page.items.len() < 60);
    let rest = all.after(page.next.unwrap());
    let rest = meter
        .costs(1, "the next page", storage.query_episodes(&query, &rest))
        .await;
    assert_eq!(page.items.len() + rest.items.len(), 60);
}

#[cfg(feature = "zstd")]
#[tokio::test]
async fn a_dictionary_is_fetched_once() {
    let Some(database) = fresh("a_dictionary_is_fetched_once") else {
        return;
    };
    let (storage, other) = (warm(&database).await, warm(&database).await);
    let batch = crate::compression::episodes(300);
    let atomic = Atomicity::AllOrNothing;
    storage.store_episodes(&batch, atomic).await.unwrap();
    assert!(storage.train_dictionary().await.unwrap().is_adopted);
    let report = storage.compact(|_| ()).await.unwrap();
    assert_eq!(report.rewritten, 300);
    let mut meter = Meter {
        database,
        table: Vec::new(),
    };
    let namespace = Namespace::default();
    let found = meter
        .costs(
            1,
            "get by who trained",
            storage.get_episode(&namespace, batch[0].id),
        )
        .await;
    assert_eq!(found.as_deref(), Some(&batch[0]));
    for (requests, nth) in [(2, 0), (1, 0), (1, 7)] {
        let get = other.get_episode(&namespace, batch[nth].id);
        let found = meter.costs(requests, "get by another", get).await;
        assert_eq!(found.as_deref(), Some(&batch[nth]));
    }
    let later = warm(&meter.database).await;
    let get = later.get_episode(&namespace, batch[0].id);
    meter.costs(1, "get by one that is opened later", get).await;
    let store = later.store_episode(&batch[1]);
    meter.costs(1, "store by it", store).await;
}
