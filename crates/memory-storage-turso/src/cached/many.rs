use memory_core::{Namespace, Result};
use std::future::Future;
use std::hash::Hash;
use std::iter::zip;
use std::sync::Arc;
use turso_cache::{Cache, Lookup, Scope};

/// Many records by id, those in the cache from there and the rest in one read.
///
/// All of one moment, as the backend would answer: when a write was under way that may have changed
/// one of them, all are read again in one read.
pub(super) async fn get_many<Id, T, L>(
    cache: &Cache<(Namespace, Id), Arc<T>>,
    namespace: &Namespace,
    ids: &[Id],
    reads: impl Fn(&Id) -> [Scope; 2],
    load: impl Fn(Vec<Id>) -> L,
) -> Result<Vec<Option<Arc<T>>>>
where
    Id: Hash + Eq + Copy + Send + Sync + 'static,
    T: Send + Sync + 'static,
    L: Future<Output = Result<Vec<Option<Arc<T>>>>>,
{
    let all: Vec<Scope> = ids.iter().flat_map(&reads).collect();
    let before = cache.begin(&all);
    if !cache.holds(&before) {
        return load(ids.to_vec()).await;
    }
    let key = |id: &Id| (namespace.clone(), *id);
    let known: Vec<_> = ids.iter().map(|id| cache.get(&key(id))).collect();
    let missing: Vec<Id> = zip(ids, &known)
        .filter(|(_, known)| matches!(known, Lookup::Unknown))
        .map(|(id, _)| *id)
        .collect();
    let mut loaded = Vec::new().into_iter();
    if !missing.is_empty() {
        let readings: Vec<_> = missing.iter().map(|id| cache.begin(&reads(id))).collect();
        let records = load(missing.clone()).await?;
        for ((id, reading), record) in zip(zip(&missing, readings), &records) {
            cache.offer(&key(id), record.clone(), &reading);
        }
        loaded = records.into_iter();
    }
    if !cache.holds(&before) {
        return load(ids.to_vec()).await;
    }
    let record = |known| match known {
        Lookup::Value(record) => Some(record),
        Lookup::Absent => None,
        Lookup::Unknown => loaded.next().flatten(),
    };
    Ok(known.into_iter().map(record).collect())
}
