//! Queries as SQL.
//!
//! Every condition is a fragment that is there or not, so there is one text for each
//! set of fragments: a fixed number of texts, each made once and compiled once.
//! Nothing that a user said ever becomes part of a text.

mod episodes;
mod page;
mod patterns;
#[cfg(test)]
mod plans;
mod texts;

pub(crate) use episodes::{EPISODES, episode_filter};
pub(crate) use page::{Cut, page_of};
pub(crate) use patterns::{PATTERNS, pattern_filter};
pub(crate) use texts::Texts;

use crate::record::as_i64;
use crate::storage::statement;
use memory_core::limits::PAGE_BYTES_MAX;
use memory_core::{Order, PageRequest};
use std::fmt::Write as _;
use turso_conn::{Statement, Value};

/// A kind of record that can be queried.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The names of the operations that read a page and that count.
    pub(crate) operations: [&'static str; 2],
    /// The texts made so far: pages of both orders, counts.
    pub(crate) texts: [Texts; 3],
    /// Its table, with the alias `e`.
    pub(crate) table: &'static str,
    /// The column that it is ordered by, before its id.
    pub(crate) time: &'static str,
    /// Its size, as limits count it.
    pub(crate) size: &'static str,
    /// What is read of it.
    pub(crate) columns: &'static str,
    /// Index tables that can be walked instead of its own, each with the bit of the
    /// fragment that needs it. They hold the namespace, the time and the id too.
    pub(crate) walks: &'static [(usize, &'static str)],
    /// The conditions, in the order of their parameters. `k` is the table that is
    /// walked, `{}` a parameter.
    pub(crate) fragments: &'static [&'static str],
}

/// The conditions of one query: fragments in ascending order, and what they compare with.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// One bit for each fragment that is there.
    shape: usize,
    values: Vec<Value>,
}

impl Filter {
    /// A filter that begins with the fragment 0, the namespace.
    pub(crate) fn of_namespace(namespace: &memory_core::Namespace) -> Self {
        Self {
            shape: 1,
            values: vec![namespace.as_str().into()],
        }
    }

    /// Adds the fragment with this bit. Fragments are added in ascending order.
    pub(crate) fn push(&mut self, bit: usize, values: impl IntoIterator<Item = Value>) {
        debug_assert!(
            self.shape < 1 << bit,
            "fragments are added in ascending order"
        );
        self.shape |= 1 << bit;
        self.values.extend(values);
    }

    /// Adds the fragment with this bit if there is something to compare with.
    pub(crate) fn push_if(&mut self, bit: usize, value: Option<Value>) {
        if let Some(value) = value {
            self.push(bit, [value]);
        }
    }

    /// The fragments that are there.
    pub(crate) const fn shape(&self) -> usize {
        self.shape
    }

    /// The values, for `?1` and so on.
    pub(crate) fn into_values(self) -> Vec<Value> {
        self.values
    }
}

/// The text between SELECT and ORDER BY that a set of fragments stands for.
pub(crate) struct Source {
    /// What follows FROM.
    pub(crate) from: String,
    /// What follows WHERE.
    pub(crate) conditions: String,
    /// How many parameters stand in the conditions.
    pub(crate) parameters: usize,
    /// The alias of the table that is walked.
    pub(crate) walked: &'static str,
}

impl Kind {
    /// The text of the fragments of `shape`.
    pub(crate) fn source(&self, shape: usize) -> Source {
        let walk = self.walks.iter().find(|(bit, _)| shape & (1 << bit) != 0);
        let walked = if walk.is_some() { "k" } else { "e" };
        let mut parameters = 0;
        let conditions: Vec<String> = self
            .fragments
            .iter()
            .enumerate()
            .filter(|(bit, _)| shape & (1 << bit) != 0)
            .map(|(_, text)| number(text, &mut parameters).replace("k.", &format!("{walked}.")))
            .collect();
        let table = self.table;
        let from = match walk {
            // CROSS keeps SQLite from turning the join around: the index table is in order.
            Some((_, index)) => format!(
                "{index} k CROSS JOIN {table} e ON e.namespace = k.namespace AND e.id = k.id"
            ),
            None => format!("{table} e"),
        };
        Source {
            from,
            conditions: conditions.join(" AND "),
            parameters,
            walked,
        }
    }

    /// The statement that reads a page.
    pub(crate) fn page(&self, filter: Filter, order: Order, page: &PageRequest) -> Statement {
        let [newest, oldest, _] = &self.texts;
        let texts = match order {
            Order::NewestFirst => newest,
            Order::OldestFirst => oldest,
        };
        let text = texts.get(filter.shape, || self.page_sql(filter.shape, order));
        statement(self.operations[0], text, filter.values)
            .bind(as_i64(page.limit()))
            .bind(as_i64(PAGE_BYTES_MAX))
    }

    /// The statement that counts.
    pub(crate) fn count(&self, filter: Filter) -> Statement {
        let text = self.texts[2].get(filter.shape, || self.count_sql(filter.shape));
        statement(self.operations[1], text, filter.values)
    }

    /// The text that counts.
    fn count_sql(&self, shape: usize) -> String {
        let Source {
            from, conditions, ..
        } = self.source(shape);
        format!("SELECT count(*) FROM {from} WHERE {conditions}")
    }

    /// The text that reads a page: at most so many records and so many bytes (the two last
    /// parameters), but at least one. The last column says how many records
    /// there were to choose from, one more than wanted if there is a next page.
    fn page_sql(&self, shape: usize, order: Order) -> String {
        let Source {
            from,
            conditions,
            parameters,
            walked,
        } = self.source(shape);
        let (columns, size, table, time) = (self.columns, self.size, self.table, self.time);
        let direction = match order {
            Order::NewestFirst => "DESC",
            Order::OldestFirst => "ASC",
        };
        let (limit, bytes) = (parameters + 1, parameters + 2);
        format!(
            "WITH found (row, size, time, id) AS (\
               SELECT e.rowid, {size}, {walked}.{time}, {walked}.id FROM {from} WHERE {conditions} \
               ORDER BY {walked}.{time} {direction}, {walked}.id {direction} LIMIT ?{limit} + 1), \
             page (row, place, total) AS (\
               SELECT row, row_number() OVER (ORDER BY time {direction}, id {direction}), \
               sum(size) OVER (ORDER BY time {direction}, id {direction}) FROM found) \
             SELECT {columns}, (SELECT count(*) FROM found) \
             FROM page p CROSS JOIN {table} e ON e.rowid = p.row \
             WHERE p.place <= ?{limit} AND (p.total <= ?{bytes} OR p.place = 1) ORDER BY p.place"
        )
    }
}

/// Replaces each `{}` by the next parameter.
fn number(text: &str, parameters: &mut usize) -> String {
    let mut parts = text.split("{}");
    let mut numbered = String::from(parts.next().unwrap_or_default());
    for part in parts {
        *parameters += 1;
        // Writing into a String cannot fail.
        let _ = write!(numbered, "?{parameters}");
        numbered.push_str(part);
    }
    numbered
}
