use super::record::Record;
use super::row::Row;
use super::space::{Space, Spaces};
use crate::{
    Change, Episode, EpisodeId, EpisodeRelationship, Error, ErrorKind, Namespace, Pattern,
    PatternId, RelationshipKey, Result, Revision, Stored, Update,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::RwLockWriteGuard;

/// A change of the memory under its lock. Dropped without `commit`, it puts
/// everything back as it was.
pub(super) struct Transaction<'a> {
    spaces: RwLockWriteGuard<'a, Spaces>,
    undo: Vec<Undo>,
    touched: BTreeSet<Namespace>,
}

/// What stood somewhere before it was changed.
pub(super) enum Undo {
    Episode(Namespace, EpisodeId, Option<Row<Episode>>),
    Pattern(Namespace, PatternId, Option<Row<Pattern>>),
    Edge(Namespace, RelationshipKey, Option<EpisodeRelationship>),
}

impl<'a> Transaction<'a> {
    pub(super) fn new(spaces: RwLockWriteGuard<'a, Spaces>) -> Self {
        Self {
            spaces,
            undo: Vec::new(),
            touched: BTreeSet::new(),
        }
    }

    pub(super) fn commit(mut self) {
        self.undo.clear();
    }

    pub(super) fn space(&mut self, namespace: &Namespace) -> &mut Space {
        if !self.touched.contains(namespace) {
            self.touched.insert(namespace.clone());
        }
        self.spaces.entry(namespace.clone()).or_default()
    }

    fn forget_empty_spaces(&mut self) {
        for namespace in std::mem::take(&mut self.touched) {
            if self.spaces.get(&namespace).is_some_and(Space::is_empty) {
                self.spaces.remove(&namespace);
            }
        }
    }

    pub(super) fn set<R: Record>(&mut self, namespace: &Namespace, id: R::Id, row: Option<Row<R>>) {
        let before = R::table(self.space(namespace)).set(id, row);
        self.undo.push(R::undo(namespace.clone(), id, before));
    }

    pub(super) fn set_edge(
        &mut self,
        namespace: &Namespace,
        key: RelationshipKey,
        edge: Option<EpisodeRelationship>,
    ) {
        let before = self.space(namespace).edges.set(key, edge);
        self.undo.push(Undo::Edge(namespace.clone(), key, before));
    }

    /// Replaces what stands at `id`, if something does, by what `change` makes of it.
    pub(super) fn amend<R: Record>(
        &mut self,
        namespace: &Namespace,
        id: R::Id,
        change: impl FnOnce(&R) -> R,
    ) {
        let row = R::table(self.space(namespace)).get(id);
        if let Some(next) = row.map(|row| change(&row.value)) {
            self.set(namespace, id, Some(Row::new(next, None)));
        }
    }

    /// Stores `records`; the first of them is the one at index `begin` of the call.
    pub(super) fn store<R: Record>(
        &mut self,
        records: &[R],
        begin: usize,
    ) -> Result<Vec<Stored<R::Id>>> {
        let each = records.iter().enumerate();
        each.map(|(i, record)| self.store_one(record).map_err(|e| e.at_index(begin + i)))
            .collect()
    }

    fn store_one<R: Record>(&mut self, record: &R) -> Result<Stored<R::Id>> {
        let table = R::table(self.space(record.namespace()));
        let (next, change) = match table.locate(record)? {
            None => (record.clone(), Change::Created),
            Some(row) if row.value.same_content(record) => {
                return Ok(stored(&*row.value, Change::Unchanged));
            }
            Some(row) => (record.replacing(&row.value), Change::Replaced),
        };
        let stored = stored(&next, change);
        self.set(record.namespace(), stored.id, Some(Row::new(next, None)));
        Ok(stored)
    }

    pub(super) fn update<R: Record>(&mut self, updates: &[Update<R>]) -> Result<Vec<Revision>> {
        let last = last_updates(updates);
        let each = updates.iter().enumerate();
        each.map(|(i, update)| {
            let last = last.get(&key(update)).copied().unwrap_or(update);
            self.update_one(update, last).map_err(|e| e.at_index(i))
        })
        .collect()
    }

    /// `last` is the last update of the same record in the call. What it made stands there when
    /// the whole call is repeated.
    fn update_one<R: Record>(&mut self, update: &Update<R>, last: &Update<R>) -> Result<Revision> {
        let (value, write_id) = (&update.value, Some(update.write_id));
        let table = R::table(self.space(value.namespace()));
        let row = table.get(value.id()).ok_or_else(not_found::<R>)?;
        let (is, next) = (row.value.revision(), update.expected.next());
        let made_by = |update: &Update<R>| {
            is == update.expected.next() && row.write_id == Some(update.write_id)
        };
        if made_by(update) || made_by(last) {
            return Ok(next);
        }
        if is != update.expected {
            return Err(conflict::<R>());
        }
        table.locate(value)?;
        let next = Row::new(value.replacing(&row.value), write_id);
        let revision = next.value.revision();
        self.set(value.namespace(), value.id(), Some(next));
        Ok(revision)
    }
}

fn key<R: Record>(update: &Update<R>) -> (&Namespace, R::Id) {
    (update.value.namespace(), update.value.id())
}

/// The last update of each record.
fn last_updates<R: Record>(updates: &[Update<R>]) -> BTreeMap<(&Namespace, R::Id), &Update<R>> {
    updates.iter().map(|update| (key(update), update)).collect()
}

fn stored<R: Record>(record: &R, change: Change) -> Stored<R::Id> {
    Stored {
        id: record.id(),
        revision: record.revision(),
        change,
    }
}

pub(super) fn not_found<R: Record>() -> Error {
    let context = format!("there is no such {} in the namespace", R::WHAT);
    Error::new(ErrorKind::NotFound, context)
}

fn conflict<R: Record>() -> Error {
    let context = format!(
        "the {} was changed since it was read: read it again and redo the change",
        R::WHAT
    );
    Error::new(ErrorKind::Conflict, context)
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Episode(namespace, id, row) => {
                    self.space(&namespace).episodes.set(id, row);
                }
                Undo::Pattern(namespace, id, row) => {
                    self.space(&namespace).patterns.set(id, row);
                }
                Undo::Edge(namespace, key, edge) => {
                    self.space(&namespace).edges.set(key, edge);
                }
            }
        }
        self.forget_empty_spaces();
    }
}
