use crate::args::Mix;
use crate::demo::Random;
use memory_storage_turso::metrics::Histogram;
use memory_storage_turso::{
    CachedStorage, Episode, EpisodeId, EpisodeQuery, EpisodeStore, ExecutionStep, MeteredStorage,
    Namespace, PageRequest, Result, TaskType, Timestamp, TursoStorage,
};
use std::sync::Arc;
use std::time::Instant;

/// How many steps an episode has; with their texts it is some 6 kB of JSON.
const STEPS: usize = 10;

/// Times what the workers see, hits in the cache included.
pub(super) type Storage = MeteredStorage<CachedStorage<TursoStorage>>;

/// One of the tasks that ask at once.
pub(super) struct Worker {
    pub(super) storage: Storage,
    pub(super) latencies: Arc<Histogram>,
    pub(super) namespace: Namespace,
    pub(super) mix: Mix,
    pub(super) random: Random,
    pub(super) stored: Vec<EpisodeId>,
}

impl Worker {
    /// Asks until `end`, and returns what it stored and the first error.
    pub(super) async fn run(mut self, end: Instant) -> (Vec<EpisodeId>, Result<()>) {
        let latencies = Arc::clone(&self.latencies);
        let record = |began: Instant| {
            let took = u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX);
            latencies.record(took);
        };
        // There is something to get from the beginning.
        let began = Instant::now();
        let mut done = self.store().await;
        record(began);
        while done.is_ok() && Instant::now() < end {
            let began = Instant::now();
            done = self.one().await;
            record(began);
        }
        (self.stored, done)
    }

    async fn one(&mut self) -> Result<()> {
        let Mix {
            stores,
            gets,
            queries,
        } = self.mix;
        let choice = self.random.below(stores + gets + queries);
        if choice < stores {
            self.store().await
        } else if choice < stores + gets {
            let Some(id) = self.random.pick(&self.stored).copied() else {
                return self.store().await;
            };
            self.storage
                .get_episode(&self.namespace, id)
                .await
                .map(drop)
        } else {
            let query = EpisodeQuery {
                namespace: self.namespace.clone(),
                ..EpisodeQuery::default()
            };
            let page = PageRequest::first(10)?;
            self.storage.query_episodes(&query, &page).await.map(drop)
        }
    }

    async fn store(&mut self) -> Result<()> {
        let episode = self.episode()?;
        self.stored.push(episode.id);
        self.storage.store_episode(&episode).await.map(drop)
    }

    fn episode(&mut self) -> Result<Episode> {
        const WORDS: [&str; 8] = [
            "read the log",
            "the test fails",
            "patch",
            "retry",
            "a timeout",
            "config",
            "done",
            "compare",
        ];
        let now = Timestamp::now();
        let mut episode = Episode::start(TaskType::new("bench")?, "a made-up episode", now)?;
        let namespace = self.namespace.clone();
        episode.edit(now, |draft| draft.namespace = namespace)?;
        for _ in 0..STEPS {
            let words = (0..50).filter_map(|_| self.random.pick(&WORDS).copied());
            let text = words.collect::<Vec<_>>().join(" ");
            episode.add_step(ExecutionStep::new("tool", text), now)?;
        }
        Ok(episode)
    }
}
