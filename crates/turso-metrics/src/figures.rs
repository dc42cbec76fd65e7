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
    handles: Mutex<HashMap<(&'static str, Vec<&'static str>), Handle>>,
}

enum Handle {
    /// Only its meaning was told.
    Described,
    Counter(metrics::Counter),
    Gauge(metrics::Gauge),
}

impl Figures {
    /// No figures yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells the unit and the meaning of an instrument that others report.
    pub fn describe(&self, instrument: &'static Instrument) {
        let mut handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (instrument.name, Vec::new());
        handles.entry(key).or_insert_with(|| {
            self.reporter.describe([instrument].into_iter());
            Handle::Described
        });
    }

    /// Reports the value of `instrument`: a counter's whole count, or what a gauge shows.
    /// `labels` are the values of the instrument's labels, in their order.
    pub fn set(&self, instrument: &'static Instrument, labels: &[&'static str], value: f64) {
        let key = (instrument.name, labels.to_vec());
        let mut handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        let handle = handles
            .entry(key)
            .or_insert_with(|| self.register(instrument, labels));
        self.reporter.run(|| handle.set(value));
    }

    /// Whether the recorder panicked and is not called any more.
    pub fn recorder_panicked(&self) -> bool {
        self.reporter.panicked()
    }

    fn register(&self, instrument: &Instrument, values: &[&'static str]) -> Handle {
        self.reporter.describe([instrument].into_iter());
        let labels = instrument.labels.iter().zip(values);
        let labels = labels.map(|(name, value)| Label::from_static_parts(name, value));
        let labels = labels.collect();
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
            Self::Described => {}
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
