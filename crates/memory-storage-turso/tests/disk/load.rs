//! Batches that can be recognised afterwards.

use memory_storage_turso::{
    Atomicity, Episode, EpisodeQuery, EpisodeStore, ErrorKind, ExternalId, PageRequest, TaskType,
    Timestamp, TursoStorage,
};
use std::collections::BTreeMap;
use std::path::Path;

/// Episodes of one batch.
pub const BATCH: usize = 5;

/// Bytes of one episode that do not compress.
const NOISE: usize = 2_000;

/// Batch `number` of `round`: the same content for the same arguments, but for its ids and times,
/// which its external ids stand for.
pub fn batch(round: u64, number: u64) -> Vec<Episode> {
    let now = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
    let task_type = TaskType::new("load").unwrap();
    let one = |nth| {
        let mut episode =
            Episode::start(task_type.clone(), format!("{round}/{number}"), now).unwrap();
        let noise = noise(round << 40 | number << 8 | nth as u64);
        let name = ExternalId::new(format!("{round}/{number}/{nth}")).unwrap();
        let edited = episode.edit(now, |draft| {
            draft.external_id = Some(name);
            draft.reflections = vec![noise];
        });
        edited.unwrap();
        episode
    };
    (0..BATCH).map(one).collect()
}

/// Text that compresses badly, by a xorshift generator (Marsaglia 2003).
fn noise(seed: u64) -> String {
    let mut state = seed | 1;
    let mut letter = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        char::from(b' ' + u8::try_from(state >> 32 & 63).unwrap())
    };
    (0..NOISE).map(|_| letter()).collect()
}

/// Stores a batch, all or nothing.
pub async fn store(storage: &TursoStorage, round: u64, number: u64) -> Result<(), ErrorKind> {
    let stored = storage
        .store_episodes(&batch(round, number), Atomicity::AllOrNothing)
        .await;
    stored.map(drop).map_err(|error| error.kind())
}

/// Which batches are there, each with how many of its episodes; every payload is read.
pub async fn present(storage: &TursoStorage) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    let mut request = PageRequest::first(1000).unwrap();
    loop {
        let page = storage
            .query_episodes(&EpisodeQuery::default(), &request)
            .await
            .unwrap();
        for episode in &page.items {
            *found.entry(episode.description.clone()).or_default() += 1;
        }
        let Some(next) = page.next else { return found };
        request = request.after(next);
    }
}

/// Opens the file, finds every batch whole, all of `acknowledged`, and nothing wrong.
pub async fn inspect(path: &Path, acknowledged: &[String]) -> BTreeMap<String, usize> {
    let storage = TursoStorage::open(path.to_str().unwrap()).await.unwrap();
    let found = present(&storage).await;
    let parts: Vec<_> = found.iter().filter(|(_, count)| **count != BATCH).collect();
    assert!(parts.is_empty(), "batches that are not whole: {parts:?}");
    for name in acknowledged {
        assert!(
            found.contains_key(name),
            "batch {name} was acknowledged and is gone"
        );
    }
    let report = storage.check().await.unwrap();
    assert!(report.is_clean(), "{:?}", report.problems);
    found
}
