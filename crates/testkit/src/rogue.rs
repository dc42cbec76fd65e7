use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// A recorder of the `metrics` facade that panics.
///
/// Clones are the same.
#[derive(Clone, Debug)]
pub struct Rogue {
    panics: RoguePanics,
    calls: Arc<AtomicU64>,
}

/// Where a [`Rogue`] panics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoguePanics {
    /// Already when a metric is described or registered.
    AtOnce,
    /// When a value is told.
    WhenTold,
}

impl Rogue {
    /// A recorder that panics there.
    pub fn new(panics: RoguePanics) -> Self {
        Self {
            panics,
            calls: Arc::default(),
        }
    }

    /// How often it panicked.
    pub fn panicked(&self) -> u64 {
        self.calls.load(Relaxed)
    }

    fn asked(&self) {
        if self.panics == RoguePanics::AtOnce {
            self.panic();
        }
    }

    #[expect(clippy::panic, reason = "it is what it is for")]
    fn panic(&self) {
        self.calls.fetch_add(1, Relaxed);
        panic!("a rogue recorder");
    }

    fn handle(&self) -> Arc<Self> {
        self.asked();
        Arc::new(self.clone())
    }
}

impl CounterFn for Rogue {
    fn increment(&self, _: u64) {
        self.panic();
    }

    fn absolute(&self, _: u64) {
        self.panic();
    }
}

impl GaugeFn for Rogue {
    fn increment(&self, _: f64) {
        self.panic();
    }

    fn decrement(&self, _: f64) {
        self.panic();
    }

    fn set(&self, _: f64) {
        self.panic();
    }
}

impl HistogramFn for Rogue {
    fn record(&self, _: f64) {
        self.panic();
    }
}

impl Recorder for Rogue {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        self.asked();
    }

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        self.asked();
    }

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
        self.asked();
    }

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.handle())
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.handle())
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.handle())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn it_panics_where_it_should() {
        let rogue = Rogue::new(RoguePanics::WhenTold);
        let counter = metrics::with_local_recorder(&rogue, || metrics::counter!("a"));
        assert!(catch_unwind(AssertUnwindSafe(|| counter.increment(1))).is_err());
        assert_eq!(rogue.panicked(), 1);
        let rogue = Rogue::new(RoguePanics::AtOnce);
        let asked = || metrics::with_local_recorder(&rogue, || metrics::gauge!("a"));
        assert!(catch_unwind(AssertUnwindSafe(asked)).is_err());
        assert_eq!(rogue.panicked(), 1);
    }
}
