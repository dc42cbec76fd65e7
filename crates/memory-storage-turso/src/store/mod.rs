//! Storing records of either kind: two steps for as many as fit into one chunk.

mod chunk;
mod parcel;
mod sql;

pub(crate) use chunk::Chunk;
pub(crate) use sql::{
    EPISODES_BEFORE_STORE, EPISODES_STORE, PATTERNS_BEFORE_STORE, PATTERNS_STORE,
};

use crate::encode::{encode_all, sizes};
use crate::error::{bug, storage};
use crate::record::StoredId;
use crate::storage::TursoStorage;
use crate::write::Record;
use chunk::{Chunker, STEPS};
use memory_core::{Atomicity, Error, ErrorKind, Result, Stored, plan};
use std::ops::Range;
use turso_conn::{Batch, Rows};

/// How records are put into chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Grouping {
    /// By their bytes.
    ByBytes,
    /// Each alone, so that a failure has an index.
    Each,
}

impl Grouping {
    /// Bytes in one statement. Far below the 5,000,000 of one value on a server, and little
    /// enough that SQLite keeps what it copies in memory.
    const BYTES: usize = 512 * 1024;

    const fn bytes(self) -> usize {
        match self {
            Self::ByBytes => Self::BYTES,
            Self::Each => 0,
        }
    }
}

/// Stores records, in one transaction or in several.
pub(crate) async fn store_all<R: Record>(
    storage: &TursoStorage,
    records: &[R],
    atomicity: Atomicity,
) -> Result<Vec<Stored<R::Id>>> {
    let mut all = Vec::with_capacity(records.len());
    for part in plan(sizes(records.iter()).await, atomicity)? {
        let start = part.start;
        match store_part(storage, records, part).await {
            Ok(stored) => all.extend(stored),
            Err(error) => return Err(error.after_committed(start)),
        }
    }
    Ok(all)
}

async fn store_part<R: Record>(
    storage: &TursoStorage,
    records: &[R],
    part: Range<usize>,
) -> Result<Vec<Stored<R::Id>>> {
    let store = async |grouping| {
        let mut batch = Batch::new().contained();
        let records = records.get(part.clone()).unwrap_or_default();
        let chunks = push_stores(storage, records, part.start, grouping, &mut batch).await?;
        let explain = |step, error| explain_store::<R>(&chunks, step, error);
        let rows = storage.write(R::STORE_OPERATION, batch, explain).await?;
        read_stored(&chunks, &rows)
    };
    match store(Grouping::ByBytes).await {
        Err(error) if is_unplaced(&error) => store(Grouping::Each).await,
        done => done,
    }
}

/// Whether one of several records was refused, and it is not known which: then nothing was
/// stored, and storing each with a statement of its own tells.
pub(crate) fn is_unplaced(error: &Error) -> bool {
    error.kind() == ErrorKind::Constraint && error.index().is_none()
}

/// Adds the steps that store `records`, the first of which has the index `start`.
pub(crate) async fn push_stores<R: Record>(
    storage: &TursoStorage,
    records: &[R],
    start: usize,
    grouping: Grouping,
    batch: &mut Batch,
) -> Result<Vec<Chunk<R::Id>>> {
    let mut chunker = Chunker::new(start, grouping.bytes());
    let all: Vec<&R> = records.iter().collect();
    let push = |index: usize, encoded| {
        let record = records
            .get(index)
            .ok_or_else(|| bug("a record has no index"))?;
        chunker.push(record, encoded, batch)
    };
    encode_all(storage.packer(), &all, start, push).await?;
    chunker.finish(batch)
}

/// What the steps of [`push_stores`] answered.
pub(crate) fn read_stored<I: StoredId>(
    chunks: &[Chunk<I>],
    rows: &[Rows],
) -> Result<Vec<Stored<I>>> {
    if rows.len() != chunks.len() * STEPS {
        return Err(bug(
            "storing records answered with another number of results",
        ));
    }
    let mut all = Vec::new();
    for (chunk, rows) in chunks.iter().zip(rows.chunks(STEPS)) {
        all.extend(chunk.read(rows)?);
    }
    Ok(all)
}

/// Why storing failed, by the step that failed.
pub(crate) fn explain_store<R: Record>(
    chunks: &[Chunk<R::Id>],
    step: Option<usize>,
    error: turso_conn::Error,
) -> Error {
    let explained = match (error.kind(), step) {
        (turso_conn::ErrorKind::Constraint, Some(_)) => {
            let context =
                "storing an episode: its external id belongs to another episode than its id";
            Error::new(ErrorKind::Constraint, context).with_source(error)
        }
        _ => storage(R::STORE_OPERATION, error),
    };
    let chunk = step.and_then(|step| chunks.get(step / STEPS));
    match chunk.and_then(Chunk::only_index) {
        Some(index) => explained.at_index(index),
        None => explained,
    }
}
