use crate::error::unreadable;
use crate::query::{Cut, EPISODES, episode_filter, page_of};
use crate::read::{Reader, many_sql, one_sql};
use crate::record::{EPISODE_COLUMNS, StoredId, count, decode_episode, hex_ids, id};
use crate::storage::{TursoStorage, statement};
use crate::store::store_all;
use crate::write::update_all;
use crate::{sql, tags};
use async_trait::async_trait;
use memory_core::limits::EXTERNAL_ID_BYTES_MAX;
use memory_core::{
    Atomicity, Episode, EpisodeId, EpisodePosition, EpisodeQuery, EpisodeStore, ExternalId,
    Namespace, Page, PageRequest, Result, Revision, Stored, Tag, TagChange, TagCount, Timestamp,
    Update,
};
use std::sync::{Arc, LazyLock};
use turso_conn::Batch;

static ONE: LazyLock<String> = LazyLock::new(|| one_sql(EPISODE_COLUMNS, "episodes"));
static MANY: LazyLock<String> =
    LazyLock::new(|| many_sql(EPISODE_COLUMNS, "episodes", EPISODES.size));
static READER: LazyLock<Reader<Episode>> = LazyLock::new(|| Reader {
    one: &ONE,
    many: &MANY,
    operation: "episodes.get",
    columns: 13,
    decode: |storage, namespace, row| decode_episode(namespace, row, storage.packer()),
});

/// External ids asked for in one statement. As JSON, where a quote takes two bytes (control characters
/// take six, but there are none), they are less than the 5,000,000 bytes of one value on a server.
const FIND_PER_STATEMENT: usize = 4_800;

const _: () = assert!(FIND_PER_STATEMENT * (2 * EXTERNAL_ID_BYTES_MAX + 3) < 5_000_000);

/// Ids deleted by one statement, for the same reason.
const DELETED_PER_STATEMENT: usize = 100_000;

#[async_trait]
impl EpisodeStore for TursoStorage {
    async fn store_episodes(
        &self,
        episodes: &[Episode],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<EpisodeId>>> {
        store_all(self, episodes, atomicity).await
    }

    async fn update_episodes(&self, updates: &[Update<Episode>]) -> Result<Vec<Revision>> {
        update_all(self, updates).await
    }

    async fn get_episodes(
        &self,
        namespace: &Namespace,
        ids: &[EpisodeId],
    ) -> Result<Vec<Option<Arc<Episode>>>> {
        READER.get(self, namespace, ids).await
    }

    async fn find_episode_ids(
        &self,
        namespace: &Namespace,
        external_ids: &[ExternalId],
    ) -> Result<Vec<Option<EpisodeId>>> {
        let mut found = Vec::with_capacity(external_ids.len());
        for part in external_ids.chunks(FIND_PER_STATEMENT) {
            find_part(self, namespace, part, &mut found).await?;
        }
        Ok(found)
    }

    async fn delete_episodes(&self, namespace: &Namespace, ids: &[EpisodeId]) -> Result<u64> {
        self.delete_all("episodes.delete", sql::EPISODES_DELETE, namespace, ids)
            .await
    }

    async fn query_episodes(
        &self,
        query: &EpisodeQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Episode>>> {
        let position: Option<EpisodePosition> = page.position()?;
        let filter = episode_filter(query, position.as_ref())?;
        let statement = EPISODES.page(filter, query.order, page);
        let rows = self.read_records(statement, 13).await?;
        page_of(
            &rows,
            &Cut::Found(13),
            |row| decode_episode(&query.namespace, row, self.packer()).map(Arc::new),
            |episode| (episode.started_at, episode.id),
        )
    }

    async fn count_episodes(&self, query: &EpisodeQuery) -> Result<u64> {
        let rows = self
            .read(EPISODES.count(episode_filter(query, None)?))
            .await?;
        count(rows.one().map_err(unreadable)?, 0)
    }

    async fn change_tags(
        &self,
        namespace: &Namespace,
        id: EpisodeId,
        change: &TagChange,
        now: Timestamp,
    ) -> Result<Revision> {
        tags::change(self, namespace, id, change, now).await
    }

    async fn rename_tag(
        &self,
        namespace: &Namespace,
        from: &Tag,
        to: &Tag,
        now: Timestamp,
    ) -> Result<u64> {
        tags::rename(self, namespace, from, to, now).await
    }

    async fn list_tags(&self, namespace: &Namespace, page: &PageRequest) -> Result<Page<TagCount>> {
        tags::list(self, namespace, page).await
    }
}

async fn find_part(
    storage: &TursoStorage,
    namespace: &Namespace,
    external_ids: &[ExternalId],
    found: &mut Vec<Option<EpisodeId>>,
) -> Result<()> {
    let json = crate::record::to_json(&external_ids)?;
    let values = [namespace.as_str().into(), json.into()];
    let rows = storage
        .read(statement("episodes.find", sql::EPISODES_FIND, values))
        .await?;
    let mut ids = vec![None; external_ids.len()];
    for row in &rows {
        let place = usize::try_from(count(row, 0)?).unwrap_or(usize::MAX);
        if let Some(slot) = ids.get_mut(place) {
            *slot = Some(id(row, 1)?);
        }
    }
    found.append(&mut ids);
    Ok(())
}

impl TursoStorage {
    /// Runs one writing statement and says how many rows it touched.
    pub(crate) async fn change(
        &self,
        operation: &'static str,
        sql: &'static str,
        values: impl IntoIterator<Item = turso_conn::Value>,
    ) -> Result<u64> {
        let batch = Batch::new().step(statement(operation, sql, values));
        self.change_all(operation, batch).await
    }

    /// Deletes the records ?2 of a namespace, in one transaction, and says how many there were.
    pub(crate) async fn delete_all<I: StoredId>(
        &self,
        operation: &'static str,
        sql: &'static str,
        namespace: &Namespace,
        ids: &[I],
    ) -> Result<u64> {
        let mut batch = Batch::new();
        for ids in ids.chunks(DELETED_PER_STATEMENT) {
            let values = [namespace.as_str().into(), hex_ids(ids).into()];
            batch.push(statement(operation, sql, values));
        }
        self.change_all(operation, batch).await
    }

    async fn change_all(&self, operation: &'static str, batch: Batch) -> Result<u64> {
        let explain = |_, error| crate::error::storage(operation, error);
        let rows = self.write(operation, batch, explain).await?;
        Ok(rows.iter().map(turso_conn::Rows::changes).sum())
    }
}
