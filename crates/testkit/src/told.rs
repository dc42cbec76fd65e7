use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};

/// A recorder of the `metrics` facade that keeps what it is told.
///
/// A metric is known by its name and labels, in the order in which they were given:
/// `memory.cache.misses{cache=episodes,reason=unknown}`. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Told(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    values: BTreeMap<String, f64>,
    units: BTreeMap<String, String>,
    registered: Vec<Registered>,
}

/// A metric that somebody asked for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Registered {
    /// Its name.
    pub name: String,
    /// The names of its labels.
    pub labels: Vec<String>,
    /// `counter`, `gauge` or `histogram`.
    pub kind: &'static str,
    /// Its name and labels with their values.
    pub key: String,
}

impl Told {
    /// The value of a counter or a gauge, or how often a histogram was told one. None
    /// before the first.
    pub fn value(&self, key: &str) -> Option<f64> {
        self.state().values.get(key).copied()
    }

    /// The unit that a metric was described with, if it was described.
    pub fn unit(&self, name: &str) -> Option<String> {
        self.state().units.get(name).cloned()
    }

    /// What was asked for until now; twice what was asked for twice.
    pub fn registered(&self) -> Vec<Registered> {
        self.state().registered.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn describe(&self, name: &KeyName, unit: Option<Unit>) {
        let unit = unit.map_or("", |unit| unit.as_str()).to_owned();
        self.state().units.insert(name.as_str().to_owned(), unit);
    }

    fn register(&self, key: &Key, kind: &'static str) -> Arc<Handle> {
        let labels = |text: fn(&metrics::Label) -> String| key.labels().map(text).collect();
        let values: Vec<String> = labels(|label| format!("{}={}", label.key(), label.value()));
        let name = format!("{}{{{}}}", key.name(), values.join(","));
        self.state().registered.push(Registered {
            name: key.name().to_owned(),
            labels: labels(|label| label.key().to_owned()),
            kind,
            key: name.clone(),
        });
        Arc::new(Handle {
            told: self.clone(),
            name,
        })
    }
}

struct Handle {
    told: Told,
    name: String,
}

impl Handle {
    fn add(&self, value: f64) {
        let mut state = self.told.state();
        *state.values.entry(self.name.clone()).or_default() += value;
    }

    fn put(&self, value: f64) {
        let mut state = self.told.state();
        state.values.insert(self.name.clone(), value);
    }
}

#[expect(clippy::cast_precision_loss, reason = "no test counts to 2^53")]
impl CounterFn for Handle {
    fn increment(&self, value: u64) {
        self.add(value as f64);
    }

    fn absolute(&self, value: u64) {
        self.put(value as f64);
    }
}

impl GaugeFn for Handle {
    fn increment(&self, value: f64) {
        self.add(value);
    }

    fn decrement(&self, value: f64) {
        self.add(-value);
    }

    fn set(&self, value: f64) {
        self.put(value);
    }
}

/// Counts observations: their values depend on the clock.
impl HistogramFn for Handle {
    fn record(&self, _: f64) {
        self.add(1.0);
    }
}

impl Recorder for Told {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&name, unit);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&name, unit);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, _: SharedString) {
        self.describe(&name, unit);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.register(key, "counter"))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.register(key, "gauge"))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.register(key, "histogram"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_by_name_and_labels() {
        let told = Told::default();
        metrics::with_local_recorder(&told, || {
            metrics::describe_counter!("a", Unit::Bytes, "As.");
            metrics::counter!("a", "of" => "x").increment(2);
            metrics::counter!("a", "of" => "x").increment(3);
            metrics::gauge!("b").set(1.5);
            metrics::histogram!("c").record(7.0);
        });
        let values = ["a{of=x}", "b{}", "c{}", "a{}"].map(|key| told.value(key));
        assert_eq!(values, [Some(5.0), Some(1.5), Some(1.0), None]);
        assert_eq!(told.unit("a").as_deref(), Some("bytes"));
        let registered = told.registered();
        assert_eq!(registered.len(), 4);
        assert_eq!(
            (registered[0].labels.join(","), registered[0].kind),
            ("of".into(), "counter")
        );
    }
}
