//! What is known of the calls under one name.

use std::fmt;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use metrics::Label;

use crate::counter::Counter;
use crate::instrument::{Instrument, Instruments, LABEL_ERROR};
use crate::reporter::Reporter;
use crate::snapshot::{Latency, OperationSnapshot};
use crate::windowed::{Windowed, nanos};

/// How a call ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What went wrong, if something did: one of the names that the
    /// [`Metrics`](crate::Metrics) knows, or else it counts as `other`.
    pub error: Option<&'static str>,
    /// How many rows it answered with.
    pub rows: u64,
    /// Bytes that were given to it.
    pub sent: u64,
    /// Bytes that it answered with.
    pub received: u64,
}

/// What all operations of one [`Metrics`](crate::Metrics) share.
pub(crate) struct Shared {
    pub(crate) instruments: Instruments,
    /// The known errors; the last one is `other`.
    pub(crate) errors: Box<[&'static str]>,
    pub(crate) reporter: Reporter,
}

impl Shared {
    fn error(&self, name: &str) -> usize {
        let known = self.errors.iter().position(|error| *error == name);
        known.unwrap_or(self.errors.len().saturating_sub(1))
    }
}

/// One operation. It takes memory from its first call on.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    used: OnceLock<Box<Used>>,
}

struct Used {
    latency: Windowed,
    rows: Counter,
    sent: Counter,
    received: Counter,
    failures: Box<[OnceLock<Failure>]>,
    reported: Reported,
}

/// The handles of the recorder, asked for once.
struct Reported {
    duration: metrics::Histogram,
    rows: Option<metrics::Histogram>,
    sent: Option<metrics::Counter>,
    received: Option<metrics::Counter>,
}

/// One kind of error of one operation.
struct Failure {
    count: Counter,
    duration: metrics::Histogram,
    reported: Option<metrics::Counter>,
}

impl Operation {
    pub(crate) const fn new(name: &'static str) -> Self {
        Self {
            name,
            used: OnceLock::new(),
        }
    }

    pub(crate) fn record(&self, shared: &Shared, outcome: &Outcome, took: Duration, now: Instant) {
        let used = self.used(shared, now);
        used.latency.record(nanos(took), now);
        used.rows.add(outcome.rows);
        used.sent.add(outcome.sent);
        used.received.add(outcome.received);
        let failure = outcome
            .error
            .and_then(|error| self.fail(shared, used, error));
        let duration = failure.map_or(&used.reported.duration, |failure| &failure.duration);
        shared
            .reporter
            .run(|| used.reported.report(duration, outcome, took));
    }

    /// Counts an error of a part of a call.
    pub(crate) fn failed(&self, shared: &Shared, error: &str, now: Instant) {
        self.fail(shared, self.used(shared, now), error);
    }

    fn fail<'a>(&self, shared: &Shared, used: &'a Used, error: &str) -> Option<&'a Failure> {
        let index = shared.error(error);
        let failure = used.failures.get(index)?;
        let failure = failure.get_or_init(|| self.failure(shared, index));
        failure.count.add(1);
        if let Some(counter) = &failure.reported {
            shared.reporter.run(|| counter.increment(1));
        }
        Some(failure)
    }

    pub(crate) fn snapshot(&self, shared: &Shared, now: Instant) -> Option<OperationSnapshot> {
        let used = self.used.get()?;
        let (minute, ever) = used.latency.look(now);
        let named = used.failures.iter().zip(&shared.errors);
        let errors = named.filter_map(|(failure, name)| {
            let count = failure.get()?.count.get();
            Some(((*name).to_owned(), count))
        });
        Some(OperationSnapshot {
            name: self.name.to_owned(),
            ever: Latency::of_nanos(&ever),
            last_minute: Latency::of_nanos(&minute),
            errors: errors.collect(),
            rows: used.rows.get(),
            sent_bytes: used.sent.get(),
            received_bytes: used.received.get(),
        })
    }

    fn used(&self, shared: &Shared, now: Instant) -> &Used {
        self.used.get_or_init(|| {
            let failures = shared.errors.iter().map(|_| OnceLock::new());
            Box::new(Used {
                latency: Windowed::new(now),
                rows: Counter::default(),
                sent: Counter::default(),
                received: Counter::default(),
                failures: failures.collect(),
                reported: self.reported(shared),
            })
        })
    }

    fn reported(&self, shared: &Shared) -> Reported {
        let (instruments, reporter) = (&shared.instruments, &shared.reporter);
        let labels = || self.labels(instruments, None);
        let counter = |of: &Instrument| reporter.counter(of, labels());
        let histogram = |of: &Instrument| reporter.histogram(of, labels());
        Reported {
            duration: histogram(&instruments.duration),
            rows: instruments.rows.as_ref().map(histogram),
            sent: instruments.sent.as_ref().map(counter),
            received: instruments.received.as_ref().map(counter),
        }
    }

    fn failure(&self, shared: &Shared, index: usize) -> Failure {
        let (instruments, reporter) = (&shared.instruments, &shared.reporter);
        let labels = || self.labels(instruments, shared.errors.get(index).copied());
        let counter = |of: &Instrument| reporter.counter(of, labels());
        Failure {
            count: Counter::default(),
            duration: reporter.histogram(&instruments.duration, labels()),
            reported: instruments.errors.as_ref().map(counter),
        }
    }

    fn labels(&self, instruments: &Instruments, error: Option<&'static str>) -> Vec<Label> {
        let name = instruments.label().map(|label| (label, self.name));
        let error = error.map(|error| (LABEL_ERROR, error));
        let labels = name.into_iter().chain(error);
        labels
            .map(|(label, value)| Label::from_static_parts(label, value))
            .collect()
    }
}

impl Reported {
    fn report(&self, duration: &metrics::Histogram, outcome: &Outcome, took: Duration) {
        duration.record(took.as_secs_f64());
        if let Some(rows) = &self.rows {
            #[expect(clippy::cast_precision_loss, reason = "nobody answers with 2^53 rows")]
            rows.record(outcome.rows as f64);
        }
        if let Some(sent) = &self.sent {
            sent.increment(outcome.sent);
        }
        if let Some(received) = &self.received {
            received.increment(outcome.received);
        }
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Operation").field(&self.name).finish()
    }
}
