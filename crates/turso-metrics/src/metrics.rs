//! The operations of one layer.

use std::fmt;
use std::time::{Duration, Instant};

use turso_conn::OPERATION_OTHER;

use crate::call::Call;
use crate::instrument::Instruments;
use crate::operation::{Operation, Outcome, Shared};
use crate::reporter::Reporter;
use crate::slow::{Slow, SlowList};
use crate::snapshot::Snapshot;

/// Most names of operations that a [`Metrics`] tells apart.
pub const OPERATIONS_MAX: usize = 128;

/// The error of a call whose future was dropped before its end.
pub const ERROR_CANCELLED: &str = "cancelled";

/// The error of a call that failed with an error of an unknown name.
pub const ERROR_OTHER: &str = "other";

/// Times and counts the operations of a fixed set of names.
///
/// Whatever is recorded under another name counts as `other`, so the memory is bounded: 122 KB
/// for each operation that was ever called. Everything is reported to the recorder of the
/// [`metrics`] facade too. Handles are asked for at the first call of an operation, so a recorder is
/// to be installed before. One that panics is not called again, and changes no result.
pub struct Metrics {
    shared: Shared,
    /// Sorted by name.
    operations: Box<[Operation]>,
    other: Operation,
    slow: SlowList,
}

impl Metrics {
    /// Metrics of these operations, whose errors have these names. Of more than
    /// [`OPERATIONS_MAX`] operations the last ones count as `other`.
    pub fn new(
        instruments: Instruments,
        operations: impl IntoIterator<Item = &'static str>,
        errors: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        let mut names: Vec<_> = operations.into_iter().take(OPERATIONS_MAX).collect();
        names.sort_unstable();
        names.dedup();
        let errors = errors.into_iter().chain([ERROR_CANCELLED, ERROR_OTHER]);
        let new = Self {
            shared: Shared {
                instruments,
                errors: errors.collect(),
                reporter: Reporter::default(),
            },
            operations: names.iter().map(|name| Operation::new(name)).collect(),
            other: Operation::new(OPERATION_OTHER),
            slow: SlowList::default(),
        };
        new.shared.reporter.describe(instruments.iter());
        new
    }

    /// Metrics of one operation.
    pub fn of_one(
        instruments: Instruments,
        operation: &'static str,
        errors: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        Self {
            other: Operation::new(operation),
            ..Self::new(instruments, [], errors)
        }
    }

    /// Says which operations are remembered as slow.
    #[must_use]
    pub fn slow(mut self, slow: Slow) -> Self {
        self.slow = SlowList::new(slow);
        self
    }

    /// Records a call that ended `now`.
    pub fn record(&self, operation: &str, outcome: &Outcome, took: Duration, now: Instant) {
        self.record_of(self.operation(operation), outcome, took, now);
    }

    pub(crate) fn record_of(
        &self,
        operation: &Operation,
        outcome: &Outcome,
        took: Duration,
        now: Instant,
    ) {
        operation.record(&self.shared, outcome, took, now);
        self.slow.see(operation.name, took, now, outcome.error);
    }

    /// Counts an error of a part of a call that goes on.
    pub fn failed(&self, operation: &str, error: &str, now: Instant) {
        self.operation(operation).failed(&self.shared, error, now);
    }

    /// Begins a call of this operation, which is now.
    pub fn call(&self, operation: &str) -> Call<'_> {
        Call::new(self, self.operation(operation))
    }

    /// The same without a span.
    pub(crate) fn silent_call(&self, operation: &str) -> Call<'_> {
        Call::silent(self, self.operation(operation))
    }

    /// Everything recorded so far.
    pub fn snapshot(&self, now: Instant) -> Snapshot {
        let all = self.operations.iter().chain([&self.other]);
        let known = all.filter_map(|operation| operation.snapshot(&self.shared, now));
        Snapshot {
            operations: known.collect(),
            slow: self.slow.list(now),
            recorder_panicked: self.shared.reporter.panicked(),
        }
    }

    fn operation(&self, name: &str) -> &Operation {
        let found = self
            .operations
            .binary_search_by(|operation| operation.name.cmp(name));
        let found = found.ok().and_then(|index| self.operations.get(index));
        found.unwrap_or(&self.other)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics")
            .field("operations", &self.operations.len())
            .finish_non_exhaustive()
    }
}
