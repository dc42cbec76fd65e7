use crate::error::{Error, Result};
use memory_storage_turso::{Episode, EpisodeId, ExternalId, Namespace, StorageBackend};
use std::sync::Arc;

/// The episode that `key` means: its id, else its external id.
pub(crate) async fn episode(
    store: &dyn StorageBackend,
    namespace: &Namespace,
    key: &str,
) -> Result<Arc<Episode>> {
    if let Ok(id) = key.parse::<EpisodeId>()
        && let Some(episode) = get(store, namespace, id).await?
    {
        return Ok(episode);
    }
    let found = match by_external_id(store, namespace, key).await? {
        Some(id) => get(store, namespace, id).await?,
        None => None,
    };
    found.ok_or_else(|| unknown(namespace, key))
}

async fn get(
    store: &dyn StorageBackend,
    namespace: &Namespace,
    id: EpisodeId,
) -> Result<Option<Arc<Episode>>> {
    let found = store.get_episode(namespace, id).await;
    found.map_err(|e| Error::storage("reading the episode", e))
}

async fn by_external_id(
    store: &dyn StorageBackend,
    namespace: &Namespace,
    key: &str,
) -> Result<Option<EpisodeId>> {
    // What cannot be an external id is the id of nothing.
    let Ok(key) = ExternalId::new(key) else {
        return Ok(None);
    };
    let ids = store.find_episode_ids(namespace, &[key]).await;
    let ids = ids.map_err(|e| Error::storage("looking up the external id", e))?;
    Ok(ids.into_iter().flatten().next())
}

fn unknown(namespace: &Namespace, key: &str) -> Error {
    let key = crate::output::one_line(key, 200);
    Error::not_found(format!(
        "there is no episode {key} in the namespace {namespace}"
    ))
    .next("`memory list` shows what there is; --namespace looks elsewhere")
}
