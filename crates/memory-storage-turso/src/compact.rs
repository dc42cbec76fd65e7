//! Payloads into the codec and the dictionary that are written with now.

use crate::error::unreadable;
use crate::storage::{TursoStorage, statement};
use memory_core::Result;
use serde::Serialize;
use turso_compression::{CODEC_AT, dictionary_of};
use turso_conn::{Batch, Row, Value};

/// What [`TursoStorage::compact`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CompactReport {
    /// Payloads that were looked at.
    pub records: u64,
    /// Payloads that were written anew.
    pub rewritten: u64,
    /// Payloads that cannot be read and were left alone; `check` says why.
    pub unreadable: u64,
    /// Bytes of the payloads that were written anew, before.
    pub bytes_before: u64,
    /// The same, after.
    pub bytes_after: u64,
}

/// Payloads that are looked at, and at most rewritten, at once.
const ROWS_AT_ONCE: i64 = 500;

/// Bytes of payloads that are read and rewritten at once. Others wait so long for their turn to write.
const BYTES_AT_ONCE: i64 = 1_000_000;

/// A kind of record with a payload.
struct Table {
    operation: &'static str,
    read: &'static str,
    write: &'static str,
}

/// The rows behind ?1, at most ?2. Payloads are read of those that do not begin like the codec
/// ?4 and the dictionary ?5 (its id, or empty), as many as fit into ?3 bytes, but at least one.
macro_rules! read_sql {
    ($table:literal) => {
        concat!(
            "WITH next (row, size, total) AS (SELECT row, size, sum(size) OVER (ORDER BY row) FROM (",
            "SELECT rowid AS row, CASE WHEN substr(payload, 4, 1) = ?4 ",
            "AND substr(payload, 17, length(?5)) = ?5 THEN 0 ELSE length(payload) END AS size FROM ",
            $table,
            " WHERE rowid > ?1 ORDER BY rowid LIMIT ?2)) ",
            "SELECT n.row, CASE WHEN n.size > 0 THEN e.digest END, ",
            "CASE WHEN n.size > 0 THEN e.payload END FROM next n CROSS JOIN ",
            $table,
            " e ON e.rowid = n.row WHERE n.total <= ?3 OR n.total = n.size ORDER BY n.row"
        )
    };
}

/// Gives the row ?1 the payload ?3 if its content still has the digest ?2. The digest is that of
/// the uncompressed payload, so what stands there is the same as before, and nothing
/// counts as changed: neither revision nor time.
macro_rules! write_sql {
    ($table:literal) => {
        concat!(
            "UPDATE ",
            $table,
            " SET payload = ?3 WHERE rowid = ?1 AND digest = ?2"
        )
    };
}

const TABLES: [Table; 2] = [
    Table {
        operation: "compact.episodes",
        read: read_sql!("episodes"),
        write: write_sql!("episodes"),
    },
    Table {
        operation: "compact.patterns",
        read: read_sql!("patterns"),
        write: write_sql!("patterns"),
    },
];

impl TursoStorage {
    /// Writes payloads anew, in all namespaces, that are not in the codec and with the dictionary
    /// that this storage writes with now. `progress` is told after every batch.
    ///
    /// Nothing counts as changed: revisions, times and what caches hold stay valid. Others
    /// may read and write meanwhile; a record that they change stays as they wrote it. The file
    /// does not get smaller by it: SQLite uses the room again.
    ///
    /// # Errors
    /// As for every write. What was rewritten before stays so.
    ///
    /// # Cancellation
    /// Stops after the batch that is being written. Called again, it goes on with what is left.
    pub async fn compact(&self, mut progress: impl FnMut(&CompactReport)) -> Result<CompactReport> {
        let mut report = CompactReport::default();
        for table in &TABLES {
            let mut behind = i64::MIN;
            while let Some(last) = self.compact_behind(table, behind, &mut report).await? {
                behind = last;
                progress(&report);
                tokio::task::yield_now().await;
            }
        }
        Ok(report)
    }

    /// One batch: the rows behind `behind`. Answers the last of them.
    async fn compact_behind(
        &self,
        table: &Table,
        behind: i64,
        report: &mut CompactReport,
    ) -> Result<Option<i64>> {
        let [codec, dictionary] = self.beginning();
        let values = [
            behind.into(),
            ROWS_AT_ONCE.into(),
            BYTES_AT_ONCE.into(),
            codec,
            dictionary,
        ];
        let read = statement(table.operation, table.read, values);
        let rows = self.read_records(read, 3).await?;
        let (mut batch, mut last) = (Batch::new(), None);
        for row in &rows {
            last = Some(row.integer(0).map_err(unreadable)?);
            report.records += 1;
            if let Some(values) = self.repacked(row, report)? {
                batch.push(statement(table.operation, table.write, values));
            }
        }
        self.write(table.operation, batch, |_, e| {
            crate::error::storage(table.operation, e)
        })
        .await?;
        Ok(last)
    }

    /// How payloads begin that need not be written anew: their codec, and the id of the dictionary.
    fn beginning(&self) -> [Value; 2] {
        // A payload that compresses by any codec.
        let sample = self.packer().pack(&[b' '; 4_096]).unwrap_or_default();
        let codec = sample.get(CODEC_AT).copied().unwrap_or(0);
        let dictionary = dictionary_of(&sample).ok().flatten();
        let id = dictionary.map_or_else(Vec::new, |id| id.get().to_le_bytes().to_vec());
        [vec![codec].into(), id.into()]
    }

    /// The row, digest and new payload of a row that is to be written anew.
    fn repacked(&self, row: Row<'_>, report: &mut CompactReport) -> Result<Option<[Value; 3]>> {
        let Some(old) = row.opt_blob(2).map_err(unreadable)? else {
            return Ok(None);
        };
        let digest = row.blob(1).map_err(unreadable)?;
        let repacked = self.packer().unpack(old);
        let Ok(new) = repacked.and_then(|payload| self.packer().pack(&payload)) else {
            report.unreadable += 1;
            return Ok(None);
        };
        if new == old {
            return Ok(None);
        }
        report.rewritten += 1;
        report.bytes_before += old.len() as u64;
        report.bytes_after += new.len() as u64;
        let row = row.integer(0).map_err(unreadable)?;
        Ok(Some([row.into(), digest.to_vec().into(), new.into()]))
    }
}
