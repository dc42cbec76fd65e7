//! Statements that are stored together or not at all.

use std::sync::Arc;
use std::time::Duration;

use crate::{Error, ErrorKind, Result, Rows, Statement, statement::OPERATION_OTHER};

/// What must be true of a [`Step`] once it ran; else its group fails with
/// [`ErrorKind::Conflict`] and the step's index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expect {
    /// It inserts, updates or deletes exactly this many rows.
    Changes(u64),
    /// It is a guard: a SELECT written so that it fails by integer overflow,
    /// `abs(-9223372036854775807 - 1)`, when the guard does not hold.
    Guard,
}

/// One statement of a [`Batch`], and what is expected of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    statement: Statement,
    expect: Option<Expect>,
}

impl Step {
    /// A step without expectation.
    pub fn new(statement: impl Into<Statement>) -> Self {
        Self {
            statement: statement.into(),
            expect: None,
        }
    }

    /// A step that must touch exactly `rows` rows.
    pub fn exactly(statement: impl Into<Statement>, rows: u64) -> Self {
        Self {
            statement: statement.into(),
            expect: Some(Expect::Changes(rows)),
        }
    }

    /// A guard: its statement fails by integer overflow when it does not hold,
    /// and that failure is reported as [`ErrorKind::Conflict`]. It works the
    /// same on a server, within the one request of the whole program.
    ///
    /// ```
    /// use turso_conn::{Statement, Step};
    ///
    /// let fresh = Step::guard(
    ///     Statement::new(
    ///         "SELECT CASE WHEN EXISTS (SELECT 1 FROM notes WHERE id = ?1 AND revision = ?2)
    ///          THEN 1 ELSE abs(-9223372036854775807 - 1) END",
    ///     )
    ///     .bind(7)
    ///     .bind(3),
    /// );
    /// assert!(fresh.expect().is_some());
    /// ```
    pub fn guard(statement: impl Into<Statement>) -> Self {
        Self {
            statement: statement.into(),
            expect: Some(Expect::Guard),
        }
    }

    /// The statement.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The expectation.
    pub fn expect(&self) -> Option<Expect> {
        self.expect
    }
}

impl<S: Into<Statement>> From<S> for Step {
    fn from(statement: S) -> Self {
        Self::new(statement)
    }
}

/// Steps that form one group: all or nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    steps: Vec<Step>,
    contained: bool,
}

impl Batch {
    /// An empty batch: it succeeds and does nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a step.
    #[must_use]
    pub fn step(mut self, step: impl Into<Step>) -> Self {
        self.push(step);
        self
    }

    /// Adds a step in place.
    pub fn push(&mut self, step: impl Into<Step>) {
        self.steps.push(step.into());
    }

    /// Promises that the batch changes the rows that its values name, and not however many a
    /// condition finds. Whatever SQLite keeps in order to take a statement back is then small, and a local
    /// connection has it in memory instead of a temporary file, which a write of a few kilobytes into a
    /// table with many indices else makes in every third case. It counts for programs of such batches alone and of at most
    /// [`CONTAINED_MAX`](Self::CONTAINED_MAX). TEMP tables of the connection may be lost by it.
    #[must_use]
    pub fn contained(mut self) -> Self {
        self.contained = true;
        self
    }

    /// The largest program, in bytes of SQL and values, that is [contained](Self::contained):
    /// some hundred small records, which may touch twenty pages each, 25 MB in all.
    pub const CONTAINED_MAX: usize = 128 << 10;

    /// Whether [`contained`](Self::contained) was promised.
    pub fn is_contained(&self) -> bool {
        self.contained
    }

    /// The steps in order.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is no step.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Bytes of SQL and values.
    pub fn size(&self) -> usize {
        self.steps.iter().map(|step| step.statement.size()).sum()
    }
}

impl<S: Into<Step>> FromIterator<S> for Batch {
    fn from_iter<I: IntoIterator<Item = S>>(steps: I) -> Self {
        Self {
            steps: steps.into_iter().map(Into::into).collect(),
            contained: false,
        }
    }
}

impl<S: Into<Step>> Extend<S> for Batch {
    fn extend<I: IntoIterator<Item = S>>(&mut self, steps: I) {
        self.steps.extend(steps.into_iter().map(Into::into));
    }
}

/// Groups that run in one transaction, each all or nothing by itself.
///
/// Cheap to clone (the groups are shared), so that a whole program can be run again.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    groups: Arc<[Batch]>,
    operation: &'static str,
    idempotent: bool,
    deadline: Option<Duration>,
}

impl Program {
    /// A program of these groups, in this order.
    pub fn new(groups: impl IntoIterator<Item = Batch>) -> Self {
        Self {
            groups: groups.into_iter().collect(),
            operation: OPERATION_OTHER,
            idempotent: false,
            deadline: None,
        }
    }

    /// Names the operation for metrics and errors.
    #[must_use]
    pub fn named(mut self, operation: &'static str) -> Self {
        self.operation = operation;
        self
    }

    /// Promises that running it twice has the effect of running it once, as
    /// upserts under ids made by the caller have, and conditional updates that
    /// recognise their own earlier write. Should the answer of a server be
    /// lost, the connection then runs it again instead of reporting
    /// [`ErrorKind::OutcomeUnknown`]. The promises of the statements inside are
    /// not looked at; a program that only reads needs none.
    #[must_use]
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// The longest time from the call to its answer, waiting for other writers
    /// and repetitions included. The default is the connection's. The deadlines
    /// of the statements inside are not looked at.
    #[must_use]
    pub fn within(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// The groups in order.
    pub fn groups(&self) -> &[Batch] {
        &self.groups
    }

    /// The operation's name.
    pub fn operation(&self) -> &'static str {
        self.operation
    }

    /// Whether [`idempotent`](Self::idempotent) was promised.
    pub fn is_idempotent(&self) -> bool {
        self.idempotent
    }

    /// The time it may take, if it was set.
    pub fn deadline(&self) -> Option<Duration> {
        self.deadline
    }

    /// Bytes of SQL and values.
    pub fn size(&self) -> usize {
        self.groups.iter().map(Batch::size).sum()
    }

    /// Whether all of it is [contained](Batch::contained), and small.
    pub(crate) fn is_contained(&self) -> bool {
        self.groups.iter().all(Batch::is_contained) && self.size() <= Batch::CONTAINED_MAX
    }
}

impl From<Batch> for Program {
    fn from(batch: Batch) -> Self {
        Self::new([batch])
    }
}

/// What became of one group: its rows, one entry per step, or why it was not stored.
pub type GroupResult = Result<Vec<Rows>>;

/// Takes the answer of a program of one group apart.
pub(crate) fn only_group(groups: Vec<GroupResult>) -> GroupResult {
    let mut groups = groups.into_iter();
    match (groups.next(), groups.next()) {
        (Some(group), None) => group,
        _ => Err(Error::new(
            ErrorKind::Bug,
            "a batch was answered with other than one group",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_a_program_of_one_group() {
        let batch = Batch::new()
            .step("SELECT 1")
            .step(Step::exactly("DELETE FROM t", 1));
        let program = Program::from(batch.clone()).named("x");
        assert_eq!(program.groups(), [batch]);
        assert_eq!(program.operation(), "x");
        assert_eq!(program.size(), "SELECT 1".len() + "DELETE FROM t".len());
    }

    #[test]
    fn other_than_one_group_is_an_error() {
        assert!(only_group(vec![]).is_err());
        assert!(only_group(vec![Ok(vec![]), Ok(vec![])]).is_err());
        assert!(only_group(vec![Ok(vec![])]).is_ok());
    }
}
