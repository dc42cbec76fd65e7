//! Our side of the comparisons in `benches/versus`: does what it is asked to do on standard input, and
//! answers with what that took. `benches/versus-common` starts it.
//!
//! usage: ours KIND FILE
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    dead_code,
    unreachable_pub,
    reason = "the protocol is a module of two programs, and each of them uses its half"
)]

#[path = "../versus-common/src/measure.rs"]
mod measure;
#[path = "../versus-common/src/order.rs"]
mod order;

use std::io::{BufRead as _, Write as _};
use std::sync::Arc;
use std::time::Duration;

use measure::{Measured, Memory, Outcome};
use memory_benches::{Dice, Episodes, cpu_time};
use memory_storage_turso::{
    Algorithm, Atomicity, CacheConfig, CompressionConfig, Durability, Episode, EpisodeId,
    EpisodeQuery, EpisodeStore as _, Metadata, Namespace, PageRequest, StorageBackend, TaskType,
    TursoStorage,
};
use testkit::net::Database;
use tokio::runtime::Runtime;
use tokio::sync::Mutex;
use turso_conn::{
    Connect, Execute as _, LocalConfig, LocalConnection, LocalConnector, Location, RemoteConfig,
    RemoteConnector, Statement,
};
use turso_pool::{Config, Pool};
use turso_prepared::Prepared;

/// An episode by its id, with all that the storage reads of it.
const EPISODE: &str = "SELECT e.id, e.external_id, e.task_type, e.domain, e.started_at, \
    e.completed_at, e.created_at, e.updated_at, e.revision, e.tags, e.patterns, e.metadata, \
    e.payload FROM episodes e WHERE e.namespace = ?1 AND e.id = ?2";
const CREATE: &str = "CREATE TABLE episodes (id BLOB PRIMARY KEY, payload BLOB NOT NULL)";
const INSERT: &str = "INSERT INTO episodes (id, payload) VALUES (?1, ?2)";
const READ: &str = "SELECT payload FROM episodes WHERE id = ?1";
/// What the network before a real server takes.
const ROUND_TRIP: Duration = Duration::from_millis(5);

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (kind, path) = (arguments.next().unwrap(), arguments.next().unwrap());
    let runtime = Runtime::new().unwrap();
    match kind.as_str() {
        "default" | "uncompressed" | "cached" => {
            let storage = runtime.block_on(storage(&kind, &path));
            serve("", Measured::new(runtime, Whole::new(storage)));
        }
        "statement" => {
            let memory = runtime.block_on(Kept::new(&path));
            serve("", Measured::new(runtime, memory));
        }
        "pool" | "pool-kept" => {
            let mut connector = local(&path);
            if kind == "pool-kept" {
                connector = connector.with_statement_caches(Arc::new(Prepared::default()));
            }
            let memory = runtime.block_on(Pooled::new(connector, Config::local(8)));
            serve("", Measured::new(runtime, memory));
        }
        "pool-remote" => {
            let database = Database::fresh("versus").unwrap().unwrap();
            let place: Location = database.url().parse().unwrap();
            let connector = RemoteConnector::new(&place, RemoteConfig::default()).unwrap();
            let memory = runtime.block_on(Pooled::new(connector, Config::remote()));
            let url = database.url();
            database.set_round_trip(ROUND_TRIP);
            serve(&url, Measured::new(runtime, memory));
        }
        other => panic!("no kind of memory: {other}"),
    }
}

/// Says that it is ready, and answers every order until there are no more.
fn serve<M: Memory>(ready: &str, mut measured: Measured<M>) {
    let mut out = std::io::stdout();
    writeln!(out, "{ready}").unwrap();
    for line in std::io::stdin().lock().lines() {
        let answer = measured.order(line.unwrap().parse().unwrap());
        writeln!(out, "{answer}").unwrap();
        out.flush().unwrap();
    }
}

fn words(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn local(path: &str) -> LocalConnector {
    let location = Location::file(path).unwrap();
    LocalConnector::new(&location, LocalConfig::default()).unwrap()
}

async fn storage(kind: &str, path: &str) -> Arc<dyn StorageBackend> {
    let mut compression = CompressionConfig::default();
    if kind == "uncompressed" {
        compression.algorithm = Algorithm::Raw;
    }
    let builder = TursoStorage::builder(path).durability(Durability::Full);
    let builder = builder.compression(compression);
    if kind != "cached" {
        return Arc::new(builder.build().await.unwrap());
    }
    let mut cache = CacheConfig::default();
    // So that all of 10,000 stay.
    cache.policy.max_entries = 20_000;
    Arc::new(builder.cache(cache).build_cached().await.unwrap())
}

/// The whole storage, as an application calls it.
struct Whole {
    storage: Arc<dyn StorageBackend>,
    namespace: Namespace,
    page: PageRequest,
    repairs: EpisodeQuery,
    by_agent: EpisodeQuery,
}

impl Whole {
    fn new(storage: Arc<dyn StorageBackend>) -> Self {
        let repairs = EpisodeQuery {
            task_type: Some(TaskType::new("bug_fix").unwrap()),
            ..EpisodeQuery::default()
        };
        let by_agent = EpisodeQuery {
            metadata: Metadata::new().with("agent", "coder-1").unwrap(),
            ..EpisodeQuery::default()
        };
        Self {
            storage,
            namespace: Namespace::default(),
            page: PageRequest::first(20).unwrap(),
            repairs,
            by_agent,
        }
    }

    async fn query(&self, query: &EpisodeQuery) -> Outcome {
        let found = self.storage.query_episodes(query, &self.page).await;
        let found = found.map_err(words)?.items.len();
        (found == 20)
            .then_some(())
            .ok_or_else(|| format!("{found} of 20"))
    }
}

async fn store_all(storage: &dyn StorageBackend, episodes: &[Episode]) -> Outcome {
    let stored = storage.store_episodes(episodes, Atomicity::AllOrNothing);
    stored.await.map(drop).map_err(words)
}

impl Memory for Whole {
    type Episode = Episode;

    fn prepare(&self, episode: Episode) -> Episode {
        episode
    }

    async fn batch(&self, episodes: Vec<Episode>) -> Outcome {
        store_all(&*self.storage, &episodes).await
    }

    async fn store(&self, episode: &Episode) -> Outcome {
        let stored = self.storage.store_episode(episode);
        stored.await.map(drop).map_err(words)
    }

    async fn get(&self, id: EpisodeId) -> Outcome {
        let found = self.storage.get_episode(&self.namespace, id).await;
        found
            .map_err(words)?
            .map(drop)
            .ok_or_else(|| "not found".to_owned())
    }

    async fn page(&self) -> Outcome {
        self.query(&self.repairs).await
    }

    async fn search(&self) -> Outcome {
        self.query(&self.by_agent).await
    }
}

/// A file of the storage, read by one kept statement without making episodes of the rows.
struct Kept {
    storage: TursoStorage,
    conn: Mutex<LocalConnection>,
}

impl Kept {
    async fn new(path: &str) -> Self {
        let storage = TursoStorage::open(path).await.unwrap();
        let connector = local(path).with_statement_caches(Arc::new(Prepared::default()));
        let conn = Mutex::new(connector.connect().await.unwrap());
        Self { storage, conn }
    }
}

impl Memory for Kept {
    type Episode = Episode;

    fn prepare(&self, episode: Episode) -> Episode {
        episode
    }

    async fn batch(&self, episodes: Vec<Episode>) -> Outcome {
        store_all(&self.storage, &episodes).await
    }

    async fn get(&self, id: EpisodeId) -> Outcome {
        let read = Statement::new(EPISODE).point_read();
        let read = read.bind(Namespace::default().as_str().to_owned());
        let mut conn = self.conn.lock().await;
        let rows = conn.query(read.bind(id.as_bytes().to_vec())).await;
        (rows.map_err(words)?.len() == 1)
            .then_some(())
            .ok_or_else(|| "not found".to_owned())
    }
}

/// A pool before a table of payloads.
struct Pooled<C: Connect + 'static> {
    pool: Pool<C>,
}

impl<C: Connect + 'static> Pooled<C> {
    async fn new(connector: C, config: Config) -> Self {
        let pool = Pool::builder(connector)
            .config(config)
            .build()
            .await
            .unwrap();
        let mut conn = pool.acquire().await.unwrap();
        conn.query(Statement::new(CREATE)).await.unwrap();
        drop(conn);
        Self { pool }
    }
}

impl<C: Connect + 'static> Memory for Pooled<C> {
    type Episode = (EpisodeId, Vec<u8>);

    fn prepare(&self, episode: Episode) -> Self::Episode {
        (episode.id, serde_json::to_vec(&episode).unwrap())
    }

    async fn batch(&self, episodes: Vec<Self::Episode>) -> Outcome {
        let insert = |(id, payload): Self::Episode| {
            Statement::new(INSERT)
                .bind(id.as_bytes().to_vec())
                .bind(payload)
        };
        let batch = episodes.into_iter().map(insert).collect();
        let mut conn = self.pool.acquire().await.map_err(words)?;
        conn.batch(batch).await.map(drop).map_err(words)
    }

    async fn get(&self, id: EpisodeId) -> Outcome {
        let read = Statement::new(READ).point_read();
        let mut conn = self.pool.acquire().await.map_err(words)?;
        let rows = conn.query(read.bind(id.as_bytes().to_vec())).await;
        (rows.map_err(words)?.len() == 1)
            .then_some(())
            .ok_or_else(|| "not found".to_owned())
    }
}
