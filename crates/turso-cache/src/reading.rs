use std::time::Duration;

use crate::marks::Marks;

/// What was known before a value was read: the stamps of all it depends on, and
/// the time. See [`Cache::begin`](crate::Cache::begin).
#[derive(Debug, Clone)]
#[must_use = "it is worth something only when taken before the read"]
pub struct Reading {
    pub(crate) marks: Marks,
    pub(crate) began: Duration,
}
