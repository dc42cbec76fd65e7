//! The pages of a file.

use super::cells::Cells;
use super::leftovers::Loss;
use super::links::Links;
use super::table::{EPISODES, HEURISTICS, PATTERNS, Schema, TABLES, Table};
use super::{episode, heuristic, pattern, relationship};
use crate::error::{corrupt, storage, unreadable};
use memory_core::{Episode, EpisodeRelationship, Error, ErrorKind, Namespace, Pattern, Result};
use std::path::Path;
use turso_conn::{
    Access, Connect as _, Execute as _, LocalConfig, LocalConnection, LocalConnector, Location,
    Rows, Statement,
};

/// Rows of a page.
const PAGE_ROWS: usize = 200;
/// A page ends early rather than hold more bytes than this.
const PAGE_BYTES: i64 = 7_000_000;
/// Largest row that is read, in bytes: an episode of the largest size, each byte of it escaped as `\u0000`.
pub const ROW_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most links from patterns to the episodes they were learnt from that are remembered: about 100 MB.
pub const LINKS_MAX: usize = 1_000_000;

/// A file made by do-memory-storage-turso, opened read-only. Stop the program that writes to
/// it first: pages that are read one after the other are no picture of one moment. The file is
/// never changed. If it is in WAL mode, SQLite makes an empty `-wal` and a `-shm` beside it for its
/// readers; where the folder does not allow that, copy the file first.
#[derive(Debug)]
pub struct DoMemory {
    conn: LocalConnection,
    schema: Schema,
    namespace: Namespace,
    /// The tables that are not read to their end yet.
    tables: Vec<&'static Table>,
    after: i64,
    links: Links,
}

/// What became of one row.
#[derive(Debug)]
pub struct Row {
    /// The table.
    pub table: &'static str,
    /// The number by which SQLite knows the row.
    pub number: i64,
    /// The bytes of its values.
    pub bytes: usize,
    /// The record, or why there is none.
    pub record: Result<Record>,
    /// What of the record was not taken over.
    pub lost: Vec<Loss>,
}

/// A record that a storage can take.
#[derive(Debug)]
pub enum Record {
    /// A row of `episodes`.
    Episode(Box<Episode>),
    /// A row of `patterns` or `heuristics`.
    Pattern(Box<Pattern>),
    /// A row of `episode_relationships`.
    Relationship(Box<EpisodeRelationship>),
}

impl DoMemory {
    /// Opens the file at `path`, to read it into `namespace`.
    ///
    /// # Errors
    /// `Unsupported` when it is a database, but not one of do-memory; `Disconnected`,
    /// `Corrupt`, `Busy` as for any file.
    ///
    /// # Cancellation
    /// Nothing is left open.
    pub async fn open(path: &Path, namespace: Namespace) -> Result<Self> {
        let doing = "opening the database of do-memory";
        let location = Location::file(path).map_err(|e| storage(doing, e))?;
        let config = LocalConfig {
            access: Access::ReadOnly,
            ..LocalConfig::default()
        };
        let connector = LocalConnector::new(&location, config).map_err(|e| storage(doing, e))?;
        let mut conn = connector.connect().await.map_err(|e| storage(doing, e))?;
        let schema = schema(&mut conn).await?;
        if !schema.has(
            EPISODES.name,
            &["episode_id", "task_type", "start_time", "steps"],
        ) {
            let context = format!("{} is a database, but not one of do-memory", path.display());
            return Err(Error::new(ErrorKind::Unsupported, context));
        }
        let tables = tables(&schema);
        let (after, links) = (i64::MIN, Links::default());
        Ok(Self {
            conn,
            schema,
            namespace,
            tables,
            after,
            links,
        })
    }

    /// The next rows; none at the end. A row that makes no sense is one of them, and no error.
    ///
    /// # Errors
    /// The file cannot be read any further: `Corrupt`, `Io`, `Busy`, `Timeout`.
    ///
    /// # Cancellation
    /// The same page comes again.
    pub async fn next_page(&mut self) -> Result<Option<Vec<Row>>> {
        while let Some(table) = self.tables.first().copied() {
            let max = i64::try_from(ROW_BYTES_MAX).unwrap_or(i64::MAX);
            let statement = Statement::new(table.sql(&self.schema, PAGE_ROWS))
                .bind_all([self.after, PAGE_BYTES, max].map(turso_conn::Value::Integer))
                .named("do_memory.page");
            let rows = self.ask(statement).await?;
            let page = rows
                .iter()
                .map(|row| self.read(Cells { table, row }))
                .collect::<Result<Vec<_>>>()?;
            if let Some(last) = page.last() {
                self.after = last.number;
                return Ok(Some(page));
            }
            self.tables.remove(0);
            self.after = i64::MIN;
        }
        Ok(None)
    }

    /// Begins anew.
    pub fn rewind(&mut self) {
        self.tables = tables(&self.schema);
        self.after = i64::MIN;
        self.links = Links::default();
    }

    /// What of a file that was read to its end is not taken over: the rows of each other
    /// table that has any, and links to patterns that do not exist.
    ///
    /// # Errors
    /// As [`next_page`](Self::next_page).
    ///
    /// # Cancellation
    /// It only reads.
    pub async fn left_behind(&mut self) -> Result<Vec<(String, u64)>> {
        let mut names: Vec<String> = self
            .schema
            .tables()
            .filter(|name| !is_read(name))
            .map(str::to_owned)
            .collect();
        names.sort();
        let mut left = Vec::new();
        for name in names {
            let quoted = name.replace('"', "\"\"");
            let count = Statement::new(format!("SELECT count(*) FROM \"{quoted}\""))
                .named("do_memory.count");
            let rows = self.ask(count).await?;
            let rows = rows
                .one()
                .and_then(|row| row.integer(0))
                .map_err(unreadable)?;
            left.push((format!("rows of {name}"), u64::try_from(rows).unwrap_or(0)));
        }
        let links = u64::try_from(self.links.len()).unwrap_or(u64::MAX);
        left.push(("links to patterns that do not exist".to_owned(), links));
        left.retain(|(_, count)| *count > 0);
        Ok(left)
    }

    async fn ask(&mut self, statement: Statement) -> Result<Rows> {
        let rows = self.conn.query(statement).await;
        rows.map_err(|e| storage("reading the database of do-memory", e))
    }

    fn read(&mut self, cells: Cells<'_>) -> Result<Row> {
        let number = cells.row.integer(0).map_err(unreadable)?;
        let bytes =
            usize::try_from(cells.row.integer(1).map_err(unreadable)?).unwrap_or(usize::MAX);
        let mut lost = Vec::new();
        let record = match bytes {
            0..=ROW_BYTES_MAX => self.record(cells, &mut lost),
            _ => Err(corrupt(format!(
                "the row has {bytes} bytes, at most {ROW_BYTES_MAX} are read"
            ))),
        };
        let table = cells.table.name;
        Ok(Row {
            table,
            number,
            bytes,
            record,
            lost,
        })
    }

    fn record(&mut self, cells: Cells<'_>, lost: &mut Vec<Loss>) -> Result<Record> {
        let namespace = self.namespace.clone();
        if cells.table.name == EPISODES.name {
            let read = episode::read(cells, &namespace)?;
            *lost = read.lost;
            for pattern in read.learnt {
                let kept = self.links.add(pattern, read.episode.id, LINKS_MAX);
                lost.extend((!kept).then_some(Loss::Source));
            }
            return Ok(Record::Episode(Box::new(read.episode)));
        }
        if cells.table.name == PATTERNS.name {
            let sources = self.links.take(cells.parsed("pattern_id")?);
            return Ok(learnt(pattern::read(cells, &namespace, sources)?, lost));
        }
        if cells.table.name == HEURISTICS.name {
            let sources = self.links.take(cells.parsed("heuristic_id")?);
            return Ok(learnt(heuristic::read(cells, &namespace, sources)?, lost));
        }
        let read = relationship::read(cells, &namespace)?;
        *lost = read.lost;
        Ok(Record::Relationship(Box::new(read.relationship)))
    }
}

fn learnt(read: pattern::Read, lost: &mut Vec<Loss>) -> Record {
    *lost = read.lost;
    Record::Pattern(Box::new(read.pattern))
}

fn is_read(name: &str) -> bool {
    // The first four are read with the episodes; SQLite's own tables and a vector index's hold nothing else.
    let derived = [
        "episode_tags",
        "episode_pattern_relationships",
        "episode_revisions",
        "episode_summaries",
        "tag_metadata",
        "metadata",
    ];
    TABLES.iter().any(|table| table.name == name)
        || derived.contains(&name)
        || name.starts_with("sqlite_")
        || name.starts_with("libsql_")
        || name.ends_with("_shadow")
        || name.contains("_fts")
}

fn tables(schema: &Schema) -> Vec<&'static Table> {
    let exists = |table: &&&Table| {
        table
            .columns
            .iter()
            .any(|column| schema.has(table.name, &[column]))
    };
    TABLES.iter().filter(exists).copied().collect()
}

async fn schema(conn: &mut LocalConnection) -> Result<Schema> {
    let sql = "SELECT CAST(m.name AS BLOB), CAST(c.name AS BLOB) \
               FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'";
    let rows = conn
        .query(Statement::new(sql).named("do_memory.schema"))
        .await;
    let rows = rows.map_err(|e| storage("reading the schema of do-memory", e))?;
    let mut schema = Schema::default();
    for row in &rows {
        let name = |column| {
            row.blob(column)
                .map(String::from_utf8_lossy)
                .map_err(unreadable)
        };
        schema.add(&name(0)?, &name(1)?);
    }
    Ok(schema)
}
