//! Real episodes and their payloads, for the benchmarks and examples that take a memory.
#![allow(dead_code, reason = "not every one of them needs everything")]

use memory_storage_turso::{
    Algorithm, Atomicity, CompressionConfig, DictionaryChoice, Episode, EpisodeQuery,
    EpisodeStore as _, Order, PageRequest, TursoStorage,
};
use std::path::Path;
use turso_conn::{
    Connect as _, Execute as _, LocalConfig, LocalConnector, Location, Rows, Statement,
};

/// All episodes of the memory at `path`, oldest first.
pub(crate) async fn episodes(path: &str) -> Vec<Episode> {
    let storage = TursoStorage::open(path).await.unwrap();
    let query = EpisodeQuery {
        order: Order::OldestFirst,
        ..EpisodeQuery::default()
    };
    let (mut page, mut episodes) = (PageRequest::default(), Vec::new());
    loop {
        let read = storage.query_episodes(&query, &page).await.unwrap();
        episodes.extend(read.items.iter().map(|episode| (**episode).clone()));
        let Some(next) = read.next else {
            return episodes;
        };
        page = page.after(next);
    }
}

/// A new memory at `path` that compresses in this way.
pub(crate) async fn memory(
    path: &Path,
    compression: CompressionConfig,
    dictionary: DictionaryChoice,
) -> TursoStorage {
    let builder = TursoStorage::builder(path.to_str().unwrap()).compression(compression);
    builder.dictionary(dictionary).build().await.unwrap()
}

/// Runs SQL on the file at `path`.
pub(crate) async fn sql(path: &Path, text: &'static str) -> Rows {
    let location = Location::file(path).unwrap();
    let connector = LocalConnector::new(&location, LocalConfig::default()).unwrap();
    let mut conn = connector.connect().await.unwrap();
    conn.query(Statement::new(text)).await.unwrap()
}

/// The payloads of these episodes, in their order.
pub(crate) async fn payloads(episodes: &[Episode]) -> Vec<Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("memory.db");
    let raw = CompressionConfig {
        algorithm: Algorithm::Raw,
        ..CompressionConfig::default()
    };
    let mut payloads = Vec::with_capacity(episodes.len());
    for part in episodes.chunks(500) {
        let storage = memory(&path, raw.clone(), DictionaryChoice::None).await;
        storage
            .store_episodes(part, Atomicity::AllOrNothing)
            .await
            .unwrap();
        let rows = sql(&path, "DELETE FROM episodes RETURNING rowid, payload").await;
        let mut stored: Vec<_> = rows
            .iter()
            .map(|row| {
                let payload = row.blob(1).unwrap()[turso_compression::HEADER_LEN..].to_vec();
                (row.integer(0).unwrap(), payload)
            })
            .collect();
        stored.sort_by_key(|(row, _)| *row);
        payloads.extend(stored.into_iter().map(|(_, payload)| payload));
    }
    payloads
}
