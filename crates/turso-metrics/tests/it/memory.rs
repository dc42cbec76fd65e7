//! What a million names take, as the operating system sees it.

use std::time::{Duration, Instant};

use testkit::{JobResult, Worker, WorkerCommand, resident_bytes, skipped};
use turso_metrics::{Instruments, Metrics, Outcome, Prometheus};

const NAMES: u64 = 1_000_000;

/// How often the figures are rendered: every so many names.
const RENDERED: u64 = 10_000;

/// Less than a pointer for each name.
const GROWTH_MAX: u64 = 2 << 20;

/// Records calls and errors under names that nobody knows, with a recorder that keeps all it is told,
/// and tells by how much this process grew at most, and how many lines the text has.
pub(crate) fn hostile_names(worker: &Worker) -> JobResult {
    let prometheus = Prometheus::install()?;
    let calls = Metrics::new(Instruments::DATABASE, ["notes.get"], ["busy"]);
    let record = |nth: u64| {
        let (name, now) = (format!("hostile {nth}"), Instant::now());
        calls.record(&name, &Outcome::default(), Duration::from_nanos(nth), now);
        calls.failed("notes.get", &name, now);
        drop(calls.call(&name));
    };
    // What a few take, a million may.
    (0..RENDERED).for_each(record);
    prometheus.render();
    let (before, mut peak) = (resident_bytes()?, 0);
    for nth in RENDERED..worker.number(0)? {
        record(nth);
        if nth % RENDERED == 0 {
            peak = peak.max(resident_bytes()?);
            prometheus.render();
        }
    }
    worker.ack(peak.saturating_sub(before))?;
    worker.ack(calls.snapshot(Instant::now()).operations.len())?;
    worker.ack(prometheus.render().matches("hostile").count())?;
    Ok(())
}

#[test]
fn f78_a_million_names_take_no_more_memory_than_a_few() {
    if resident_bytes().is_err() {
        return skipped("memory", "there is no /proc/self/statm");
    }
    let command = WorkerCommand::new("hostile_names").arg(NAMES.to_string());
    let mut child = command.timeout(Duration::from_mins(5)).spawn().unwrap();
    child.wait_for_acks(3).unwrap();
    let numbers: Vec<u64> = child
        .acks()
        .iter()
        .map(|ack| ack.parse().unwrap())
        .collect();
    eprintln!("grew by {} bytes", numbers[0]);
    assert!(numbers[0] <= GROWTH_MAX, "{numbers:?}");
    // `notes.get` and `other`.
    assert_eq!(numbers[1..], [2, 0]);
    child.wait().unwrap();
}
