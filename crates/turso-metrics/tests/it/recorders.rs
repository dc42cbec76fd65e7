//! What the recorder of an application is told, and what it may do.

use std::time::{Duration, Instant};

use testkit::{Rogue, RoguePanics, Told};
use turso_conn::{Connect, Execute, Statement};
use turso_metrics::{Figures, Instrument, Instruments, Kind, Metered, Metrics, Outcome};

use crate::support::memory;

static SIZE: Instrument = Instrument {
    name: "pool.size",
    kind: Kind::Gauge,
    unit: turso_metrics::Unit::Count,
    labels: &["state"],
    description: "How many.",
};

static DONE: Instrument = Instrument {
    name: "pool.done",
    kind: Kind::Counter,
    unit: turso_metrics::Unit::Bytes,
    labels: &[],
    description: "How much.",
};

#[test]
fn names_units_and_labels_are_those_documented_and_registered_once() {
    let told = Told::default();
    metrics::with_local_recorder(&told, || {
        let calls = Metrics::new(Instruments::DATABASE, ["notes.get"], ["busy"]);
        let busy = Outcome {
            error: Some("busy"),
            rows: 2,
            sent: 30,
            received: 40,
        };
        for _ in 0..3 {
            let took = Duration::from_millis(1);
            calls.record("notes.get", &busy, took, Instant::now());
            calls.record("notes.get", &Outcome::default(), took, Instant::now());
        }
    });
    let value = |key| told.value(key).unwrap();
    let ok = "db.client.operation.duration{db.operation.name=notes.get}";
    let busy = "db.client.operation.duration{db.operation.name=notes.get,error.type=busy}";
    assert!((value(ok) - 3.0).abs() < 1e-9 && (value(busy) - 3.0).abs() < 1e-9);
    let sent = value("db.client.request.bytes{db.operation.name=notes.get}");
    assert!((sent - 90.0).abs() < 1e-9);
    let unit = |name| told.unit(name).unwrap();
    assert_eq!(unit("db.client.operation.duration"), "seconds");
    assert_eq!(unit("db.client.response.bytes"), "bytes");
    let mut registered = told.registered();
    let all = registered.len();
    registered.sort();
    registered.dedup();
    assert_eq!(registered.len(), all, "registered once each");
}

#[test]
fn figures_are_reported_as_they_are() {
    let told = Told::default();
    let figures = Figures::new();
    metrics::with_local_recorder(&told, || {
        for value in [3.0, 2.0] {
            figures.set(&SIZE, &["idle"], value);
            figures.set(&DONE, &[], value * 10.0);
        }
    });
    assert_eq!(told.value("pool.size{state=idle}"), Some(2.0));
    assert_eq!(told.value("pool.done{}"), Some(20.0));
    assert_eq!(told.registered().len(), 2);
    assert!(!figures.recorder_panicked());
}

#[test]
fn f53_f78_a_recorder_that_panics_changes_no_result() {
    for panics in [RoguePanics::WhenTold, RoguePanics::AtOnce] {
        let rogue = Rogue::new(panics);
        metrics::with_local_recorder(&rogue, || {
            let runtime = tokio::runtime::Builder::new_current_thread().build();
            runtime.unwrap().block_on(async {
                let connector = Metered::new(memory(), ["one"]);
                let mut conn = connector.connect().await.unwrap();
                for _ in 0..2 {
                    let one = Statement::new("SELECT 1").named("one").point_read();
                    assert_eq!(conn.query(one).await.unwrap().len(), 1);
                }
                let seen = connector.stats();
                assert_eq!(seen.operation("one").unwrap().ever.count, 2);
                assert!(seen.recorder_panicked);
            });
            let figures = Figures::new();
            figures.set(&SIZE, &["idle"], 1.0);
            assert!(figures.recorder_panicked());
        });
    }
}
