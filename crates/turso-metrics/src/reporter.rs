//! The way to the recorder of the application, which may panic.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use metrics::{Counter, Gauge, Histogram, Label};

use crate::Instrument;

/// Calls the recorder until it panics for the first time, and never again after that.
#[derive(Debug, Default)]
pub(crate) struct Reporter {
    panicked: AtomicBool,
}

impl Reporter {
    /// Runs `call`. None when the recorder panics, or has before.
    pub(crate) fn run<T>(&self, call: impl FnOnce() -> T) -> Option<T> {
        if self.panicked() {
            return None;
        }
        let done = catch_unwind(AssertUnwindSafe(call));
        if done.is_err() {
            self.panicked.store(true, Relaxed);
        }
        done.ok()
    }

    /// Whether the recorder has panicked.
    pub(crate) fn panicked(&self) -> bool {
        self.panicked.load(Relaxed)
    }

    pub(crate) fn describe<'a>(&self, instruments: impl Iterator<Item = &'a Instrument>) {
        self.run(|| instruments.for_each(Instrument::describe));
    }

    pub(crate) fn histogram(&self, of: &Instrument, labels: Vec<Label>) -> Histogram {
        self.run(|| metrics::histogram!(of.name, labels))
            .unwrap_or_else(Histogram::noop)
    }

    pub(crate) fn counter(&self, of: &Instrument, labels: Vec<Label>) -> Counter {
        self.run(|| metrics::counter!(of.name, labels))
            .unwrap_or_else(Counter::noop)
    }

    pub(crate) fn gauge(&self, of: &Instrument, labels: Vec<Label>) -> Gauge {
        self.run(|| metrics::gauge!(of.name, labels))
            .unwrap_or_else(Gauge::noop)
    }
}
