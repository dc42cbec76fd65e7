//! What the layers below and above tell: pools, commits, payloads, caches.

use crate::support::{Fresh, block_on, episode};
use memory_storage_turso::metrics::Figures;
use memory_storage_turso::{
    Atomicity, CacheConfig, CacheMode, CachedStorage, EpisodeQuery, EpisodeStore, ExternalId,
    MeteredStorage, Observe, PageRequest, PerformanceSnapshot, Share, TursoStorage, instruments,
};
use std::collections::BTreeSet;
use testkit::{Rogue, RoguePanics, Told};

type Cached = CachedStorage<MeteredStorage<TursoStorage>>;

fn cached(storage: TursoStorage) -> Cached {
    CachedStorage::new(MeteredStorage::new(storage), &CacheConfig::default()).unwrap()
}

fn gets(seen: &PerformanceSnapshot) -> (u64, u64) {
    let count = |o: Option<&memory_storage_turso::metrics::OperationSnapshot>| {
        o.map_or(0, |o| o.ever.count)
    };
    (
        count(seen.storage.operation("episodes.get")),
        count(seen.database.operation("episodes.get")),
    )
}

/// A hit costs nothing more with metrics than without: nothing is timed.
#[tokio::test]
async fn a_hit_does_not_pass_the_metered_layer() {
    let fresh = Fresh::new().await;
    let memory = cached(fresh.storage.clone());
    let stored = episode("x");
    memory.store_episode(&stored).await.unwrap();
    let get = || memory.get_episode(&stored.namespace, stored.id);
    assert!(get().await.unwrap().is_some());
    let before = memory.performance();
    assert_eq!(gets(&before), (1, 1));
    for _ in 0..50 {
        assert!(get().await.unwrap().is_some());
    }
    let after = memory.performance();
    let hits = |seen: &PerformanceSnapshot| seen.cache.unwrap().episodes.hits;
    let (hit, missed) = (
        hits(&after) - hits(&before),
        gets(&after).0 - gets(&before).0,
    );
    // A look for the writes of others that took too long sends a read to the database.
    assert_eq!(hit + missed, 50);
    assert!(hit > 0);
    assert_eq!(gets(&after).1 - gets(&before).1, missed);
}

#[tokio::test]
async fn a_snapshot_has_pools_commits_payloads_and_caches() {
    let fresh = Fresh::new().await;
    let memory = cached(fresh.storage.clone());
    let stored = episode(&"the same words again and again ".repeat(50));
    memory.store_episode(&stored).await.unwrap();
    memory
        .get_episode(&stored.namespace, stored.id)
        .await
        .unwrap();
    let seen = memory.performance();
    let (pools, commits) = (seen.pools.unwrap(), seen.commits.unwrap());
    assert!(pools.write.stats.acquired >= 1 && pools.write.status.size == 1);
    assert!(pools.read.unwrap().stats.opened >= 1);
    assert_eq!(commits, fresh.storage.commit_stats());
    assert!(commits.stored >= 1 && commits.programs >= 1);
    let read = pools.read.unwrap();
    assert_eq!(read.wait_time.ever.count, read.stats.acquired);
    assert_eq!(read.use_time.last_minute.count, read.stats.released);
    assert!(read.use_time.ever.p50 > std::time::Duration::ZERO);
    let payloads = seen.payloads.unwrap();
    assert_eq!(payloads.packed, 1);
    assert!(payloads.ratio().unwrap() > 2.0, "{payloads:?}");
    assert_eq!(seen.cache.unwrap().episodes, memory.figures().episodes);
    let text = seen.to_string();
    for part in [
        "HIT RATE",
        "lives: until changed",
        "pool (write): size 1",
        "pool (read)",
        "  wait of a connection: mean",
        "  use of a connection: mean",
        "commits: ",
        "  writes in a transaction: 1+: ",
        "payloads: 1 packed",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    let json = serde_json::to_string(&seen).unwrap();
    let back: PerformanceSnapshot = serde_json::from_str(&json).unwrap();
    assert_eq!(back, seen);
    let empty: PerformanceSnapshot = serde_json::from_str("{}").unwrap();
    assert_eq!(empty, PerformanceSnapshot::default());
}

#[tokio::test]
async fn a_snapshot_tells_how_long_values_live_where_they_have_an_end() {
    let fresh = Fresh::new().await;
    let backend = MeteredStorage::new(fresh.storage.clone());
    let config = CacheConfig {
        check_interval: std::time::Duration::MAX,
        ..CacheConfig::default()
    };
    let memory = CachedStorage::new(backend, &config).unwrap();
    let stored = episode("x");
    memory.store_episode(&stored).await.unwrap();
    let text = memory.performance().to_string();
    assert!(text.contains("lives (episodes): shortest "), "{text}");
}

/// Everything that is told is in the list, with its labels, and has a meaning.
#[test]
fn the_recorder_is_told_what_is_listed_and_what_it_means() {
    let told = Told::default();
    let value = |key| told.value(key).unwrap();
    metrics::with_local_recorder(&told, || {
        block_on(async {
            let memory = cached(TursoStorage::open(":memory:").await.unwrap());
            memory.store_episode(&episode("x")).await.unwrap();
            memory.performance().report(&Figures::new());
            let acquired = memory.performance().pools.unwrap().write.stats.acquired;
            let reported = value("memory.pool.acquired{db.client.connection.pool.name=all}");
            assert_eq!(reported.to_string(), acquired.to_string());
        });
    });
    let near = |key, wanted: f64| assert!((value(key) - wanted).abs() < 1e-9, "{key}");
    near("memory.payload.packed{}", 1.0);
    near(
        "db.client.connection.count{db.client.connection.pool.name=all,db.client.connection.state=idle}",
        1.0,
    );
    let uses = value("db.client.connection.use_time{db.client.connection.pool.name=all}");
    assert!(
        uses > 0.0
            && uses <= value("db.client.connection.wait_time{db.client.connection.pool.name=all}")
    );
    let listed: BTreeSet<_> = instruments()
        .iter()
        .map(|i| {
            let labels = i.labels.iter().map(|label| (*label).to_owned()).collect();
            (i.name.to_owned(), labels, i.kind.as_str())
        })
        .collect();
    let registered = told.registered().into_iter();
    let registered: BTreeSet<_> = registered.map(|r| (r.name, r.labels, r.kind)).collect();
    let of = |all: &BTreeSet<(String, Vec<String>, &'static str)>, prefix: &str| {
        let some = all.iter().filter(|one| one.0.starts_with(prefix)).cloned();
        some.collect::<BTreeSet<_>>()
    };
    for prefix in ["memory.cache.", "memory.pool.", "memory.commit."] {
        assert_eq!(of(&registered, prefix), of(&listed, prefix));
    }
    let times = |name: &str| registered.iter().any(|r| r.0 == name);
    assert!(
        ["wait", "use", "create"]
            .iter()
            .all(|t| times(&format!("db.client.connection.{t}_time")))
    );
    for (name, ..) in &registered {
        assert!(told.unit(name).is_some(), "{name}");
        assert!(listed.iter().any(|one| one.0 == *name), "{name}");
    }
}

/// Neither the cache, nor the metered layers, nor the report minds.
#[test]
fn f78_a_recorder_that_panics_changes_nothing_that_a_storage_answers() {
    for panics in [RoguePanics::AtOnce, RoguePanics::WhenTold] {
        let rogue = Rogue::new(panics);
        metrics::with_local_recorder(&rogue, || {
            block_on(async {
                let memory = cached(TursoStorage::open(":memory:").await.unwrap());
                let stored = episode("x");
                memory.store_episode(&stored).await.unwrap();
                for _ in 0..3 {
                    let found = memory.get_episode(&stored.namespace, stored.id).await;
                    assert_eq!(found.unwrap().unwrap().id, stored.id);
                }
                let seen = memory.performance();
                seen.report(&Figures::new());
                assert_eq!(gets(&seen), (1, 1));
                assert_eq!(seen.cache.unwrap().episodes.hits, 2);
                assert!(seen.storage.recorder_panicked && seen.database.recorder_panicked);
            });
        });
        assert!(rogue.panicked() > 1);
    }
}

fn reads(seen: &PerformanceSnapshot, operation: &str) -> (u64, u64) {
    let mut reads = seen.reads.iter().filter(|r| r.operation == operation);
    reads.next().map_or((0, 0), |r| (r.calls, r.loads))
}

/// By kind of read: what was asked, what the storage had to answer, and the share of the cache.
#[tokio::test]
async fn query_patterns_tell_how_much_of_each_kind_the_cache_answered() {
    let fresh = Fresh::new().await;
    let memory = cached(fresh.storage.clone());
    let (one, two) = (episode("one"), episode("two"));
    memory
        .store_episodes(&[one.clone(), two.clone()], Atomicity::AllOrNothing)
        .await
        .unwrap();
    for _ in 0..8 {
        memory.get_episode(&one.namespace, one.id).await.unwrap();
    }
    let all = EpisodeQuery::default();
    for _ in 0..2 {
        memory.count_episodes(&all).await.unwrap();
    }
    // One of the two is known: the storage is asked all the same.
    memory
        .get_episodes(&one.namespace, &[one.id, two.id])
        .await
        .unwrap();
    // Too many to be kept.
    let names = vec![ExternalId::new("x").unwrap(); 65];
    memory
        .find_episode_ids(&one.namespace, &names)
        .await
        .unwrap();
    memory
        .uncached()
        .list_tags(&one.namespace, &PageRequest::default())
        .await
        .unwrap();

    let seen = memory.performance();
    let gets = reads(&seen, "episodes.get");
    // A look for the writes of others that took too long sends a read to the storage.
    assert_eq!((gets.0, gets.1), (9, self::gets(&seen).0));
    assert!((2..9).contains(&gets.1), "{gets:?}");
    assert_eq!(reads(&seen, "episodes.count").0, 2);
    assert_eq!(reads(&seen, "episodes.find"), (1, 1));
    assert_eq!(reads(&seen, "tags.list"), (1, 1));
    assert_eq!(reads(&seen, "patterns.get"), (0, 0));

    let patterns = seen.query_patterns();
    let of = |name| patterns.iter().find(|p| p.operation == name).unwrap();
    let get = of("episodes.get");
    assert_eq!(
        (patterns[0].operation.as_str(), get.calls),
        ("episodes.get", 9)
    );
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
    let answered = f64::from(u32::try_from(9 - gets.1).unwrap()) / 9.0;
    assert!(near(get.cached.0.unwrap(), answered));
    assert!(
        get.queries_per_call < 1.0 && get.rows_per_call >= 1.0,
        "{get:?}"
    );
    assert_eq!(of("tags.list").cached, Share(Some(0.0)));
    assert_eq!(
        (of("episodes.store").cached, of("episodes.store").calls),
        (Share(None), 1)
    );
    assert!(seen.to_string().contains("CACHED"));
}

#[tokio::test]
async fn a_cache_that_is_off_has_no_figures() {
    let fresh = Fresh::new().await;
    let off = CacheConfig {
        mode: CacheMode::Off,
        ..CacheConfig::default()
    };
    let memory = CachedStorage::new(MeteredStorage::new(fresh.storage.clone()), &off).unwrap();
    assert!(!memory.is_on());
    memory
        .count_episodes(&EpisodeQuery::default())
        .await
        .unwrap();
    let seen = memory.performance();
    assert_eq!((seen.cache, seen.reads.len()), (None, 0));
    assert_eq!(seen.query_patterns()[0].cached, Share(None));
}
