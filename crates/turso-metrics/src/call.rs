//! One call, from its beginning to its end, also when nobody waits for that.

use std::fmt;
use std::future::Future;
use std::time::Instant;

use tracing::{Instrument as _, Span};

use crate::metrics::{ERROR_CANCELLED, Metrics};
use crate::operation::{Operation, Outcome};

/// A call that is being timed. Dropped without an [`end`](Self::end) it counts as given
/// up, with the error [`ERROR_CANCELLED`].
#[must_use = "a call that is dropped counts as given up"]
pub struct Call<'a> {
    metrics: &'a Metrics,
    operation: &'a Operation,
    span: Span,
    began: Instant,
    ended: bool,
}

impl<'a> Call<'a> {
    pub(crate) fn new(metrics: &'a Metrics, operation: &'a Operation) -> Self {
        let span = tracing::debug_span!(
            "operation",
            db.operation.name = operation.name,
            error.r#type = tracing::field::Empty,
        );
        Self::within(span, metrics, operation)
    }

    /// One without a span.
    pub(crate) fn silent(metrics: &'a Metrics, operation: &'a Operation) -> Self {
        Self::within(Span::none(), metrics, operation)
    }

    fn within(span: Span, metrics: &'a Metrics, operation: &'a Operation) -> Self {
        Self {
            metrics,
            operation,
            span,
            began: Instant::now(),
            ended: false,
        }
    }

    /// The same future, in the span of this call.
    ///
    /// # Cancellation
    /// That of the future.
    pub fn wrap<F: Future + Send>(&self, work: F) -> impl Future<Output = F::Output> + Send {
        work.instrument(self.span.clone())
    }

    /// Records how long the call took, and its outcome.
    pub fn end(self, outcome: &Outcome) {
        self.end_at(outcome);
    }

    /// The same, and says when that was.
    pub(crate) fn end_at(mut self, outcome: &Outcome) -> Instant {
        self.ended = true;
        self.record(outcome)
    }

    fn record(&self, outcome: &Outcome) -> Instant {
        let now = Instant::now();
        let took = now.saturating_duration_since(self.began);
        self.metrics.record_of(self.operation, outcome, took, now);
        if let Some(error) = outcome.error {
            self.span.record("error.type", error);
        }
        now
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.record(&Outcome {
                error: Some(ERROR_CANCELLED),
                ..Outcome::default()
            });
        }
    }
}

impl fmt::Debug for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Call").field(&self.operation.name).finish()
    }
}
