//! The text that Prometheus reads.

use std::time::{Duration, Instant};

use crate::support::prometheus;
use turso_metrics::{Instruments, Metrics, Outcome, Prometheus};

#[test]
fn the_text_has_names_units_help_and_buckets() {
    let prometheus = prometheus();
    assert!(Prometheus::install().is_err(), "there is one recorder");
    let calls = Metrics::new(Instruments::DATABASE, ["notes.get"], ["busy"]);
    let busy = Outcome {
        error: Some("busy"),
        rows: 3,
        ..Outcome::default()
    };
    calls.record(
        "notes.get",
        &busy,
        Duration::from_micros(20),
        Instant::now(),
    );
    prometheus.upkeep();
    let text = prometheus.render();
    let lines = [
        "# HELP db_client_operation_duration_seconds How long queries and programs took.",
        "# TYPE db_client_operation_duration_seconds histogram",
        "db_client_operation_duration_seconds_bucket{db_operation_name=\"notes.get\",error_type=\"busy\",le=\"0.000025\"} 1",
        "# TYPE db_client_operation_errors_total counter",
        "db_client_operation_errors_total{db_operation_name=\"notes.get\",error_type=\"busy\"} 1",
        "# TYPE db_client_response_returned_rows histogram",
    ];
    for line in lines {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}
