use super::edge::Edge;
use crate::output;
use memory_storage_turso::Change;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

/// How many relations to unknown episodes are named; the rest is only counted.
const NAMED_MAX: usize = 10;

/// What storing did to records of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Changes {
    pub(crate) created: u64,
    pub(crate) replaced: u64,
    pub(crate) unchanged: u64,
}

impl Changes {
    pub(crate) fn count(&mut self, change: Change) {
        *match change {
            Change::Created => &mut self.created,
            Change::Replaced => &mut self.replaced,
            Change::Unchanged => &mut self.unchanged,
        } += 1;
    }

    pub(crate) fn count_all(&mut self, changes: impl IntoIterator<Item = Change>) {
        for change in changes {
            self.count(change);
        }
    }

    fn all(self) -> u64 {
        self.created + self.replaced + self.unchanged
    }
}

/// What an import did.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Summary {
    pub(crate) episodes: Changes,
    pub(crate) patterns: Changes,
    pub(crate) relationships: Changes,
    /// Lines that a later line with the same external id replaces.
    pub(crate) superseded: u64,
    /// Lines or rows that could not be stored and were left out.
    pub(crate) skipped: u64,
    /// Relations to episodes that do not exist.
    pub(crate) unknown_relations: u64,
    /// What a database of do-memory held that has no place here, and how often.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    lost: BTreeMap<String, u64>,
    #[serde(skip)]
    named: Vec<String>,
}

impl Summary {
    pub(crate) fn unknown(&mut self, edge: &Edge) {
        self.unknown_relations += 1;
        if self.named.len() < NAMED_MAX {
            let Edge {
                origin,
                kind,
                from,
                to,
                ..
            } = edge;
            self.named.push(format!("{origin}: {from} {kind} {to}"));
        }
    }

    /// Counts something that is not taken over.
    pub(crate) fn lose(&mut self, what: &str, count: u64) {
        *self.lost.entry(what.to_owned()).or_default() += count;
    }

    /// How many episodes are stored.
    pub(crate) fn stored(&self) -> u64 {
        self.episodes.all()
    }

    pub(crate) fn write_to(&self, out: &mut dyn Write, took: Duration) -> io::Result<()> {
        let kinds = [
            ("episodes", self.episodes),
            ("patterns", self.patterns),
            ("relationships", self.relationships),
        ];
        let mut table = output::Table::new(["", ">CREATED", ">REPLACED", ">UNCHANGED"]);
        for (name, changes) in kinds {
            let Changes {
                created,
                replaced,
                unchanged,
            } = changes;
            let [a, b, c] = [created, replaced, unchanged].map(output::count);
            table.row([name.to_owned(), a, b, c]);
        }
        table.write_to(out)?;
        for (number, what) in [
            (
                self.superseded,
                "superseded by a later line with the same external id",
            ),
            (self.skipped, "skipped, because they could not be stored"),
        ] {
            if number > 0 {
                writeln!(out, "{} records were {what}", output::count(number))?;
            }
        }
        for (what, count) in &self.lost {
            writeln!(out, "not taken over: {} {what}", output::count(*count))?;
        }
        writeln!(out, "in {}", output::span(took))
    }

    /// Names relations that lead nowhere.
    pub(crate) fn write_problems(&self, to: &mut dyn Write) -> io::Result<()> {
        if self.unknown_relations == 0 {
            return Ok(());
        }
        let number = output::count(self.unknown_relations);
        writeln!(
            to,
            "memory: {number} relations lead to episodes that do not exist:"
        )?;
        for line in &self.named {
            writeln!(to, "  {line}")?;
        }
        if self.unknown_relations > self.named.len() as u64 {
            writeln!(to, "  … and others")?;
        }
        writeln!(
            to,
            "  next: import the files that hold those episodes, then this one again"
        )
    }
}
