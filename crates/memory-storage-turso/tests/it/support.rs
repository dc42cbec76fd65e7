//! What the tests share.

use memory_storage_turso::{Episode, Tag, TaskType, Timestamp, TursoStorage};
use std::borrow::Cow;
use tempfile::TempDir;
use turso_conn::{Connect, Execute, LocalConfig, LocalConnector, Location, Rows, Statement};

/// A storage on a new file, which vanishes with it.
pub struct Fresh {
    pub storage: TursoStorage,
    pub dir: TempDir,
}

impl Fresh {
    pub async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let storage = TursoStorage::open(&path_in(&dir)).await.unwrap();
        Self { storage, dir }
    }

    pub fn path(&self) -> String {
        path_in(&self.dir)
    }
}

pub fn path_in(dir: &TempDir) -> String {
    dir.path().join("memory.db").to_str().unwrap().to_owned()
}

/// Runs SQL on a file behind the storage's back.
pub async fn sql(path: &str, text: impl Into<Cow<'static, str>>) -> Rows {
    let location = Location::file(path).unwrap();
    let connector = LocalConnector::new(&location, LocalConfig::default()).unwrap();
    let mut conn = connector.connect().await.unwrap();
    conn.query(Statement::new(text)).await.unwrap()
}

/// A small episode with the tag `a`.
pub fn episode(description: &str) -> Episode {
    let now = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
    let task_type = TaskType::new("test").unwrap();
    let mut episode = Episode::start(task_type, description, now).unwrap();
    let tags = [Tag::new("a").unwrap()].into();
    episode.edit(now, |draft| draft.tags = tags).unwrap();
    episode
}

/// Runs a future on a runtime of one thread, as an agent's own might be.
pub fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}
