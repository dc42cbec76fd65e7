use crate::encode::sizes;
use crate::error::unreadable;
use crate::query::{Cut, PATTERNS, page_of, pattern_filter};
use crate::read::{Reader, many_sql, one_sql};
use crate::record::{PATTERN_COLUMNS, count, decode_pattern};
use crate::sql;
use crate::storage::TursoStorage;
use crate::store::{Grouping, explain_store, is_unplaced, push_stores, read_stored, store_all};
use crate::write::update_all;
use async_trait::async_trait;
use memory_core::{
    Atomicity, Episode, EpisodeId, Namespace, Page, PageRequest, Pattern, PatternId,
    PatternPosition, PatternQuery, PatternStore, Result, Revision, Stored, Update, plan,
};
use std::sync::{Arc, LazyLock};
use turso_conn::Batch;

static ONE: LazyLock<String> = LazyLock::new(|| one_sql(PATTERN_COLUMNS, "patterns"));
static MANY: LazyLock<String> =
    LazyLock::new(|| many_sql(PATTERN_COLUMNS, "patterns", PATTERNS.size));
static READER: LazyLock<Reader<Pattern>> = LazyLock::new(|| Reader {
    one: &ONE,
    many: &MANY,
    operation: "patterns.get",
    columns: 8,
    decode: |storage, namespace, row| decode_pattern(namespace, row, storage.packer()),
});

/// Storing episodes together with patterns.
const STORE_BOTH: &str = "episodes.store_with_patterns";

#[async_trait]
impl PatternStore for TursoStorage {
    async fn store_patterns(
        &self,
        patterns: &[Pattern],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<PatternId>>> {
        store_all(self, patterns, atomicity).await
    }

    async fn store_episodes_with_patterns(
        &self,
        episodes: &[Episode],
        patterns: &[Pattern],
    ) -> Result<(Vec<Stored<EpisodeId>>, Vec<Stored<PatternId>>)> {
        let mut both = sizes(episodes.iter()).await;
        both.extend(sizes(patterns.iter()).await);
        plan(both, Atomicity::AllOrNothing)?;
        match store_both(self, episodes, patterns, Grouping::ByBytes).await {
            Err(error) if is_unplaced(&error) => {
                store_both(self, episodes, patterns, Grouping::Each).await
            }
            done => done,
        }
    }

    async fn update_patterns(&self, updates: &[Update<Pattern>]) -> Result<Vec<Revision>> {
        update_all(self, updates).await
    }

    async fn get_patterns(
        &self,
        namespace: &Namespace,
        ids: &[PatternId],
    ) -> Result<Vec<Option<Arc<Pattern>>>> {
        READER.get(self, namespace, ids).await
    }

    async fn delete_patterns(&self, namespace: &Namespace, ids: &[PatternId]) -> Result<u64> {
        self.delete_all("patterns.delete", sql::PATTERNS_DELETE, namespace, ids)
            .await
    }

    async fn query_patterns(
        &self,
        query: &PatternQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Pattern>>> {
        let position: Option<PatternPosition> = page.position()?;
        let filter = pattern_filter(query, position.as_ref());
        let statement = PATTERNS.page(filter, query.order, page);
        let rows = self.read_records(statement, 8).await?;
        page_of(
            &rows,
            &Cut::Found(8),
            |row| decode_pattern(&query.namespace, row, self.packer()).map(Arc::new),
            |pattern| (pattern.created_at, pattern.id),
        )
    }

    async fn count_patterns(&self, query: &PatternQuery) -> Result<u64> {
        let rows = self
            .read(PATTERNS.count(pattern_filter(query, None)))
            .await?;
        count(rows.one().map_err(unreadable)?, 0)
    }
}

async fn store_both(
    storage: &TursoStorage,
    episodes: &[Episode],
    patterns: &[Pattern],
    grouping: Grouping,
) -> Result<(Vec<Stored<EpisodeId>>, Vec<Stored<PatternId>>)> {
    let mut batch = Batch::new().contained();
    let first = push_stores(storage, episodes, 0, grouping, &mut batch).await?;
    let steps = batch.len();
    let second = push_stores(storage, patterns, episodes.len(), grouping, &mut batch).await?;
    let explain = |step: Option<usize>, error| match step.and_then(|at| at.checked_sub(steps)) {
        Some(step) => explain_store::<Pattern>(&second, Some(step), error),
        None => explain_store::<Episode>(&first, step, error),
    };
    let rows = storage.write(STORE_BOTH, batch, explain).await?;
    let (episodes, patterns) = rows.split_at_checked(steps).unwrap_or((&rows, &[]));
    Ok((
        read_stored(&first, episodes)?,
        read_stored(&second, patterns)?,
    ))
}
