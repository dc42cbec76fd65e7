//! Storing and updating records of either kind: two steps each.

use crate::error::{bug, storage};
use crate::record::{EncodedEpisode, EncodedPattern, StoredId, id, revision, revision_value};
use crate::sql;
use crate::storage::{TursoStorage, statement};
use memory_core::{
    Atomicity, Change, Episode, EpisodeId, Error, ErrorKind, Pattern, PatternId, Result, Revision,
    Stored, Update, WriteId, plan,
};
use turso_compression::Packer;
use turso_conn::{Batch, Rows, Step, Value};

/// Steps that store a record.
const STORE_STEPS: usize = 2;

/// Steps that update a record.
const UPDATE_STEPS: usize = 3;

/// Bytes that are encoded before other tasks get their turn: less than a millisecond of work.
const YIELD_BYTES: usize = 64 * 1024;

/// A kind of record that can be stored.
pub(crate) trait Record: Sized + Sync {
    type Id: StoredId;
    type Encoded: Send;
    /// What it is called in an error.
    const NAME: &'static str;
    const STORE_OPERATION: &'static str;
    const UPDATE_OPERATION: &'static str;
    const BEFORE_STORE: &'static str;
    const STORE: &'static str;
    const EXISTS: &'static str;
    const UPDATE: &'static str;
    const IS_OURS: &'static str;

    fn size(&self) -> usize;
    fn own_revision(&self) -> Revision;
    fn encode(&self, packer: &Packer) -> Result<Self::Encoded>;
    /// What it is recognised by when it is stored.
    fn store_key(encoded: &Self::Encoded) -> Vec<Value>;
    /// Its namespace and id.
    fn id_key(encoded: &Self::Encoded) -> Vec<Value>;
    /// The values of its row but the last, and `created_at`.
    fn values(encoded: Self::Encoded, write: WriteId, revision: Revision) -> (Vec<Value>, Value);
}

impl Record for Episode {
    type Id = EpisodeId;
    type Encoded = EncodedEpisode;
    const NAME: &'static str = "episode";
    const STORE_OPERATION: &'static str = "episodes.store";
    const UPDATE_OPERATION: &'static str = "episodes.update";
    const BEFORE_STORE: &'static str = sql::EPISODE_BEFORE_STORE;
    const STORE: &'static str = sql::EPISODE_STORE;
    const EXISTS: &'static str = sql::EPISODE_EXISTS;
    const UPDATE: &'static str = sql::EPISODE_UPDATE;
    const IS_OURS: &'static str = sql::EPISODE_IS_OURS;

    fn size(&self) -> usize {
        self.size_bytes()
    }

    fn own_revision(&self) -> Revision {
        self.revision
    }

    fn encode(&self, packer: &Packer) -> Result<EncodedEpisode> {
        EncodedEpisode::new(self, packer)
    }

    fn store_key(encoded: &EncodedEpisode) -> Vec<Value> {
        encoded.key().into()
    }

    fn id_key(encoded: &EncodedEpisode) -> Vec<Value> {
        encoded.id_key().into()
    }

    fn values(encoded: EncodedEpisode, write: WriteId, revision: Revision) -> (Vec<Value>, Value) {
        encoded.into_values(write, revision)
    }
}

impl Record for Pattern {
    type Id = PatternId;
    type Encoded = EncodedPattern;
    const NAME: &'static str = "pattern";
    const STORE_OPERATION: &'static str = "patterns.store";
    const UPDATE_OPERATION: &'static str = "patterns.update";
    const BEFORE_STORE: &'static str = sql::PATTERN_BEFORE_STORE;
    const STORE: &'static str = sql::PATTERN_STORE;
    const EXISTS: &'static str = sql::PATTERN_EXISTS;
    const UPDATE: &'static str = sql::PATTERN_UPDATE;
    const IS_OURS: &'static str = sql::PATTERN_IS_OURS;

    fn size(&self) -> usize {
        self.size_bytes()
    }

    fn own_revision(&self) -> Revision {
        self.revision
    }

    fn encode(&self, packer: &Packer) -> Result<EncodedPattern> {
        EncodedPattern::new(self, packer)
    }

    fn store_key(encoded: &EncodedPattern) -> Vec<Value> {
        encoded.key().into()
    }

    fn id_key(encoded: &EncodedPattern) -> Vec<Value> {
        encoded.key().into()
    }

    fn values(encoded: EncodedPattern, write: WriteId, revision: Revision) -> (Vec<Value>, Value) {
        encoded.into_values(write, revision)
    }
}

/// Stores records, in one transaction or in several.
pub(crate) async fn store_all<R: Record>(
    storage: &TursoStorage,
    records: &[R],
    atomicity: Atomicity,
) -> Result<Vec<Stored<R::Id>>> {
    let mut all = Vec::with_capacity(records.len());
    for part in plan(records.iter().map(R::size), atomicity)? {
        let start = part.start;
        let mut batch = Batch::new();
        let done = async {
            push_stores(
                storage,
                records.get(part).unwrap_or_default(),
                start,
                &mut batch,
            )
            .await?;
            let explain = |step, error| explain_store::<R>(start, step, error);
            let rows = storage.write(R::STORE_OPERATION, batch, explain).await?;
            read_stored(&rows)
        };
        match done.await {
            Ok(stored) => all.extend::<Vec<_>>(stored),
            Err(error) => return Err(error.after_committed(start)),
        }
    }
    Ok(all)
}

/// Adds the steps that store `records`, the first of which has the index `start`.
pub(crate) async fn push_stores<R: Record>(
    storage: &TursoStorage,
    records: &[R],
    start: usize,
    batch: &mut Batch,
) -> Result<()> {
    let mut encoded_bytes = 0;
    for (index, record) in records.iter().enumerate() {
        let encoded = record
            .encode(storage.packer())
            .map_err(|e| e.at_index(start + index))?;
        batch.push(statement(
            R::STORE_OPERATION,
            R::BEFORE_STORE,
            R::store_key(&encoded),
        ));
        let (mut values, created_at) = R::values(encoded, WriteId::new(), record.own_revision());
        values.push(created_at);
        batch.push(statement(R::STORE_OPERATION, R::STORE, values));
        give_way(&mut encoded_bytes, record.size()).await;
    }
    Ok(())
}

/// Lets other tasks run now and then, so that a long batch does not freeze a runtime of one thread.
async fn give_way(encoded_bytes: &mut usize, bytes: usize) {
    *encoded_bytes += bytes;
    if *encoded_bytes >= YIELD_BYTES {
        *encoded_bytes = 0;
        tokio::task::yield_now().await;
    }
}

/// What the steps of [`push_stores`] answered.
pub(crate) fn read_stored<I: StoredId>(rows: &[Rows]) -> Result<Vec<Stored<I>>> {
    rows.chunks(STORE_STEPS).map(stored).collect()
}

fn stored<I: StoredId>(rows: &[Rows]) -> Result<Stored<I>> {
    let [before, after] = rows else {
        return Err(bug("storing a record answered with too few results"));
    };
    let change = match (before.first(), after.first()) {
        (None, _) => Change::Created,
        (Some(_), Some(_)) => Change::Replaced,
        (Some(_), None) => Change::Unchanged,
    };
    let row = after.first().or_else(|| before.first());
    let row = row.ok_or_else(|| bug("a stored record was not answered"))?;
    Ok(Stored {
        id: id(row, 0)?,
        revision: revision(row, 1)?,
        change,
    })
}

/// Why storing failed, by the step that failed.
pub(crate) fn explain_store<R: Record>(
    start: usize,
    step: Option<usize>,
    error: turso_conn::Error,
) -> Error {
    let index = step.map(|step| start + step / STORE_STEPS);
    let explained = match (error.kind(), index) {
        (turso_conn::ErrorKind::Constraint, Some(_)) => {
            let context =
                "storing an episode: its external id belongs to another episode than its id";
            Error::new(ErrorKind::Constraint, context).with_source(error)
        }
        _ => storage(R::STORE_OPERATION, error),
    };
    match index {
        Some(index) => explained.at_index(index),
        None => explained,
    }
}

/// Replaces records that have the expected revisions, in one transaction.
pub(crate) async fn update_all<R: Record>(
    storage: &TursoStorage,
    updates: &[Update<R>],
) -> Result<Vec<Revision>> {
    plan(
        updates.iter().map(|update| update.value.size()),
        Atomicity::AllOrNothing,
    )?;
    let mut batch = Batch::new();
    let mut encoded_bytes = 0;
    for (index, update) in updates.iter().enumerate() {
        let encoded = update
            .value
            .encode(storage.packer())
            .map_err(|e| e.at_index(index))?;
        push_update::<R>(&mut batch, encoded, update);
        give_way(&mut encoded_bytes, update.value.size()).await;
    }
    storage
        .write(R::UPDATE_OPERATION, batch, explain_update::<R>)
        .await?;
    Ok(updates
        .iter()
        .map(|update| update.expected.next())
        .collect())
}

/// Three steps: there is such a record, it is changed if it has the expected revision,
/// and what stands there now is what this update made.
fn push_update<R: Record>(batch: &mut Batch, encoded: R::Encoded, update: &Update<R>) {
    let key = R::id_key(&encoded);
    let next = update.expected.next();
    let ours = statement(R::UPDATE_OPERATION, R::IS_OURS, key.clone())
        .bind(update.write_id.as_bytes().to_vec())
        .bind(revision_value(next));
    let (mut values, _) = R::values(encoded, update.write_id, next);
    values.push(revision_value(update.expected));
    batch.push(Step::guard(statement(R::UPDATE_OPERATION, R::EXISTS, key)));
    batch.push(statement(R::UPDATE_OPERATION, R::UPDATE, values));
    batch.push(Step::guard(ours));
}

/// Why an update failed, by the step that failed.
fn explain_update<R: Record>(step: Option<usize>, error: turso_conn::Error) -> Error {
    let Some(step) = step else {
        return storage(R::UPDATE_OPERATION, error);
    };
    let name = R::NAME;
    let explained = match (error.kind(), step % UPDATE_STEPS) {
        (turso_conn::ErrorKind::Conflict, 0) => {
            let context = format!("updating: there is no such {name}; store it first");
            Error::new(ErrorKind::NotFound, context).with_source(error)
        }
        (turso_conn::ErrorKind::Constraint, _) => {
            let context = "updating: the external id belongs to another episode";
            Error::new(ErrorKind::Constraint, context).with_source(error)
        }
        _ => storage(R::UPDATE_OPERATION, error),
    };
    explained.at_index(step / UPDATE_STEPS)
}
