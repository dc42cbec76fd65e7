mod relationships;
mod schema;

use crate::error::unreadable;
use crate::record::{
    EPISODE_COLUMNS, EncodedEpisode, EncodedPattern, PATTERN_COLUMNS, as_i64, count,
    decode_episode, decode_pattern, parse_name,
};
use crate::storage::{TursoStorage, statement};
use memory_core::limits::PAGE_BYTES_MAX;
use memory_core::{ErrorKind, Namespace, Result};
use std::fmt;
use std::sync::LazyLock;
use std::time::Duration;
use turso_conn::{Row, Rows, Statement, Value};

/// What reading everything back found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// How many episodes were read, of all namespaces.
    pub episodes: u64,
    /// How many patterns were read.
    pub patterns: u64,
    /// How many relationships there are.
    pub relationships: u64,
    /// What is wrong; at most [`PROBLEMS_MAX`].
    pub problems: Vec<Problem>,
    /// Whether there were more problems than that.
    pub truncated: bool,
}

/// Most problems that a report lists.
pub const PROBLEMS_MAX: usize = 1_000;

/// Rows that are read in one statement.
const ROWS_AT_ONCE: i64 = 500;

/// Something wrong in the database, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(String);

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl CheckReport {
    /// Whether nothing is wrong.
    pub const fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    fn add(&mut self, problem: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem(problem.into()));
        } else {
            self.truncated = true;
        }
    }

    /// What was read; or nothing, and the report says why, when the database is too damaged for it.
    fn unless_damaged<T>(&mut self, place: &str, read: Result<T>) -> Result<Option<T>> {
        match read {
            Err(error) if error.kind() == ErrorKind::Corrupt => {
                self.add(format!("{place}: {}", with_causes(&error)));
                Ok(None)
            }
            read => read.map(Some),
        }
    }
}

/// A kind of record that is read back row by row.
struct Audit {
    operation: &'static str,
    sql: LazyLock<String>,
    /// Finds the number of the row behind ?1.
    next: &'static str,
    /// Where the columns of [`audit_sql`] begin.
    columns: usize,
    verify: fn(&TursoStorage, Row<'_>) -> Result<Option<String>>,
}

/// Some rows behind ?1, at most ?3, with as many bytes as fit into ?2, but at least one. After the columns of the
/// record stand its row number, its namespace and what else is to be verified.
fn audit_sql(columns: &str, table: &str, verified: &str) -> String {
    format!(
        "WITH next (row, size, total) AS (SELECT row, size, sum(size) OVER (ORDER BY row) FROM (\
           SELECT rowid AS row, length(payload) + size AS size FROM {table} \
           WHERE rowid > ?1 ORDER BY rowid LIMIT ?3)) \
         SELECT {columns}, e.rowid, e.namespace, e.original_bytes, e.digest, {verified} \
         FROM next n CROSS JOIN {table} e ON e.rowid = n.row \
         WHERE n.total <= ?2 OR n.total = n.size ORDER BY n.row"
    )
}

static EPISODES: Audit = Audit {
    operation: "check.episodes",
    next: "SELECT min(rowid) FROM episodes WHERE rowid > ?1",
    sql: LazyLock::new(|| {
        audit_sql(
            EPISODE_COLUMNS,
            "episodes",
            "e.size, e.tags, e.patterns, e.metadata, e.steps, e.reflections, e.outcome, e.reward",
        )
    }),
    columns: 13,
    verify: |storage, row| {
        let episode = decode_episode(&namespace(row, 13)?, row, storage.packer())?;
        let encoded = EncodedEpisode::plain(&episode)?.pack(storage.packer())?;
        Ok(differs(encoded.audited(), row, 15)
            .then(|| format!("episode {}: its columns contradict its payload", episode.id)))
    },
};

static PATTERNS: Audit = Audit {
    operation: "check.patterns",
    next: "SELECT min(rowid) FROM patterns WHERE rowid > ?1",
    sql: LazyLock::new(|| {
        audit_sql(
            PATTERN_COLUMNS,
            "patterns",
            "e.size, e.sources, e.kind, e.confidence",
        )
    }),
    columns: 8,
    verify: |storage, row| {
        let pattern = decode_pattern(&namespace(row, 8)?, row, storage.packer())?;
        let encoded = EncodedPattern::plain(&pattern)?.pack(storage.packer())?;
        Ok(differs(encoded.audited(), row, 10)
            .then(|| format!("pattern {}: its columns contradict its payload", pattern.id)))
    },
};

fn namespace(row: Row<'_>, columns: usize) -> Result<Namespace> {
    parse_name(row.text(columns + 1).map_err(unreadable)?)
}

/// Whether the values from column `from` on are others than `expected`.
fn differs<'a>(expected: impl IntoIterator<Item = &'a Value>, row: Row<'_>, from: usize) -> bool {
    expected
        .into_iter()
        .enumerate()
        .any(|(i, value)| row.values().get(from + i) != Some(value))
}

/// Index tables against what they are derived from: each must hold exactly these rows.
const DERIVED: [(&str, &str); 4] = [
    (
        "episode_tags",
        "SELECT e.namespace, j.value, e.started_at, e.id FROM episodes e, json_each(e.tags) j",
    ),
    (
        "episode_metadata",
        "SELECT e.namespace, j.value ->> 0, j.value ->> 1, e.started_at, e.id FROM episodes e, json_each(e.metadata) j",
    ),
    (
        "episode_patterns",
        "SELECT e.namespace, unhex(j.value), e.started_at, e.id FROM episodes e, json_each(e.patterns) j",
    ),
    (
        "pattern_sources",
        "SELECT e.namespace, unhex(j.value), e.created_at, e.id FROM patterns e, json_each(e.sources) j",
    ),
];

static DERIVED_SQL: [LazyLock<String>; 4] = [
    LazyLock::new(|| derived_sql(0)),
    LazyLock::new(|| derived_sql(1)),
    LazyLock::new(|| derived_sql(2)),
    LazyLock::new(|| derived_sql(3)),
];

fn derived_sql(nth: usize) -> String {
    let (table, source) = DERIVED.get(nth).copied().unwrap_or_default();
    format!(
        "SELECT (SELECT count(*) FROM ({source} EXCEPT SELECT * FROM {table})), \
         (SELECT count(*) FROM (SELECT * FROM {table} EXCEPT {source}))"
    )
}

impl TursoStorage {
    /// Reads everything back, in all namespaces, and verifies it: the file (when it is one), the schema, every
    /// payload against its checksum and its columns, every index table against what
    /// it is derived from, every relationship, and that none dangles. Memory is bounded; time is not.
    ///
    /// Others may write meanwhile; what they change is seen before or after.
    ///
    /// # Errors
    /// When the database cannot be asked. What is wrong in it is in the report, also when that
    /// keeps a part of it from being read; the numbers are then of what was read.
    ///
    /// # Cancellation
    /// Has no effect.
    pub async fn check(&self) -> Result<CheckReport> {
        let mut report = CheckReport::default();
        if self.is_local() {
            self.check_file(&mut report).await?;
        }
        self.check_schema(&mut report).await?;
        report.episodes = self.audit(&EPISODES, &mut report).await?;
        report.patterns = self.audit(&PATTERNS, &mut report).await?;
        for (text, (table, _)) in DERIVED_SQL.iter().zip(DERIVED) {
            self.check_derived(text, table, &mut report).await?;
        }
        self.check_relationships(&mut report).await?;
        Ok(report)
    }

    /// Compares an index table with what it is derived from. A list that is not one makes the
    /// whole comparison fail, which is a finding too.
    async fn check_derived(
        &self,
        text: &'static str,
        table: &str,
        report: &mut CheckReport,
    ) -> Result<()> {
        let rows = match self.read(long("check.derived", text)).await {
            Err(e) if matches!(e.kind(), ErrorKind::Corrupt | ErrorKind::Misuse) => {
                report.add(format!("{table}: {}", with_causes(&e)));
                return Ok(());
            }
            read => read?,
        };
        let row = rows.one().map_err(unreadable)?;
        let (missing, surplus) = (count(row, 0)?, count(row, 1)?);
        if missing + surplus > 0 {
            report.add(format!(
                "{table}: {missing} rows are missing, {surplus} are surplus"
            ));
        }
        Ok(())
    }

    async fn check_file(&self, report: &mut CheckReport) -> Result<()> {
        let read = self.read(long("check.file", "PRAGMA integrity_check(100)"));
        let rows = report.unless_damaged("the file", read.await)?;
        for row in rows.iter().flatten() {
            match row.text(0).map_err(unreadable)? {
                "ok" => {}
                problem => report.add(format!("the file: {problem}")),
            }
        }
        // Counted there: an answer has an end.
        let dangling = "SELECT count(*) FROM pragma_foreign_key_check";
        let read = self.read(long("check.file", dangling));
        let rows = report.unless_damaged("the ends of relationships", read.await)?;
        let counted = rows.as_ref().and_then(Rows::first);
        let dangling = counted.map(|row| count(row, 0)).transpose()?.unwrap_or(0);
        if dangling > 0 {
            report.add(format!(
                "{dangling} relationships have an end that does not exist"
            ));
        }
        Ok(())
    }

    /// Reads every row of a kind and says how many there are.
    async fn audit(&self, audit: &'static Audit, report: &mut CheckReport) -> Result<u64> {
        let mut rows_read = 0;
        let mut behind = i64::MIN;
        loop {
            match self.rows_behind(audit, behind, ROWS_AT_ONCE).await {
                Ok(rows) => {
                    let Some(last) = last_row(&rows, audit.columns)? else {
                        return Ok(rows_read);
                    };
                    behind = last;
                    rows_read += rows.len() as u64;
                    rows.iter().for_each(|row| self.verify(audit, row, report));
                }
                Err(error) if error.kind() == ErrorKind::Corrupt => {
                    let next = self.next_row(audit, behind).await;
                    let Some(row) = report.unless_damaged(audit.operation, next)?.flatten() else {
                        return Ok(rows_read);
                    };
                    behind = row;
                    rows_read += 1;
                    self.verify_alone(audit, row, report).await?;
                }
                Err(error) => return Err(error),
            }
            tokio::task::yield_now().await;
        }
    }

    async fn rows_behind(&self, audit: &'static Audit, behind: i64, rows: i64) -> Result<Rows> {
        let read = statement(audit.operation, &audit.sql, [behind.into()])
            .bind(as_i64(PAGE_BYTES_MAX))
            .bind(rows);
        self.read_records(read, audit.columns).await
    }

    async fn next_row(&self, audit: &'static Audit, behind: i64) -> Result<Option<i64>> {
        let rows = self
            .read(statement(audit.operation, audit.next, [behind.into()]))
            .await?;
        rows.one()
            .and_then(|row| row.opt_integer(0))
            .map_err(unreadable)
    }

    fn verify(&self, audit: &Audit, row: Row<'_>, report: &mut CheckReport) {
        match (audit.verify)(self, row) {
            Ok(None) => {}
            Ok(Some(problem)) => report.add(problem),
            Err(error) => report.add(with_causes(&error)),
        }
    }

    /// Verifies one row where some cannot even be read together.
    async fn verify_alone(
        &self,
        audit: &'static Audit,
        row: i64,
        report: &mut CheckReport,
    ) -> Result<()> {
        let place = format!("row {row} of {}", audit.operation);
        let read = self.rows_behind(audit, row - 1, 1).await;
        let rows = report.unless_damaged(&place, read)?;
        let rows = rows.iter().flatten();
        rows.for_each(|row| self.verify(audit, row, report));
        Ok(())
    }
}

/// A statement that looks at the whole database, however long that takes.
fn long(operation: &'static str, text: &'static str) -> Statement {
    statement(operation, text, []).within(Duration::from_hours(24))
}

/// The number of the last row, by which the next ones are found.
fn last_row(rows: &Rows, column: usize) -> Result<Option<i64>> {
    rows.iter()
        .last()
        .map(|row| row.integer(column).map_err(unreadable))
        .transpose()
}

fn with_causes(error: &memory_core::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
