//! Databases of do-memory as sources of an import.

use super::bar::Bar;
use super::edge::Edge;
use super::loader::stopped;
use super::origin::Origin;
use super::record::Record;
use super::run::Run;
use super::source::Source;
use super::summary::Summary;
use crate::call::Call;
use crate::error::{Error, Result};
use memory_storage_turso::ErrorKind;
use memory_storage_turso::migrate::do_memory::{self, DoMemory};
use std::sync::Arc;

/// A database of do-memory that is read like a file of records.
#[derive(Debug)]
pub(crate) struct Database {
    name: Arc<str>,
    reader: DoMemory,
}

impl Database {
    /// Opens the file, read-only.
    pub(crate) async fn open(call: &Call, source: &Source) -> Result<Self> {
        let name = Arc::clone(&source.name);
        let Some(path) = source.path().filter(|_| source.is_regular) else {
            return Err(Error::usage(format!("{name} is not a file"))
                .next("a database is read from its file"));
        };
        let opened = DoMemory::open(path, call.namespace()).await;
        let reader = opened.map_err(|e| match e.kind() {
            ErrorKind::Unsupported => Error::failed(format!("cannot read {name}"))
                .because(e)
                .next("name a file that do-memory-storage-turso made"),
            _ => Error::storage(format!("cannot read {name}"), e),
        })?;
        Ok(Self { name, reader })
    }

    /// Reads everything once, without storing anything, and stops at a row that makes no sense.
    pub(crate) async fn check(&mut self, bar: &Bar, skips: bool) -> Result<()> {
        while let Some(rows) = self.page().await? {
            for row in rows {
                bar.advance(row.bytes);
                if let (Err(error), false) = (&row.record, skips) {
                    return Err(stopped(bad(&self.name, &row, error), 0));
                }
            }
        }
        self.reader.rewind();
        Ok(())
    }

    /// Stores everything, but for the last records, which wait for more.
    pub(crate) async fn load(&mut self, run: &mut Run<'_>, bar: &Bar) -> Result<()> {
        while let Some(rows) = self.page().await? {
            for row in rows {
                bar.advance(row.bytes);
                let origin = origin(&self.name, &row);
                for lost in row.lost {
                    run.summary().lose(lost.as_str(), 1);
                }
                match row.record {
                    Ok(record) => run.take(of(record, &origin), origin, false).await?,
                    Err(error) => run.skip(&origin, &error.to_string()),
                }
            }
        }
        self.note_left_behind(run.summary()).await
    }

    async fn note_left_behind(&mut self, summary: &mut Summary) -> Result<()> {
        let left = self
            .reader
            .left_behind()
            .await
            .map_err(|e| self.unreadable(e))?;
        for (what, count) in left {
            summary.lose(&what, count);
        }
        Ok(())
    }

    async fn page(&mut self) -> Result<Option<Vec<do_memory::Row>>> {
        let page = self.reader.next_page().await;
        page.map_err(|e| self.unreadable(e))
    }

    fn unreadable(&self, error: memory_storage_turso::Error) -> Error {
        Error::storage(format!("cannot read {}", self.name), error)
    }
}

fn origin(name: &str, row: &do_memory::Row) -> Origin {
    Origin {
        file: format!("{name}:{}", row.table).into(),
        line: row.number.unsigned_abs(),
    }
}

fn bad(name: &str, row: &do_memory::Row, error: &memory_storage_turso::Error) -> Error {
    Error::failed(format!("{}: {error}", origin(name, row)))
        .next("leave such rows out with --skip-bad")
}

fn of(record: do_memory::Record, origin: &Origin) -> Record {
    match record {
        do_memory::Record::Episode(episode) => Record::Episode(episode),
        do_memory::Record::Pattern(pattern) => Record::Pattern(pattern),
        do_memory::Record::Relationship(relationship) => {
            Record::Relationship(Box::new(Edge::of(&relationship, origin.clone())))
        }
    }
}
