use super::paging::page;
use super::record::{Index, Record};
use super::row::Row;
use crate::{Error, ErrorKind, Order, Page, PageRequest, Result};
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// The episodes or the patterns of one namespace.
#[derive(Debug)]
pub(super) struct Table<R: Record> {
    rows: BTreeMap<R::Id, Row<R>>,
    order: BTreeMap<R::Place, R::Id>,
    pub(super) index: R::Index,
}

impl<R: Record> Default for Table<R> {
    fn default() -> Self {
        Self {
            rows: BTreeMap::new(),
            order: BTreeMap::new(),
            index: R::Index::default(),
        }
    }
}

impl<R: Record> Table<R> {
    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn get(&self, id: R::Id) -> Option<&Row<R>> {
        self.rows.get(&id)
    }

    pub(super) fn values(&self, ids: &[R::Id]) -> Vec<Option<Arc<R>>> {
        let value = |id: &R::Id| self.get(*id).map(|row| Arc::clone(&row.value));
        ids.iter().map(value).collect()
    }

    /// Puts `row` in the place of what stands at `id`, which is returned. The only
    /// way in which a table changes, so that putting back undoes it.
    pub(super) fn set(&mut self, id: R::Id, row: Option<Row<R>>) -> Option<Row<R>> {
        let before = self.rows.remove(&id);
        if let Some(before) = &before {
            self.index.remove(&before.value);
            self.order.remove(&before.value.place());
        }
        if let Some(row) = row {
            self.index.insert(&row.value);
            self.order.insert(row.value.place(), id);
            self.rows.insert(id, row);
        }
        before
    }

    /// The stored record that `record` means: the one with its id, or with its external id.
    pub(super) fn locate(&self, record: &R) -> Result<Option<&Row<R>>> {
        let by_id = self.get(record.id());
        let Some(other) = self.index.find(record) else {
            return Ok(by_id);
        };
        if by_id.is_some() && other != record.id() {
            let context = format!("the external id belongs to another {}", R::WHAT);
            return Err(Error::new(ErrorKind::Constraint, context));
        }
        Ok(self.get(other))
    }

    pub(super) fn count(&self, wanted: impl Fn(&R) -> bool) -> usize {
        self.rows.values().filter(|row| wanted(&row.value)).count()
    }

    pub(super) fn page(
        &self,
        order: Order,
        request: &PageRequest,
        wanted: impl Fn(&R) -> bool,
    ) -> Result<Page<Arc<R>>> {
        let after = request.position::<R::Place>()?;
        let rows = self
            .places(order, after)
            .filter_map(|(place, id)| Some((*place, self.get(*id)?)))
            .filter(|(_, row)| wanted(&row.value));
        let page = page(rows, request.limit(), |row| row.bytes);
        Ok(page.map(|row| Arc::clone(&row.value)))
    }

    fn places(
        &self,
        order: Order,
        after: Option<R::Place>,
    ) -> Box<dyn Iterator<Item = (&R::Place, &R::Id)> + '_> {
        let bound = after.map_or(Bound::Unbounded, Bound::Excluded);
        match order {
            Order::OldestFirst => Box::new(self.order.range((bound, Bound::Unbounded))),
            Order::NewestFirst => Box::new(self.order.range((Bound::Unbounded, bound)).rev()),
        }
    }
}
