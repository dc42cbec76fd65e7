//! What a cache tells a recorder of the `metrics` facade.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use turso_cache::{Cache, CacheConfig};

/// Keeps the sum of whatever it is told, by metric and labels, and how often a handle was asked for.
#[derive(Default)]
struct Sums {
    sums: Mutex<BTreeMap<String, f64>>,
    registered: Mutex<usize>,
}

struct One(Arc<Sums>, String);

impl One {
    fn add(&self, value: f64) {
        *self
            .0
            .sums
            .lock()
            .unwrap()
            .entry(self.1.clone())
            .or_default() += value;
    }
}

impl CounterFn for One {
    fn increment(&self, value: u64) {
        self.add(f64::from(u32::try_from(value).unwrap()));
    }

    fn absolute(&self, _: u64) {
        unreachable!("counters are incremented")
    }
}

impl GaugeFn for One {
    fn increment(&self, _: f64) {
        unreachable!("gauges are set")
    }

    fn decrement(&self, _: f64) {
        unreachable!("gauges are set")
    }

    fn set(&self, value: f64) {
        self.0.sums.lock().unwrap().insert(self.1.clone(), value);
    }
}

impl HistogramFn for One {
    fn record(&self, _: f64) {
        self.add(1.0);
    }
}

struct Listening(Arc<Sums>);

impl Listening {
    fn one(&self, key: &Key) -> Arc<One> {
        *self.0.registered.lock().unwrap() += 1;
        let labels: Vec<_> = key
            .labels()
            .map(|l| format!("{}={}", l.key(), l.value()))
            .collect();
        Arc::new(One(
            Arc::clone(&self.0),
            format!("{} {}", key.name(), labels.join(" ")),
        ))
    }
}

impl Recorder for Listening {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.one(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.one(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.one(key))
    }
}

#[tokio::test]
async fn a_named_cache_tells_of_what_it_does_through_handles_registered_once() {
    let sums = Arc::new(Sums::default());
    let (cache, silent) = metrics::with_local_recorder(&Listening(Arc::clone(&sums)), || {
        let build = || Cache::<u32, u32>::builder(CacheConfig::default());
        (
            build().named("test").build().unwrap(),
            build().build().unwrap(),
        )
    });
    let registered = *sums.registered.lock().unwrap();
    for key in [1, 1, 2, 1] {
        for cache in [&cache, &silent] {
            let load = async || Ok::<_, Infallible>(Some(key));
            cache.get_or_load(&key, &[], load).await.unwrap();
        }
    }
    cache.invalidate(&1);
    let told = |metric: &str| sums.sums.lock().unwrap().get(metric).copied();
    assert_eq!(told("memory.cache.hits cache=test"), Some(2.0));
    assert_eq!(
        told("memory.cache.misses cache=test reason=unknown"),
        Some(2.0)
    );
    assert_eq!(told("memory.cache.loads cache=test"), Some(2.0));
    assert_eq!(told("memory.cache.load.duration cache=test"), Some(2.0));
    assert_eq!(
        told("memory.cache.removals cache=test reason=invalidated"),
        Some(1.0)
    );
    assert_eq!(told("memory.cache.entries cache=test"), Some(1.0));
    assert_eq!(
        told("memory.cache.bytes cache=test"),
        Some(f64::from(u32::try_from(cache.stats().bytes).unwrap()))
    );
    assert_eq!(*sums.registered.lock().unwrap(), registered);
}
