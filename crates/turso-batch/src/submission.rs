use std::time::Duration;

use turso_conn::{Batch, OPERATION_OTHER};

/// One batch for [`GroupCommit::submit`](crate::GroupCommit::submit): all or nothing.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "it does nothing before it is submitted"]
pub struct Submission {
    pub(crate) batch: Batch,
    pub(crate) operation: &'static str,
    pub(crate) idempotent: bool,
    pub(crate) wait: Option<Duration>,
}

impl Submission {
    /// A submission of these steps.
    pub fn new(batch: Batch) -> Self {
        Self {
            batch,
            operation: OPERATION_OTHER,
            idempotent: false,
            wait: None,
        }
    }

    /// Names the operation for metrics and errors. A commit of several
    /// operations is called `group_commit`.
    pub fn named(mut self, operation: &'static str) -> Self {
        self.operation = operation;
        self
    }

    /// Promises that running it twice has the effect of running it once. It is
    /// then run again when its outcome is unknown.
    pub fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }

    /// The longest time until the commit that stores it begins, instead of
    /// [`Config::wait`](crate::Config::wait).
    pub fn within(mut self, wait: Duration) -> Self {
        self.wait = Some(wait);
        self
    }
}
