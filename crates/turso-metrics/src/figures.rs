//! Figures that are looked at from time to time, not counted here.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use metrics::Label;

use crate::instrument::{Instrument, Kind};
use crate::reporter::Reporter;

/// Reports what others have counted, such as the statistics of a pool.
///
/// Each pair of instrument and label value is registered once; both come from
/// fixed sets.
#[derive(Default)]
pub struct Figures {
    reporter: Reporter,
    handles: Mutex<HashMap<(&'static str, &'static str), Handle>>,
}

enum Handle {
    Counter(metrics::Counter),
    Gauge(metrics::Gauge),
}

impl Figures {
    /// No figures yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports the value of `instrument`: a counter's whole count, or what a gauge shows.
    /// `label` is the value of the instrument's first label, if it has one.
    pub fn set(&self, instrument: &'static Instrument, label: &'static str, value: f64) {
        let key = (instrument.name, label);
        let mut handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        let handle = handles
            .entry(key)
            .or_insert_with(|| self.register(instrument, label));
        self.reporter.run(|| handle.set(value));
    }

    /// Whether the recorder panicked and is not called any more.
    pub fn recorder_panicked(&self) -> bool {
        self.reporter.panicked()
    }

    fn register(&self, instrument: &Instrument, label: &'static str) -> Handle {
        self.reporter.describe([instrument].into_iter());
        let name = instrument.labels.first();
        let labels = name.map(|name| Label::from_static_parts(name, label));
        let labels = labels.into_iter().collect();
        match instrument.kind {
            Kind::Counter => Handle::Counter(self.reporter.counter(instrument, labels)),
            _ => Handle::Gauge(self.reporter.gauge(instrument, labels)),
        }
    }
}

impl Handle {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a conversion to an integer saturates"
    )]
    fn set(&self, value: f64) {
        match self {
            Self::Counter(counter) => counter.absolute(value as u64),
            Self::Gauge(gauge) => gauge.set(value),
        }
    }
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Figures").finish_non_exhaustive()
    }
}
