//! Many records by id in one statement, in their order, however many they are.

use crate::record::{StoredId, hex_ids};
use crate::storage::TursoStorage;
use crate::write::give_way;
use memory_core::limits::PAGE_BYTES_MAX;
use memory_core::{Error, Namespace, Result};
use std::sync::Arc;
use turso_conn::{Row, Statement};

/// Ids asked for in one statement: its answer is bounded in bytes anyway, this
/// bounds the question.
const IDS_PER_STATEMENT: usize = 10_000;

/// What a record is taken to have, decoded, when many are decoded one after the other.
const ROW_BYTES: usize = 8 * 1024;

/// How one kind of record is read.
pub(crate) struct Reader<T> {
    /// One record: namespace ?1, id ?2.
    pub(crate) one: &'static str,
    /// Many records, from [`many_sql`].
    pub(crate) many: &'static str,
    /// The name of the operation.
    pub(crate) operation: &'static str,
    /// How many columns a record has, the last of them its payload; in `many`, its place and the
    /// last place follow them.
    pub(crate) columns: usize,
    /// Reads one record.
    pub(crate) decode: fn(&TursoStorage, &Namespace, Row<'_>) -> Result<T>,
}

/// The SQL that reads the records `?2` (a JSON list of ids) of a table in order, as many
/// as fit into `?3` bytes, but at least one. After the columns stand the record's
/// place in the list and the place of the last record that exists.
pub(crate) fn many_sql(columns: &str, table: &str, size: &str) -> String {
    format!(
        "WITH wanted (place, row, size, total) AS (\
           SELECT j.key, e.rowid, {size}, sum({size}) OVER (ORDER BY j.key) \
           FROM json_each(?2) j CROSS JOIN {table} e ON e.namespace = ?1 AND e.id = unhex(j.value)) \
         SELECT {columns}, w.place, (SELECT max(place) FROM wanted) \
         FROM wanted w CROSS JOIN {table} e ON e.rowid = w.row \
         WHERE w.total <= ?3 OR w.total = w.size ORDER BY w.place"
    )
}

/// The SQL that reads the record `?2` of a table.
pub(crate) fn one_sql(columns: &str, table: &str) -> String {
    format!("SELECT {columns} FROM {table} e WHERE e.namespace = ?1 AND e.id = ?2")
}

impl<T> Reader<T> {
    /// The records with these ids, in their order.
    pub(crate) async fn get<I: StoredId>(
        &self,
        storage: &TursoStorage,
        namespace: &Namespace,
        ids: &[I],
    ) -> Result<Vec<Option<Arc<T>>>> {
        if let [id] = ids {
            return Ok(vec![self.get_one(storage, namespace, id).await?]);
        }
        let mut records = Vec::with_capacity(ids.len());
        for part in ids.chunks(IDS_PER_STATEMENT) {
            self.get_part(storage, namespace, part, &mut records)
                .await?;
        }
        Ok(records)
    }

    async fn get_one<I: StoredId>(
        &self,
        storage: &TursoStorage,
        namespace: &Namespace,
        id: &I,
    ) -> Result<Option<Arc<T>>> {
        let statement = Statement::new(self.one)
            .bind(namespace.as_str())
            .bind(id.stored().to_vec())
            .named(self.operation)
            .point_read();
        let rows = storage
            .read_records(statement, self.columns)
            .await
            .map_err(|e| self.of_record(id, e))?;
        rows.first()
            .map(|row| (self.decode)(storage, namespace, row).map(Arc::new))
            .transpose()
    }

    async fn get_part<I: StoredId>(
        &self,
        storage: &TursoStorage,
        namespace: &Namespace,
        mut ids: &[I],
        records: &mut Vec<Option<Arc<T>>>,
    ) -> Result<()> {
        loop {
            let base = records.len();
            let statement = Statement::new(self.many)
                .bind(namespace.as_str())
                .bind(hex_ids(ids))
                .bind(crate::record::as_i64(PAGE_BYTES_MAX))
                .named(self.operation);
            let rows = storage.read_records(statement, self.columns).await?;
            let (mut last, mut bytes) = (None, 0);
            for row in &rows {
                let place = self.place(row, 0)?;
                last = Some(self.place(row, 1)?).filter(|last| *last > place);
                records.resize_with(base + place, || None);
                records.push(Some(Arc::new((self.decode)(storage, namespace, row)?)));
                give_way(&mut bytes, ROW_BYTES).await;
            }
            let read = records.len() - base;
            match ids.get(read..) {
                Some(rest) if last.is_some() && read > 0 => ids = rest,
                _ => {
                    records.resize_with(base + ids.len(), || None);
                    return Ok(());
                }
            }
        }
    }

    /// The same error, naming the record.
    fn of_record<I: StoredId>(&self, id: &I, error: Error) -> Error {
        Error::new(error.kind(), format!("{} {id}", self.operation)).with_source(error)
    }

    fn place(&self, row: Row<'_>, offset: usize) -> Result<usize> {
        let place = crate::record::count(row, self.columns + offset)?;
        usize::try_from(place).map_err(|_| crate::error::bug("a place in a list is out of range"))
    }
}
