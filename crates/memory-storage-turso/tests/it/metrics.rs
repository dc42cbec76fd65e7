//! What the storage tells of itself.

use crate::support::{Fresh, block_on, episode};
use memory_core::testing::conformance;
use memory_storage_turso::metrics::{Figures, Kind, Slow, Unit};
use memory_storage_turso::{
    CacheConfig, CachedStorage, EpisodeQuery, EpisodeStore, ErrorKind, MeteredStorage, Namespace,
    Observe, PageRequest, PerformanceSnapshot, StorageBackend, TursoStorage, instruments,
};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Mutex;
use std::time::Duration;
use testkit::{Fault, FaultStorage, Faults, Said, Told};

/// It changes nothing, and each operation has a name of its own: none counts as `other`.
#[test]
fn a_metered_database_conforms_and_every_operation_has_its_name() {
    let storages: Mutex<Vec<MeteredStorage<TursoStorage>>> = Mutex::default();
    block_on(conformance::run(|| async {
        let storage = MeteredStorage::new(TursoStorage::open(":memory:").await.unwrap());
        storages.lock().unwrap().push(storage.clone());
        storage
    }));
    let (mut asked, mut ran) = (BTreeSet::new(), BTreeSet::new());
    for storage in storages.into_inner().unwrap() {
        let seen = storage.performance();
        asked.extend(seen.storage.operations.into_iter().map(|o| o.name));
        ran.extend(seen.database.operations.into_iter().map(|o| o.name));
    }
    assert_eq!(asked.len(), 22, "{asked:?}");
    assert!(
        !asked.contains("other") && !ran.contains("other"),
        "{ran:?}"
    );
}

#[tokio::test]
async fn a_snapshot_has_every_layer_and_goes_through_json() {
    let fresh = Fresh::new().await;
    let storage = MeteredStorage::new(fresh.storage.clone());
    let stored = episode("x");
    storage.store_episode(&stored).await.unwrap();
    for _ in 0..3 {
        let found = storage.get_episode(&stored.namespace, stored.id).await;
        assert!(found.unwrap().is_some());
    }
    let all = EpisodeQuery::default();
    storage
        .query_episodes(&all, &PageRequest::default())
        .await
        .unwrap();
    let seen = storage.performance();
    let get = seen.storage.operation("episodes.get").unwrap();
    assert_eq!((get.ever.count, get.last_minute.count, get.rows), (3, 3, 3));
    let ran = seen.database.operation("episodes.get").unwrap();
    assert_eq!((ran.ever.count, ran.rows), (3, 3));
    assert!(ran.received_bytes > 0 && ran.ever.max <= get.ever.max);
    assert!(seen.connecting.operations[0].ever.count >= 1);
    // Readers take turns, so not every repetition meets a compiled statement.
    assert!(seen.statements.hits >= 1, "{:?}", seen.statements);
    let patterns = seen.query_patterns();
    assert_eq!(
        (patterns[0].operation.as_str(), patterns[0].calls),
        ("episodes.get", 3)
    );
    assert!((patterns[0].rows_per_call - 1.0).abs() < 1e-9);
    let text = seen.to_string();
    for part in ["episodes.get", "ASKED FOR", "statements:", "P99"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let json = serde_json::to_string(&seen).unwrap();
    assert_eq!(
        serde_json::from_str::<PerformanceSnapshot>(&json).unwrap(),
        seen
    );
}

#[tokio::test]
async fn errors_and_slow_operations_are_told_by_name() {
    let fresh = Fresh::new().await;
    let faults = Faults::none();
    faults.nth(1, Fault::Fail(ErrorKind::Busy));
    let slow = Slow {
        threshold: Duration::ZERO,
        kept: 1,
    };
    let inner = FaultStorage::new(fresh.storage.clone(), faults);
    let storage = MeteredStorage::with_slow(inner, slow);
    let all = EpisodeQuery::default();
    let error = storage.count_episodes(&all).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    let seen = storage.stats();
    assert_eq!(seen.operation("episodes.count").unwrap().errors["busy"], 1);
    assert_eq!(seen.slow.len(), 1);
    assert_eq!(seen.slow[0].error.as_deref(), Some("busy"));
    storage.count_episodes(&all).await.unwrap();
    assert_eq!(storage.stats().slow.len(), 1);
    assert_eq!(storage.stats().slow[0].error, None);
}

/// Each kind of error has a name, so none counts as `other`.
#[tokio::test]
async fn every_kind_of_error_is_counted_under_its_own_name() {
    let kinds = [
        (ErrorKind::Busy, "busy"),
        (ErrorKind::Disconnected, "disconnected"),
        (ErrorKind::Timeout, "timeout"),
        (ErrorKind::OutcomeUnknown, "outcome_unknown"),
        (ErrorKind::Unauthorized, "unauthorized"),
        (ErrorKind::Corrupt, "corrupt"),
        (ErrorKind::Full, "full"),
        (ErrorKind::ReadOnly, "read_only"),
        (ErrorKind::Constraint, "constraint"),
        (ErrorKind::Conflict, "conflict"),
        (ErrorKind::NotFound, "not_found"),
        (ErrorKind::Limit, "limit"),
        (ErrorKind::Unsupported, "unsupported"),
        (ErrorKind::Misuse, "misuse"),
        (ErrorKind::Closed, "closed"),
        (ErrorKind::Io, "io"),
        (ErrorKind::Bug, "bug"),
    ];
    let fresh = Fresh::new().await;
    let faults = Faults::none();
    let inner = FaultStorage::new(fresh.storage.clone(), faults.clone());
    let storage = MeteredStorage::new(inner);
    for (kind, name) in kinds {
        faults.nth(1, Fault::Fail(kind));
        storage
            .count_episodes(&EpisodeQuery::default())
            .await
            .unwrap_err();
        let seen = storage.stats();
        assert_eq!(seen.operation("episodes.count").unwrap().errors[name], 1);
    }
}

/// The page lists what the code reports, no more and no less.
#[test]
fn the_table_of_metrics_is_that_of_the_code() {
    let page = include_str!("../../../../docs/metrics.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let rows: Vec<_> = rows.collect();
    let right: Vec<_> = instruments()
        .iter()
        .map(|i| {
            let labels: Vec<_> = i.labels.iter().map(|label| format!("`{label}`")).collect();
            let (kind, unit) = (i.kind.as_str(), i.unit.as_str());
            let labels = labels.join(", ");
            format!(
                "| `{}` | {kind} | {unit} | {labels} | {} |",
                i.name, i.description
            )
        })
        .collect();
    assert_eq!(rows, right, "the right table:\n{}", right.join("\n"));
}

#[test]
fn every_metric_has_a_name_of_its_own_and_a_unit_that_fits() {
    let all = instruments();
    let names: BTreeSet<_> = all.iter().map(|i| i.name).collect();
    assert_eq!(names.len(), all.len());
    for instrument in all {
        let ours = ["memory.", "db.client."]
            .iter()
            .any(|p| instrument.name.starts_with(p));
        assert!(
            ours && instrument.description.ends_with('.'),
            "{instrument:?}"
        );
        let seconds = instrument.kind == Kind::Histogram && instrument.unit == Unit::Seconds;
        let timed = ["duration", "time"]
            .iter()
            .any(|s| instrument.name.ends_with(s));
        assert_eq!(seconds, timed, "{instrument:?}");
    }
}

async fn all_with_a_canary(storage: &dyn StorageBackend) -> Vec<memory_storage_turso::Error> {
    use memory_storage_turso::{EpisodeId, ExternalId, Tag, TagChange, Timestamp, Update};
    let mut stored = episode("canary in the description");
    let now = Timestamp::now();
    let edited = stored.edit(now, |draft| {
        draft.external_id = Some(ExternalId::new("canary-1").unwrap());
        draft.tags = [Tag::new("canary").unwrap()].into();
    });
    edited.unwrap();
    let here = Namespace::default();
    storage.store_episode(&stored).await.unwrap();
    storage.get_episode(&here, stored.id).await.unwrap();
    let query = EpisodeQuery {
        tags_all: [Tag::new("canary").unwrap()].into(),
        ..EpisodeQuery::default()
    };
    let page = storage
        .query_episodes(&query, &PageRequest::default())
        .await;
    assert_eq!(page.unwrap().items.len(), 1);
    let mut twin = episode("another canary");
    let renamed = twin.edit(now, |draft| {
        draft.external_id.clone_from(&stored.external_id);
    });
    renamed.unwrap();
    storage.store_episode(&twin).await.unwrap();
    let mut changed = stored.clone();
    changed
        .edit(now, |draft| draft.description = "canary again".into())
        .unwrap();
    let missing = TagChange::add(Tag::new("canary-2").unwrap());
    vec![
        storage
            .update_episode(&Update::new(
                changed,
                memory_storage_turso::Revision::new(77).unwrap(),
            ))
            .await
            .unwrap_err(),
        storage
            .change_tags(&here, EpisodeId::new(), &missing, now)
            .await
            .unwrap_err(),
    ]
}

/// With everything logged, what is stored is in no log, no metric and no error.
#[test]
fn a_canary_in_the_content_is_never_seen_outside() {
    let (said, recorder) = (Said::default(), Told::default());
    // For all threads: the work is done on blocking ones.
    tracing::subscriber::set_global_default(said.clone()).unwrap();
    block_on(async {
        let fresh = Fresh::new().await;
        let metered = MeteredStorage::new(fresh.storage.clone());
        let storage = CachedStorage::new(metered, &CacheConfig::default()).unwrap();
        let errors = all_with_a_canary(&storage).await;
        for error in errors {
            let mut text = format!("{error} {error:?}");
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                let _ = write!(text, " {cause} {cause:?}");
                source = cause.source();
            }
            assert!(!text.contains("canary"), "{text}");
        }
        let seen = storage.performance();
        let told = format!("{seen} {seen:?} {}", serde_json::to_string(&seen).unwrap());
        assert!(!told.contains("canary"), "{told}");
        metrics::with_local_recorder(&recorder, || seen.report(&Figures::new()));
    });
    let registered = recorder.registered();
    assert!(registered.len() > 30 && registered.iter().all(|r| !r.key.contains("canary")));
    let said = said.text();
    assert!(
        said.contains("db.operation.name=\"episodes.store\""),
        "{said}"
    );
    assert!(!said.contains("canary"), "{said}");
}
