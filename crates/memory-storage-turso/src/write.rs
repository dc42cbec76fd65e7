//! What records of either kind have in common, and updating them: three steps each.

use crate::encode::{encode_all, sizes};
use crate::error::{bug, storage};
use crate::record::{EncodedEpisode, EncodedPattern, Plain, StoredId, revision_value};
use crate::storage::{TursoStorage, statement};
use crate::{sql, store};
use memory_core::{
    Atomicity, Episode, EpisodeId, Error, ErrorKind, Namespace, Pattern, PatternId, Result,
    Revision, Update, WriteId, plan,
};
use std::collections::HashMap;
use turso_compression::Packer;
use turso_conn::{Batch, Step, Value};

/// Steps that update a record.
const UPDATE_STEPS: usize = 3;

/// Bytes that are sized or decoded before other tasks get their turn: less than a millisecond of work.
const YIELD_BYTES: usize = 64 * 1024;

/// A kind of record that can be stored.
pub(crate) trait Record: Clone + Send + Sync + 'static {
    type Id: StoredId;
    /// Encoded, but not yet packed.
    type Plain: Send + 'static;
    type Encoded: Send + 'static;
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
    fn own_namespace(&self) -> &Namespace;
    fn own_id(&self) -> Self::Id;
    fn own_revision(&self) -> Revision;
    fn plain(&self) -> Result<Self::Plain>;
    fn pack(plain: Self::Plain, packer: &Packer) -> Result<Self::Encoded>;
    /// What it is recognised by when it is stored: namespace, id, external id or NULL.
    fn store_key(encoded: &Self::Encoded) -> [Value; 3];
    /// Its namespace and id.
    fn id_key(encoded: &Self::Encoded) -> Vec<Value>;
    /// The values of its row but the last, and `created_at`.
    fn values(encoded: Self::Encoded, write: WriteId, revision: Revision) -> (Vec<Value>, Value);
}

impl Record for Episode {
    type Id = EpisodeId;
    type Plain = EncodedEpisode<Plain>;
    type Encoded = EncodedEpisode;
    const NAME: &'static str = "episode";
    const STORE_OPERATION: &'static str = "episodes.store";
    const UPDATE_OPERATION: &'static str = "episodes.update";
    const BEFORE_STORE: &'static str = store::EPISODES_BEFORE_STORE;
    const STORE: &'static str = store::EPISODES_STORE;
    const EXISTS: &'static str = sql::EPISODE_EXISTS;
    const UPDATE: &'static str = sql::EPISODE_UPDATE;
    const IS_OURS: &'static str = sql::EPISODE_IS_OURS;

    fn size(&self) -> usize {
        self.size_bytes()
    }

    fn own_namespace(&self) -> &Namespace {
        &self.namespace
    }

    fn own_id(&self) -> Self::Id {
        self.id
    }

    fn own_revision(&self) -> Revision {
        self.revision
    }

    fn plain(&self) -> Result<Self::Plain> {
        EncodedEpisode::plain(self)
    }

    fn pack(plain: Self::Plain, packer: &Packer) -> Result<EncodedEpisode> {
        plain.pack(packer)
    }

    fn store_key(encoded: &EncodedEpisode) -> [Value; 3] {
        encoded.key()
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
    type Plain = EncodedPattern<Plain>;
    type Encoded = EncodedPattern;
    const NAME: &'static str = "pattern";
    const STORE_OPERATION: &'static str = "patterns.store";
    const UPDATE_OPERATION: &'static str = "patterns.update";
    const BEFORE_STORE: &'static str = store::PATTERNS_BEFORE_STORE;
    const STORE: &'static str = store::PATTERNS_STORE;
    const EXISTS: &'static str = sql::PATTERN_EXISTS;
    const UPDATE: &'static str = sql::PATTERN_UPDATE;
    const IS_OURS: &'static str = sql::PATTERN_IS_OURS;

    fn size(&self) -> usize {
        self.size_bytes()
    }

    fn own_namespace(&self) -> &Namespace {
        &self.namespace
    }

    fn own_id(&self) -> Self::Id {
        self.id
    }

    fn own_revision(&self) -> Revision {
        self.revision
    }

    fn plain(&self) -> Result<Self::Plain> {
        EncodedPattern::plain(self)
    }

    fn pack(plain: Self::Plain, packer: &Packer) -> Result<EncodedPattern> {
        plain.pack(packer)
    }

    fn store_key(encoded: &EncodedPattern) -> [Value; 3] {
        let [namespace, id] = encoded.key();
        [namespace, id, Value::Null]
    }

    fn id_key(encoded: &EncodedPattern) -> Vec<Value> {
        encoded.key().into()
    }

    fn values(encoded: EncodedPattern, write: WriteId, revision: Revision) -> (Vec<Value>, Value) {
        encoded.into_values(write, revision)
    }
}

/// Lets other tasks run now and then, so that long work does not freeze a runtime of one thread.
pub(crate) async fn give_way(done_bytes: &mut usize, bytes: usize) {
    *done_bytes += bytes;
    if *done_bytes >= YIELD_BYTES {
        *done_bytes = 0;
        tokio::task::yield_now().await;
    }
}

/// Replaces records that have the expected revisions, in one transaction.
pub(crate) async fn update_all<R: Record>(
    storage: &TursoStorage,
    updates: &[Update<R>],
) -> Result<Vec<Revision>> {
    let values = updates.iter().map(|update| &update.value);
    plan(sizes(values).await, Atomicity::AllOrNothing)?;
    let last = last_updates(updates);
    let mut batch = Batch::new().contained();
    let records: Vec<&R> = updates.iter().map(|update| &update.value).collect();
    let mut push = |index: usize, encoded| {
        let update = updates
            .get(index)
            .ok_or_else(|| bug("an update has no index"))?;
        let last = last.get(&record_key(&update.value)).copied();
        push_update::<R>(&mut batch, encoded, update, last.unwrap_or(update));
        Ok(())
    };
    encode_all(storage.packer(), &records, 0, &mut push).await?;
    storage
        .write(R::UPDATE_OPERATION, batch, explain_update::<R>)
        .await?;
    Ok(updates
        .iter()
        .map(|update| update.expected.next())
        .collect())
}

fn record_key<R: Record>(record: &R) -> (&Namespace, [u8; 16]) {
    (record.own_namespace(), *record.own_id().stored())
}

/// The last update of each record.
fn last_updates<R: Record>(updates: &[Update<R>]) -> HashMap<(&Namespace, [u8; 16]), &Update<R>> {
    let each = updates.iter();
    each.map(|update| (record_key(&update.value), update))
        .collect()
}

/// Three steps: there is such a record, it is changed if it has the expected revision,
/// and what stands there now is what this update made, or, when the call is repeated, what
/// `last` made, the last update of the record in the call.
fn push_update<R: Record>(
    batch: &mut Batch,
    encoded: R::Encoded,
    update: &Update<R>,
    last: &Update<R>,
) {
    let key = R::id_key(&encoded);
    let mut ours = statement(R::UPDATE_OPERATION, R::IS_OURS, key.clone());
    for made in [update, last] {
        ours = ours
            .bind(made.write_id.as_bytes().to_vec())
            .bind(revision_value(made.expected.next()));
    }
    let (mut values, _) = R::values(encoded, update.write_id, update.expected.next());
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
            // The error of a guard says only by what trick it failed.
            Error::new(ErrorKind::NotFound, context)
        }
        (turso_conn::ErrorKind::Constraint, _) => {
            let context = "updating: the external id belongs to another episode";
            Error::new(ErrorKind::Constraint, context).with_source(error)
        }
        _ => storage(R::UPDATE_OPERATION, error),
    };
    explained.at_index(step / UPDATE_STEPS)
}
