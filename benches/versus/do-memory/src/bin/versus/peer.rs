//! do-memory-storage-turso, opened in every way that it can be.

use std::path::Path;
use std::time::Duration;

use do_memory_core::{Episode, StorageBackend as _, TaskType};
use do_memory_storage_turso::{
    AdaptiveTTLCache, CacheConfig, CachedTursoStorage, EpisodeQuery, TTLConfig, TursoStorage,
};
use memory_core::EpisodeId;
use uuid::Uuid;
use versus_common::{Memory, Outcome};

use crate::convert;

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn found(episode: Option<Episode>) -> Outcome {
    episode.map(drop).ok_or_else(|| "not found".to_owned())
}

fn twenty(episodes: &[Episode]) -> Outcome {
    let found = episodes.len();
    (found == 20)
        .then_some(())
        .ok_or_else(|| format!("{found} of 20"))
}

/// The storage without its cache.
pub struct Bare(TursoStorage);

impl Bare {
    /// As it opens local files: a connection of its own for each operation.
    pub async fn direct(path: &Path) -> Self {
        let storage = TursoStorage::new_local(path).await.expect("a file");
        storage.initialize_schema().await.expect("a schema");
        Self(storage)
    }

    /// With its pool, which is its default for everything else.
    pub async fn pooled(path: &Path) -> Self {
        let url = format!("file:{}", path.display());
        let storage = TursoStorage::new(&url, "").await.expect("a file");
        storage.initialize_schema().await.expect("a schema");
        Self(storage)
    }

    /// What `PRAGMA synchronous` says on a connection of its own: 2 is FULL.
    pub async fn synchronous(&self) -> i64 {
        let conn = self.0.get_connection().await.expect("a connection");
        let mut rows = conn
            .query("PRAGMA synchronous", ())
            .await
            .expect("a pragma");
        let row = rows.next().await.expect("a row").expect("a row");
        row.get(0).expect("a number")
    }
}

impl Memory for Bare {
    type Episode = Episode;

    fn prepare(&self, episode: memory_core::Episode) -> Episode {
        convert::episode(&episode)
    }

    async fn batch(&self, episodes: Vec<Episode>) -> Outcome {
        self.0.store_episodes_batch(episodes).await.map_err(words)
    }

    async fn store(&self, episode: &Episode) -> Outcome {
        self.0.store_episode(episode).await.map_err(words)
    }

    async fn get(&self, id: EpisodeId) -> Outcome {
        found(self.0.get_episode(convert::id(id)).await.map_err(words)?)
    }

    async fn page(&self) -> Outcome {
        let query = EpisodeQuery {
            task_type: Some(TaskType::Debugging),
            limit: Some(20),
            ..EpisodeQuery::default()
        };
        twenty(&self.0.query_episodes(&query).await.map_err(words)?)
    }
}

/// The storage with its cache, which has room for all.
pub struct Cached(CachedTursoStorage);

impl Cached {
    pub async fn new(path: &Path) -> Self {
        let Bare(storage) = Bare::direct(path).await;
        Self(storage.with_cache(CacheConfig {
            max_episodes: 20_000,
            ..CacheConfig::default()
        }))
    }
}

impl Memory for Cached {
    type Episode = Episode;

    fn prepare(&self, episode: memory_core::Episode) -> Episode {
        convert::episode(&episode)
    }

    async fn batch(&self, episodes: Vec<Episode>) -> Outcome {
        let storage = self.0.storage();
        storage.store_episodes_batch(episodes).await.map_err(words)
    }

    async fn get(&self, id: EpisodeId) -> Outcome {
        found(
            self.0
                .get_episode_cached(convert::id(id))
                .await
                .map_err(words)?,
        )
    }

    async fn page(&self) -> Outcome {
        let query = EpisodeQuery {
            task_type: Some(TaskType::Debugging),
            limit: Some(20),
            ..EpisodeQuery::default()
        };
        let storage = self.0.storage();
        twenty(&storage.query_episodes(&query).await.map_err(words)?)
    }

    async fn search(&self) -> Outcome {
        let query = self
            .0
            .query_episodes_by_metadata("agent", "coder-1", Some(20));
        twenty(&query.await.map_err(words)?)
    }
}

/// Its cache with adaptive lifetimes alone, with episodes in it.
pub struct Ttl(AdaptiveTTLCache<Uuid, Episode>);

impl Ttl {
    pub fn new() -> Self {
        let config = TTLConfig::new()
            .with_base_ttl(Duration::from_secs(3_600))
            .with_max_entries(20_000);
        Self(AdaptiveTTLCache::new(config).expect("a cache"))
    }
}

impl Memory for Ttl {
    type Episode = Episode;

    fn prepare(&self, episode: memory_core::Episode) -> Episode {
        convert::episode(&episode)
    }

    async fn batch(&self, episodes: Vec<Episode>) -> Outcome {
        for episode in episodes {
            self.0.insert(episode.episode_id, episode).await;
        }
        Ok(())
    }

    async fn get(&self, id: EpisodeId) -> Outcome {
        found(self.0.get(&convert::id(id)).await)
    }
}
