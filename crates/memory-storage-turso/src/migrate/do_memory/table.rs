//! The tables that are read, and the SQL that reads them.

use std::collections::{HashMap, HashSet};

/// A table, and what is read of each of its rows.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Its columns. One that the database does not have is NULL in every row.
    pub(super) columns: &'static [&'static str],
    /// Values from other tables about a row `e`.
    pub(super) others: &'static [Other],
}

/// A value from another table.
#[derive(Debug)]
pub(super) struct Other {
    /// What it is called, as if it were a column.
    pub(super) name: &'static str,
    /// The table, and the columns that it must have.
    table: &'static str,
    needs: &'static [&'static str],
    sql: &'static str,
}

/// Episodes, with their tags, the time of their last change and their summary.
pub(super) const EPISODES: Table = Table {
    name: "episodes",
    columns: &[
        "episode_id",
        "task_type",
        "task_description",
        "context",
        "start_time",
        "end_time",
        "steps",
        "outcome",
        "reward",
        "reflection",
        "patterns",
        "heuristics",
        "checkpoints",
        "metadata",
        "created_at",
        "archived_at",
    ],
    others: &[
        Other {
            name: "tags",
            table: "episode_tags",
            needs: &["episode_id", "tag"],
            sql: "SELECT json_group_array(t.tag) FROM episode_tags t WHERE t.episode_id = e.episode_id",
        },
        Other {
            name: "applied",
            table: "episode_pattern_relationships",
            needs: &["episode_id", "pattern_id"],
            sql: "SELECT json_group_array(t.pattern_id) FROM episode_pattern_relationships t \
                  WHERE t.episode_id = e.episode_id",
        },
        Other {
            name: "modified_at_ms",
            table: "episode_revisions",
            needs: &["episode_id", "modified_at_ms"],
            sql: "SELECT t.modified_at_ms FROM episode_revisions t WHERE t.episode_id = e.episode_id",
        },
        Other {
            name: "summary",
            table: "episode_summaries",
            needs: &[
                "episode_id",
                "summary_text",
                "key_concepts",
                "key_steps",
                "summary_embedding",
            ],
            sql: "SELECT json_object('text', t.summary_text, 'key_concepts', t.key_concepts, \
                  'key_steps', t.key_steps, 'has_embedding', json(iif(t.summary_embedding IS NULL, 'false', 'true'))) \
                  FROM episode_summaries t WHERE t.episode_id = e.episode_id",
        },
    ],
};

/// Patterns.
pub(super) const PATTERNS: Table = Table {
    name: "patterns",
    columns: &[
        "pattern_id",
        "pattern_type",
        "pattern_data",
        "success_rate",
        "occurrence_count",
        "created_at",
        "updated_at",
    ],
    others: &[],
};

/// Heuristics.
pub(super) const HEURISTICS: Table = Table {
    name: "heuristics",
    columns: &[
        "heuristic_id",
        "condition_text",
        "action_text",
        "confidence",
        "evidence",
        "created_at",
        "updated_at",
    ],
    others: &[],
};

/// Relationships between episodes.
pub(super) const RELATIONSHIPS: Table = Table {
    name: "episode_relationships",
    columns: &[
        "from_episode_id",
        "to_episode_id",
        "relationship_type",
        "reason",
        "created_by",
        "priority",
        "weight",
        "metadata",
        "created_at",
    ],
    others: &[],
};

/// In the order in which they are read: links lead back only.
pub(super) const TABLES: [&Table; 4] = [&EPISODES, &PATTERNS, &HEURISTICS, &RELATIONSHIPS];

/// The tables and columns of a database.
#[derive(Debug, Default)]
pub(super) struct Schema(HashMap<String, HashSet<String>>);

impl Schema {
    pub(super) fn add(&mut self, table: &str, column: &str) {
        self.0
            .entry(table.to_owned())
            .or_default()
            .insert(column.to_owned());
    }

    pub(super) fn has(&self, table: &str, columns: &[&str]) -> bool {
        let found = self.0.get(table);
        found.is_some_and(|found| columns.iter().all(|column| found.contains(*column)))
    }

    pub(super) fn tables(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Table {
    /// The names of the values of a row, in the order of [`sql`](Self::sql), after its number and size.
    pub(super) fn names(&self) -> impl Iterator<Item = &'static str> {
        let others = self.others.iter().map(|other| other.name);
        self.columns.iter().copied().chain(others)
    }

    /// The SQL of the page of at most `rows` rows after row ?1. It ends before ?2 bytes, but
    /// has one row; of a row over ?3 bytes it has the number and the size only. Texts are read
    /// as bytes: what is not UTF-8 must not end the reading.
    pub(super) fn sql(&self, schema: &Schema, rows: usize) -> String {
        let name = self.name;
        let has = |column: &&&str| schema.has(name, &[**column]);
        let known: Vec<&str> = self.columns.iter().filter(has).copied().collect();
        let length = |column: &&str| format!(" + ifnull(length(CAST(s.{column} AS BLOB)), 0)");
        let size: String = known.iter().map(length).collect();
        let columns = self.columns.iter().map(|column| {
            if known.contains(column) {
                raw(&format!("e.{column}"))
            } else {
                "NULL".to_owned()
            }
        });
        let others = self.others.iter().map(|other| {
            if schema.has(other.table, other.needs) {
                raw(&format!("({})", other.sql))
            } else {
                "NULL".to_owned()
            }
        });
        let values: Vec<String> = columns.chain(others).collect();
        format!(
            "WITH sized AS (SELECT s.rowid AS number, 0{size} AS size FROM {name} s \
               WHERE s.rowid > ?1 ORDER BY s.rowid LIMIT {rows}), \
             page AS (SELECT number, size, sum(size) OVER (ORDER BY number) AS total FROM sized) \
             SELECT p.number, p.size, {} FROM page p CROSS JOIN {name} e ON e.rowid = p.number \
             WHERE p.total <= ?2 OR p.total = p.size ORDER BY p.number",
            values.join(", ")
        )
    }
}

/// A value as it is, but texts as bytes, and nothing of a row that is too large.
fn raw(value: &str) -> String {
    format!(
        "CASE WHEN p.size > ?3 THEN NULL WHEN typeof({value}) = 'text' THEN CAST({value} AS BLOB) ELSE {value} END"
    )
}
