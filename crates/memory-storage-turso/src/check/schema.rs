//! Whether the tables, indices and triggers are those that the migrations make. A database that lost
//! a trigger stores episodes that no query finds.

use super::{CheckReport, long};
use crate::error::{storage, unreadable};
use crate::schema;
use crate::storage::TursoStorage;
use memory_core::Result;
use std::collections::BTreeMap;
use turso_conn::{AnyConfig, AnyConnector, Connect as _, Execute as _, Location, Rows, Statement};

const OPERATION: &str = "check.schema";

const OBJECTS: &str = "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL";

impl TursoStorage {
    /// Compares the schema with that of a new database. What is there beside it is somebody else's.
    pub(super) async fn check_schema(&self, report: &mut CheckReport) -> Result<()> {
        let found = self.read(long(OPERATION, OBJECTS)).await;
        let Some(found) = report.unless_damaged("the schema", found)? else {
            return Ok(());
        };
        let expected = new_schema().await?;
        let found = objects(&found)?;
        for ((kind, name), sql) in objects(&expected)? {
            match found.get(&(kind, name)) {
                None => report.add(format!("the schema: the {kind} {name} is missing")),
                Some(other) if *other != sql => {
                    report.add(format!("the schema: the {kind} {name} is another one"));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}

/// The objects of a database that was just made, in memory.
async fn new_schema() -> Result<Rows> {
    let failed = |e| storage(OPERATION, e);
    let connector = AnyConnector::open(&Location::Memory, AnyConfig::default()).map_err(failed)?;
    let mut conn = connector.connect().await.map_err(failed)?;
    schema::migrate(&mut conn, 0).await?;
    conn.query(Statement::new(OBJECTS)).await.map_err(failed)
}

/// The text of each object, by its kind and name.
fn objects(rows: &Rows) -> Result<BTreeMap<(&str, &str), &str>> {
    rows.iter()
        .map(|row| Ok(((row.text(0)?, row.text(1)?), row.text(2)?)))
        .collect::<turso_conn::Result<_>>()
        .map_err(unreadable)
}
