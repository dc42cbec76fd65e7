//! What the layer counts, under and over other layers.

use std::sync::Arc;
use std::task::Context;
use std::time::Duration;

use testkit::{Fault, FaultConnect, Faults, Gate};
use turso_conn::{Acquire, Batch, Connect, ErrorKind, Execute, Program, Single, Statement};
use turso_metrics::{Instruments, Metered, Metrics, Outcome};

use crate::support::memory;

const NAMES: [&str; 3] = ["notes.add", "notes.get", "notes.table"];

fn table() -> Statement {
    Statement::new("CREATE TABLE t (x INTEGER PRIMARY KEY, y TEXT)").named("notes.table")
}

fn add(x: i64) -> Statement {
    Statement::new("INSERT INTO t VALUES (?1, 'abc')").bind(x)
}

fn get(x: i64) -> Statement {
    Statement::new("SELECT y FROM t WHERE x >= ?1")
        .bind(x)
        .named("notes.get")
        .point_read()
}

#[tokio::test]
async fn calls_rows_bytes_and_errors_are_counted_by_operation() {
    let connector = Metered::new(memory(), NAMES);
    let mut conn = connector.connect().await.unwrap();
    conn.query(table()).await.unwrap();
    let two = Program::from(Batch::new().step(add(1)).step(add(2))).named("notes.add");
    let sent = two.groups()[0].size() as u64;
    conn.atomic(two).await.unwrap();
    conn.query(get(1)).await.unwrap();
    conn.query(add(1).named("notes.add")).await.unwrap_err();

    let seen = connector.stats();
    let get = seen.operation("notes.get").unwrap();
    assert_eq!((get.ever.count, get.rows, get.received_bytes), (1, 2, 6));
    assert_eq!(get.last_minute.count, 1);
    assert!(get.ever.max >= get.ever.p50 && get.ever.p50 > Duration::ZERO);
    let adds = seen.operation("notes.add").unwrap();
    assert_eq!(adds.ever.count, 2);
    assert_eq!(adds.errors["constraint"], 1);
    assert_eq!(adds.failed(), 1);
    assert!(adds.sent_bytes > sent);
    assert_eq!(connector.opening().operations[0].ever.count, 1);
}

/// Each under its own name, also those of one request.
#[tokio::test]
async fn reads_that_are_run_together_are_counted_each() {
    let connector = Metered::new(memory(), NAMES);
    let mut conn = connector.connect().await.unwrap();
    conn.query(table()).await.unwrap();
    let batch = Batch::new().step(add(1)).step(add(2));
    conn.batch(batch).await.unwrap();
    let broken = Statement::new("SELECT z FROM t").named("notes.add");
    let answers = conn.query_all(vec![get(1), broken, get(2)]).await;
    assert_eq!(answers.len(), 3);
    let seen = connector.stats();
    let get = seen.operation("notes.get").unwrap();
    assert_eq!((get.ever.count, get.rows, get.received_bytes), (2, 3, 9));
    let failed = seen.operation("notes.add").unwrap();
    assert_eq!((failed.ever.count, failed.errors["misuse"]), (1, 1));
    assert!(conn.query_all(Vec::new()).await.is_empty());
}

#[tokio::test]
async fn reads_that_are_given_up_together_are_counted_each() {
    let (faults, gate) = (Faults::none(), Gate::new());
    let inner = FaultConnect::new(memory(), faults.clone());
    let connector = Metered::new(inner, NAMES);
    let mut conn = connector.connect().await.unwrap();
    faults.nth_of("query", 2, Fault::Park(gate.clone()));
    {
        let mut asking = std::pin::pin!(conn.query_all(vec![get(1); 3]));
        let polled = asking
            .as_mut()
            .poll(&mut Context::from_waker(std::task::Waker::noop()));
        assert!(polled.is_pending());
    }
    let seen = connector.stats();
    let get = seen.operation("notes.get").unwrap();
    assert_eq!((get.ever.count, get.errors["cancelled"]), (3, 3));
}

#[tokio::test]
async fn every_failed_group_of_a_program_is_counted() {
    let connector = Metered::new(memory(), NAMES);
    let mut conn = connector.connect().await.unwrap();
    conn.query(table()).await.unwrap();
    let group = |x| Batch::new().step(add(x));
    let some = Program::new([group(1), group(1), group(1)]).named("notes.add");
    conn.atomic(some).await.unwrap();
    let all = Program::new([group(1), group(1)]).named("notes.add");
    conn.atomic(all).await.unwrap();
    let seen = connector.stats();
    let adds = seen.operation("notes.add").unwrap();
    assert_eq!((adds.ever.count, adds.errors["constraint"]), (2, 4));
}

#[tokio::test]
async fn it_stacks_under_and_over_other_layers() {
    let faults = Faults::none();
    let calls = Arc::new(Metrics::new(Instruments::DATABASE, NAMES, ["busy"]));
    let inner = Metered::with(memory(), Arc::clone(&calls));
    let outer = Metered::new(FaultConnect::new(inner, faults.clone()), NAMES);
    let lane = Single::new(outer.clone());
    let mut lease = lane.acquire().await.unwrap();
    lease.query(table()).await.unwrap();
    faults.nth_of("query", 1, Fault::Fail(ErrorKind::Busy));
    lease.query(get(1)).await.unwrap_err();
    lease.query(get(1)).await.unwrap();
    let counted = |seen: &turso_metrics::Snapshot| seen.operation("notes.get").unwrap().ever.count;
    assert_eq!(counted(&outer.stats()), 2);
    assert_eq!(
        outer.stats().operation("notes.get").unwrap().errors["busy"],
        1
    );
    assert_eq!(counted(&outer.get_ref().get_ref().stats()), 1);
}

#[tokio::test]
async fn errors_and_results_are_those_of_the_connector_inside() {
    let connector = Metered::new(memory(), NAMES);
    let mut conn = connector.connect().await.unwrap();
    conn.query(table()).await.unwrap();
    let error = conn.query(get(1).bind(2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse);
    connector.check(&mut conn).await.unwrap();
    connector.recycle(&mut conn).await.unwrap();
    conn.get_mut().query(get(1)).await.unwrap();
    assert_eq!(
        connector.stats().operation("notes.get").unwrap().ever.count,
        1
    );
}

/// Dropped while it waits: the call counts as given up, and its time is known.
#[tokio::test]
async fn a_call_that_is_given_up_is_counted_as_cancelled() {
    let gate = Gate::new();
    let faults = Faults::none();
    faults.nth_of("query", 1, Fault::Park(gate.clone()));
    let connector = Metered::new(FaultConnect::new(memory(), faults), NAMES);
    let mut conn = connector.connect().await.unwrap();
    let mut parked = Box::pin(conn.query(get(1)));
    let waker = std::task::Waker::noop();
    let polled = parked.as_mut().poll(&mut Context::from_waker(waker));
    assert!(polled.is_pending());
    drop(parked);
    let seen = connector.stats();
    assert_eq!(seen.operation("notes.get").unwrap().errors["cancelled"], 1);
}

/// Whoever takes names from requests must not be able to fill the memory.
#[test]
fn f78_a_million_names_are_one_operation() {
    let calls = Metrics::new(Instruments::DATABASE, NAMES, ["busy"]);
    let now = std::time::Instant::now();
    for i in 0..1_000_000_u32 {
        let outcome = Outcome::default();
        calls.record(
            &format!("hostile {i}"),
            &outcome,
            Duration::from_nanos(5),
            now,
        );
        if i % 1_000 == 0 {
            calls.failed("notes.get", &format!("hostile {i}"), now);
        }
    }
    let seen = calls.snapshot(now);
    let names: Vec<_> = seen.operations.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["notes.get", "other"]);
    assert_eq!(seen.operation("other").unwrap().ever.count, 1_000_000);
    let errors = &seen.operation("notes.get").unwrap().errors;
    assert_eq!((errors.len(), errors["other"]), (1, 1_000));
}

#[test]
fn f78_more_names_than_allowed_count_as_other() {
    let names = (0..1_000).map(|i| -> &'static str { format!("{i:04}").leak() });
    let calls = Metrics::new(Instruments::DATABASE, names, []);
    let now = std::time::Instant::now();
    for name in ["0000", "0127", "0128", "0999"] {
        calls.record(name, &Outcome::default(), Duration::ZERO, now);
    }
    let seen = calls.snapshot(now);
    let names: Vec<_> = seen.operations.iter().map(|o| o.name.as_str()).collect();
    assert_eq!(names, ["0000", "0127", "other"]);
}

#[test]
fn a_snapshot_is_a_table_and_goes_through_json() {
    let calls = Metrics::new(Instruments::DATABASE, NAMES, ["busy"]);
    let now = std::time::Instant::now();
    let slow = Outcome {
        error: Some("busy"),
        ..Outcome::default()
    };
    calls.record("notes.get", &slow, Duration::from_millis(150), now);
    let seen = calls.snapshot(now);
    assert_eq!(seen.slow.len(), 1);
    let text = seen.to_string();
    assert!(
        text.starts_with("OPERATION") && text.contains("notes.get"),
        "{text}"
    );
    assert!(text.contains("slow: notes.get took 150.0ms"), "{text}");
    let json = serde_json::to_string(&seen).unwrap();
    assert_eq!(
        serde_json::from_str::<turso_metrics::Snapshot>(&json).unwrap(),
        seen
    );
}
