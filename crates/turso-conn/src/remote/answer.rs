//! What the server answered, after it was decoded.

use std::collections::BTreeMap;

use crate::Value;

/// The answer to one pipeline.
#[derive(Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) base_url: Option<String>,
    pub(super) results: Vec<Outcome>,
}

impl Answer {
    /// Everything in it that the server says in words.
    pub(super) fn failures_mut(&mut self) -> impl Iterator<Item = &mut Failure> {
        self.results.iter_mut().flat_map(|outcome| {
            let (one, many) = match outcome {
                Outcome::Error(failure) => (Some(failure), None),
                Outcome::Batch(batch) => (None, Some(batch.errors.values_mut())),
                _ => (None, None),
            };
            one.into_iter().chain(many.into_iter().flatten())
        })
    }
}

/// The answer to one request of a pipeline.
#[derive(Debug, PartialEq)]
pub(super) enum Outcome {
    Execute(StatementAnswer),
    Batch(BatchAnswer),
    /// An SQL text is kept.
    Stored,
    Close,
    Error(Failure),
    /// Something that was not asked for.
    Other,
}

/// What one statement answered.
#[derive(Debug, Default, PartialEq)]
pub(super) struct StatementAnswer {
    pub(super) columns: Vec<String>,
    pub(super) rows: Vec<Vec<Value>>,
    pub(super) changes: u64,
}

/// What the steps of a batch answered. A step that was not run has neither.
#[derive(Debug, Default, PartialEq)]
pub(super) struct BatchAnswer {
    pub(super) results: BTreeMap<u32, StatementAnswer>,
    pub(super) errors: BTreeMap<u32, Failure>,
}

/// Why the server refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) message: String,
    /// Such as `SQLITE_CONSTRAINT`; empty when there is none.
    pub(super) code: String,
}

/// Why the bytes of an answer could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// They are not of this encoding at all: somebody else answered.
    Foreign(String),
    /// They are, but do not say what the protocol says.
    Malformed(String),
}
