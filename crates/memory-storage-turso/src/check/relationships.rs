//! Relationships are found by their keys: their table has no row numbers.

use super::{CheckReport, ROWS_AT_ONCE, with_causes};
use crate::error::{bug, unreadable};
use crate::record::{as_i64, decode_relationship, parse_name};
use crate::storage::{TursoStorage, statement};
use memory_core::limits::PAGE_BYTES_MAX;
use memory_core::{ErrorKind, Result};
use turso_conn::{Row, Rows, Value};

const OPERATION: &str = "check.relationships";

/// Some behind the key ?1 to ?4, at most ?6, with as many bytes as fit into ?5, but at least one.
const SOME: &str = "\
WITH next (namespace, from_id, kind, to_id, size) AS (\
  SELECT namespace, from_id, kind, to_id, 256 + octet_length(metadata) FROM relationships \
  WHERE (namespace, from_id, kind, to_id) > (?1, ?2, ?3, ?4) \
  ORDER BY namespace, from_id, kind, to_id LIMIT ?6), \
page AS (SELECT *, row_number() OVER (ORDER BY namespace, from_id, kind, to_id) AS place, \
  sum(size) OVER (ORDER BY namespace, from_id, kind, to_id) AS total FROM next) \
SELECT r.from_id, r.kind, r.to_id, r.created_at, r.metadata, r.namespace \
FROM page p CROSS JOIN relationships r ON r.namespace = p.namespace AND r.from_id = p.from_id \
  AND r.kind = p.kind AND r.to_id = p.to_id \
WHERE p.total <= ?5 OR p.place = 1 ORDER BY p.place";

/// The key behind the key ?1 to ?4, in the columns of [`SOME`].
const NEXT: &str = "\
SELECT from_id, kind, to_id, 0, '', namespace FROM relationships \
WHERE (namespace, from_id, kind, to_id) > (?1, ?2, ?3, ?4) \
ORDER BY namespace, from_id, kind, to_id LIMIT 1";

impl TursoStorage {
    /// Reads every relationship and counts them.
    pub(super) async fn check_relationships(&self, report: &mut CheckReport) -> Result<()> {
        let mut behind = Some(before_all());
        while let Some(key) = behind {
            behind = match self.relationships_behind(&key, ROWS_AT_ONCE).await {
                Err(error) if error.kind() == ErrorKind::Corrupt => {
                    self.check_relationship_behind(&key, report).await?
                }
                read => check_all(&read?, report)?,
            };
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    /// Reads one relationship where some cannot even be read together, and says which it was.
    async fn check_relationship_behind(
        &self,
        behind: &[Value],
        report: &mut CheckReport,
    ) -> Result<Option<Vec<Value>>> {
        let next = self.read(statement(OPERATION, NEXT, behind.iter().cloned()));
        let next = report.unless_damaged("the relationships", next.await)?;
        let Some(row) = next.as_ref().and_then(Rows::first) else {
            return Ok(None);
        };
        let read = self.relationships_behind(behind, 1).await;
        match report.unless_damaged("a relationship", read)? {
            Some(rows) => drop(check_all(&rows, report)?),
            None => report.relationships += 1,
        }
        key(row).map(Some)
    }

    async fn relationships_behind(&self, behind: &[Value], rows: i64) -> Result<Rows> {
        let read = statement(OPERATION, SOME, behind.iter().cloned())
            .bind(as_i64(PAGE_BYTES_MAX))
            .bind(rows);
        self.read(read).await
    }
}

/// Verifies relationships and answers the key of the last one.
fn check_all(rows: &Rows, report: &mut CheckReport) -> Result<Option<Vec<Value>>> {
    let mut last = None;
    for row in rows {
        report.relationships += 1;
        if let Err(error) = verify(row) {
            report.add(with_causes(&error));
        }
        last = Some(key(row)?);
    }
    Ok(last)
}

fn verify(row: Row<'_>) -> Result<()> {
    let namespace = parse_name(row.text(5).map_err(unreadable)?)?;
    decode_relationship(&namespace, row).map(drop)
}

/// Namespace, both ends and kind, in the order of the table.
fn key(row: Row<'_>) -> Result<Vec<Value>> {
    let values = [5, 0, 1, 2].map(|column| row.values().get(column).cloned());
    let key = values.into_iter().collect::<Option<_>>();
    key.ok_or_else(|| bug("a relationship was read without its key"))
}

fn before_all() -> Vec<Value> {
    vec!["".into(), Vec::new().into(), (-1).into(), Vec::new().into()]
}
