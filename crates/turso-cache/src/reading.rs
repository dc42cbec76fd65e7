use std::time::Duration;

use crate::marks::{Mark, Marks};

/// What was known before a value was read: the stamps of all it depends on, and
/// the time. See [`Cache::begin`](crate::Cache::begin).
#[derive(Debug, Clone)]
#[must_use = "it is worth something only when taken before the read"]
pub struct Reading {
    pub(crate) marks: Marks,
    /// Of the table under which the value may turn out to depend on more.
    pub(crate) late: Option<Mark>,
    pub(crate) began: Duration,
}

impl Reading {
    /// Whether nothing has begun or ended between the two.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.marks == other.marks && self.late == other.late
    }

    /// True when no write was under way.
    pub(crate) fn is_quiet(&self) -> bool {
        self.marks.are_quiet() && self.late.is_none_or(|mark| mark.word.is_quiet())
    }
}
