//! The facade on a local file, with every default: what an application sees.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use criterion::{BatchSize, BenchmarkGroup, Criterion, criterion_group, criterion_main};
use criterion::{Throughput, measurement::WallTime};
use memory_benches::{Dice, Episodes};
use memory_storage_turso::{
    Atomicity, Episode, EpisodeQuery, EpisodeStore as _, Metadata, Namespace, PageRequest, Tag,
    TaskType, TursoStorage,
};
use tokio::runtime::Runtime;

/// How many episodes the file holds before anything is measured.
const STORED: usize = 1_000;
const BATCH: usize = 100;

struct Bench {
    runtime: Runtime,
    storage: TursoStorage,
    episodes: Vec<Episode>,
    fresh: Episodes,
}

impl Bench {
    fn new(path: &std::path::Path) -> Self {
        let runtime = Runtime::new().unwrap();
        let episodes: Vec<_> = Episodes::new(1).take(STORED).collect();
        let storage = runtime.block_on(filled(path.to_str().unwrap(), &episodes));
        let fresh = Episodes::new(2);
        Self {
            runtime,
            storage,
            episodes,
            fresh,
        }
    }

    fn stores(&mut self, group: &mut BenchmarkGroup<'_, WallTime>) {
        let (runtime, storage, fresh) = (&self.runtime, &self.storage, &mut self.fresh);
        for count in [1, BATCH] {
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(format!("store {count}"), |bencher| {
                let make = || fresh.by_ref().take(count).collect::<Vec<_>>();
                let store = |batch: Vec<Episode>| async move {
                    storage
                        .store_episodes(&batch, Atomicity::AllOrNothing)
                        .await
                        .unwrap()
                };
                bencher
                    .to_async(runtime)
                    .iter_batched(make, store, BatchSize::SmallInput);
            });
        }
    }

    fn gets(&self, group: &mut BenchmarkGroup<'_, WallTime>) {
        let (namespace, mut dice) = (Namespace::default(), Dice::new(3));
        let mut any = || {
            let index = usize::try_from(dice.below(STORED as u64)).unwrap();
            self.episodes[index].clone()
        };
        group.throughput(Throughput::Elements(1));
        group.bench_function("get", |bencher| {
            let get = |episode: Episode| {
                let namespace = &namespace;
                async move {
                    self.storage
                        .get_episode(namespace, episode.id)
                        .await
                        .unwrap()
                }
            };
            bencher
                .to_async(&self.runtime)
                .iter_batched(&mut any, get, BatchSize::SmallInput);
        });
        group.bench_function("find by external id", |bencher| {
            let find = |episode: Episode| {
                let namespace = &namespace;
                let id = episode.external_id.clone().unwrap();
                async move {
                    self.storage
                        .find_episode_ids(namespace, &[id])
                        .await
                        .unwrap()
                }
            };
            bencher
                .to_async(&self.runtime)
                .iter_batched(&mut any, find, BatchSize::SmallInput);
        });
    }

    fn queries(&self, group: &mut BenchmarkGroup<'_, WallTime>) {
        let page = PageRequest::first(20).unwrap();
        group.throughput(Throughput::Elements(20));
        for (name, query) in queries() {
            group.bench_function(format!("query 20 by {name}"), |bencher| {
                bencher
                    .to_async(&self.runtime)
                    .iter(|| async { self.storage.query_episodes(&query, &page).await.unwrap() });
            });
        }
    }
}

async fn filled(path: &str, episodes: &[Episode]) -> TursoStorage {
    let storage = TursoStorage::open(path).await.unwrap();
    storage
        .store_episodes(episodes, Atomicity::PerPart)
        .await
        .unwrap();
    storage
}

fn queries() -> [(&'static str, EpisodeQuery); 3] {
    let all = EpisodeQuery::default();
    let kind = EpisodeQuery {
        task_type: Some(TaskType::new("bug_fix").unwrap()),
        ..all.clone()
    };
    let tag = EpisodeQuery {
        tags_all: [Tag::new("flaky").unwrap()].into(),
        ..all.clone()
    };
    let agent = Metadata::new().with("agent", "coder-1").unwrap();
    let metadata = EpisodeQuery {
        metadata: agent,
        ..all
    };
    [("task type", kind), ("tag", tag), ("metadata", metadata)]
}

fn end_to_end(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(&folder.path().join("memory.db"));
    let mut group = criterion.benchmark_group("end to end");
    bench.gets(&mut group);
    bench.queries(&mut group);
    bench.stores(&mut group);
    group.finish();
}

criterion_group!(benches, end_to_end);
criterion_main!(benches);
