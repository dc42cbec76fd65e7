//! The records that one pair of statements stores.

use super::parcel::Parcel;
use crate::error::{bug, unreadable};
use crate::record::{StoredId, count, id, revision};
use crate::storage::statement;
use crate::write::Record;
use memory_core::{Change, Result, Revision, Stored, WriteId};
use std::collections::{HashMap, HashSet};
use turso_conn::{Batch, Row, Rows, Value};

/// Steps that store a chunk.
pub(super) const STEPS: usize = 2;

/// Collects records into chunks.
///
/// Invariant: no two records of a chunk have the same id or the same external id. What is found
/// before the chunk is stored is then what each record of it finds, but for the revision.
pub(super) struct Chunker<R: Record> {
    /// Bytes that a chunk holds, unless it holds one record.
    max: usize,
    keys: Parcel,
    rows: Parcel,
    names: HashSet<Vec<u8>>,
    records: Vec<(R::Id, WriteId)>,
    /// Whether nothing may be added to the chunk.
    full: bool,
    begin: usize,
    chunks: Vec<Chunk<R::Id>>,
}

impl<R: Record> Chunker<R> {
    /// Chunks of at most `max` bytes; the first record has the index `begin`.
    pub(super) fn new(begin: usize, max: usize) -> Self {
        Self {
            max,
            keys: Parcel::default(),
            rows: Parcel::default(),
            names: HashSet::new(),
            records: Vec::new(),
            full: false,
            begin,
            chunks: Vec::new(),
        }
    }

    /// Adds a record; the chunk before it goes to `batch` if it is full.
    pub(super) fn push(
        &mut self,
        record: &R,
        encoded: R::Encoded,
        batch: &mut Batch,
    ) -> Result<()> {
        let [namespace, id, external_id] = R::store_key(&encoded);
        let names = [&id, &external_id].map(|key| name(&namespace, key));
        let known = names.iter().flatten().any(|name| self.names.contains(name));
        let write = WriteId::new();
        let (mut row, created_at) = R::values(encoded, write, record.own_revision());
        row.push(created_at);
        let alone = !Parcel::can_share(&row);
        let overflows = self.rows.size() + blob_bytes(&row) > self.max;
        if self.full || alone || known || overflows {
            self.cut(batch)?;
        }
        self.names.extend(names.into_iter().flatten());
        if let Value::Blob(id) = &id {
            self.keys.push_bytes(id);
        }
        self.keys.push([&namespace, &external_id])?;
        self.rows.push(&row)?;
        self.records.push((record.own_id(), write));
        self.full = alone || self.rows.size() >= self.max;
        Ok(())
    }

    fn cut(&mut self, batch: &mut Batch) -> Result<()> {
        if self.records.is_empty() {
            return Ok(());
        }
        let [keys, rows] = [&mut self.keys, &mut self.rows].map(std::mem::take);
        let [list, ids, _] = keys.into_values()?;
        let before = statement(R::STORE_OPERATION, R::BEFORE_STORE, [list, ids]);
        batch.push(before);
        batch.push(statement(R::STORE_OPERATION, R::STORE, rows.into_values()?));
        self.names.clear();
        self.full = false;
        let chunk = Chunk {
            begin: self.begin,
            records: std::mem::take(&mut self.records),
        };
        self.begin += chunk.records.len();
        self.chunks.push(chunk);
        Ok(())
    }

    /// The chunks, when all records are pushed.
    pub(super) fn finish(mut self, batch: &mut Batch) -> Result<Vec<Chunk<R::Id>>> {
        self.cut(batch)?;
        Ok(self.chunks)
    }
}

/// What a row adds to the bytes of a chunk: those of a server's largest record leave no room for more.
fn blob_bytes(row: &[Value]) -> usize {
    let bytes = row.iter().filter_map(Value::as_blob).map(<[u8]>::len);
    bytes.sum()
}

/// A namespace and an id or external id in it, as bytes; none if there is none.
fn name(namespace: &Value, key: &Value) -> Option<Vec<u8>> {
    let (kind, key) = match key {
        Value::Blob(id) => (b'i', id.as_slice()),
        Value::Text(external_id) => (b'x', external_id.as_bytes()),
        _ => return None,
    };
    let namespace = namespace.as_text().unwrap_or_default().as_bytes();
    // No namespace has NUL.
    Some([namespace, &[0, kind], key].concat())
}

/// Records that are stored by one pair of statements.
#[derive(Debug)]
pub(crate) struct Chunk<I> {
    begin: usize,
    records: Vec<(I, WriteId)>,
}

impl<I: StoredId> Chunk<I> {
    /// The index of its record, if it has one only.
    pub(super) fn only_index(&self) -> Option<usize> {
        (self.records.len() == 1).then_some(self.begin)
    }

    /// What its two steps did with each of its records.
    pub(super) fn read(&self, rows: &[Rows]) -> Result<Vec<Stored<I>>> {
        let [before, written] = rows else {
            return Err(bug("storing records answered with too few results"));
        };
        let before = found(before)?;
        let written = written_by(written)?;
        let mut now: HashMap<[u8; 16], Revision> = HashMap::new();
        let each = self.records.iter().enumerate();
        each.map(|(place, (own, write))| {
            let before = before.get(&place).map_or(&[][..], Vec::as_slice);
            let stored = outcome(*own, before, written.get(write.as_bytes()), &now)?;
            now.insert(*stored.id.stored(), stored.revision);
            Ok(stored)
        })
        .collect()
    }
}

/// What stood under the keys of each record.
fn found<I: StoredId>(rows: &Rows) -> Result<HashMap<usize, Vec<(I, Revision)>>> {
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let place = usize::try_from(count(row, 0)?).unwrap_or(usize::MAX);
        found
            .entry(place)
            .or_default()
            .push((id(row, 1)?, revision(row, 2)?));
    }
    Ok(found)
}

/// What each write wrote.
fn written_by<I: StoredId>(rows: &Rows) -> Result<HashMap<[u8; 16], (I, Revision)>> {
    let one = |row: Row<'_>| {
        let write = row.blob(0).map_err(unreadable)?;
        let write = <[u8; 16]>::try_from(write).map_err(|_| bug("a write was not named"))?;
        Ok((write, (id(row, 1)?, revision(row, 2)?)))
    };
    rows.iter().map(one).collect()
}

/// What became of the record with the id `own`. `now` has the revisions that earlier records
/// of the chunk have found or made.
fn outcome<I: StoredId>(
    own: I,
    before: &[(I, Revision)],
    written: Option<&(I, Revision)>,
    now: &HashMap<[u8; 16], Revision>,
) -> Result<Stored<I>> {
    let is = |id: I| move |other: &&(I, Revision)| other.0.stored() == id.stored();
    if let Some(&(id, revision)) = written {
        let change = if before.iter().any(|other| is(id)(&other)) {
            Change::Replaced
        } else {
            Change::Created
        };
        return Ok(Stored {
            id,
            revision,
            change,
        });
    }
    let by_id = before.iter().find(is(own));
    let (id, revision) = by_id
        .or_else(|| before.first())
        .ok_or_else(|| bug("a stored record was not answered"))?;
    Ok(Stored {
        id: *id,
        revision: now.get(id.stored()).copied().unwrap_or(*revision),
        change: Change::Unchanged,
    })
}
