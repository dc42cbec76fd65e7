use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use turso_conn::{LocalConfig, LocalConnector, Location};

pub(crate) fn memory() -> LocalConnector {
    LocalConnector::new(&Location::Memory, LocalConfig::default()).unwrap()
}

/// What a recorder was told, by name and labels.
#[derive(Clone, Default)]
pub(crate) struct Told {
    values: Arc<Mutex<BTreeMap<String, f64>>>,
    units: Arc<Mutex<BTreeMap<String, String>>>,
    registered: Arc<Mutex<Vec<String>>>,
}

impl Told {
    pub(crate) fn value(&self, key: &str) -> Option<f64> {
        self.values.lock().unwrap().get(key).copied()
    }

    pub(crate) fn unit(&self, name: &str) -> Option<String> {
        self.units.lock().unwrap().get(name).cloned()
    }

    pub(crate) fn registered(&self) -> Vec<String> {
        self.registered.lock().unwrap().clone()
    }

    fn describe(&self, name: &KeyName, unit: Option<Unit>) {
        let unit = unit
            .map(|unit| unit.as_str().to_owned())
            .unwrap_or_default();
        self.units
            .lock()
            .unwrap()
            .insert(name.as_str().to_owned(), unit);
    }

    fn handle(&self, key: &Key) -> Arc<Cell> {
        let labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        self.registered.lock().unwrap().push(name.clone());
        Arc::new(Cell {
            told: self.clone(),
            name,
        })
    }
}

struct Cell {
    told: Told,
    name: String,
}

impl Cell {
    fn add(&self, value: f64) {
        *self
            .told
            .values
            .lock()
            .unwrap()
            .entry(self.name.clone())
            .or_default() += value;
    }

    fn put(&self, value: f64) {
        self.told
            .values
            .lock()
            .unwrap()
            .insert(self.name.clone(), value);
    }
}

#[allow(clippy::cast_precision_loss)]
impl CounterFn for Cell {
    fn increment(&self, value: u64) {
        self.add(value as f64);
    }

    fn absolute(&self, value: u64) {
        self.put(value as f64);
    }
}

impl GaugeFn for Cell {
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

/// Counts observations; their values depend on the clock.
impl HistogramFn for Cell {
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
        Counter::from_arc(self.handle(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.handle(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.handle(key))
    }
}
