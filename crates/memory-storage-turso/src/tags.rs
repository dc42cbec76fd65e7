use crate::error::{bug, storage, unreadable};
use crate::query::{Cut, page_of};
use crate::record::{as_i64, count, id_value, revision, tags_json};
use crate::sql;
use crate::storage::{TursoStorage, new_write, statement};
use memory_core::limits::TAGS_MAX;
use memory_core::{
    EpisodeId, Error, ErrorKind, Namespace, Page, PageRequest, Result, Revision, Tag, TagChange,
    TagCount, Timestamp,
};
use turso_conn::{Batch, Step, Value};

const CHANGE: &str = "tags.change";

/// Adds and removes tags of one episode.
pub(crate) async fn change(
    memory: &TursoStorage,
    namespace: &Namespace,
    id: EpisodeId,
    change: &TagChange,
    now: Timestamp,
) -> Result<Revision> {
    let key = || [Value::from(namespace.as_str()), id_value(&id)];
    let update = statement(CHANGE, sql::TAGS_CHANGE, key())
        .bind(tags_json(&change.add)?)
        .bind(tags_json(&change.remove)?)
        .bind(now.as_micros())
        .bind(new_write());
    let within = statement(CHANGE, sql::TAGS_WITHIN_LIMIT, key()).bind(as_i64(TAGS_MAX));
    let batch = Batch::new()
        .contained()
        .step(Step::guard(statement(CHANGE, sql::EPISODE_EXISTS, key())))
        .step(update)
        .step(Step::guard(within))
        .step(statement(CHANGE, sql::EPISODE_REVISION, key()));
    let rows = memory.write(CHANGE, batch, explain).await?;
    let row = rows.get(3).and_then(turso_conn::Rows::first);
    revision(
        row.ok_or_else(|| bug("the changed episode was not answered"))?,
        0,
    )
}

fn explain(step: Option<usize>, error: turso_conn::Error) -> Error {
    let (kind, context) = match (error.kind(), step) {
        (turso_conn::ErrorKind::Conflict, Some(0)) => (
            ErrorKind::NotFound,
            "changing tags: there is no such episode".into(),
        ),
        (turso_conn::ErrorKind::Conflict, Some(2)) => (
            ErrorKind::Limit,
            format!("changing tags: an episode has at most {TAGS_MAX}"),
        ),
        _ => return storage(CHANGE, error),
    };
    // The error of a guard says only by what trick it failed.
    Error::new(kind, context)
}

/// Gives the episodes that have one tag another one instead.
pub(crate) async fn rename(
    memory: &TursoStorage,
    namespace: &Namespace,
    from: &Tag,
    to: &Tag,
    now: Timestamp,
) -> Result<u64> {
    let values = [namespace.as_str().into(), Value::from(from.as_str())];
    if from == to {
        let rows = memory
            .read(statement("tags.count", sql::TAG_COUNT, values))
            .await?;
        return count(rows.one().map_err(unreadable)?, 0);
    }
    let values = values
        .into_iter()
        .chain([to.as_str().into(), now.as_micros().into()]);
    memory.change("tags.rename", sql::TAG_RENAME, values).await
}

/// One page of the tags in use.
pub(crate) async fn list(
    memory: &TursoStorage,
    namespace: &Namespace,
    page: &PageRequest,
) -> Result<Page<TagCount>> {
    let after: Option<Tag> = page.position()?;
    let read = statement("tags.list", sql::TAGS_LIST, [namespace.as_str().into()])
        .bind(after.as_ref().map_or("", Tag::as_str))
        .bind(as_i64(page.limit() + 1));
    let rows = memory.read(read).await?;
    page_of(
        &rows,
        &Cut::OneMoreThan(page.limit()),
        |row| {
            Ok(TagCount {
                tag: crate::record::name(row, 0)?,
                episodes: count(row, 1)?,
            })
        },
        |tag| tag.tag.clone(),
    )
}
