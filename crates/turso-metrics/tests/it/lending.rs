//! How long users wait for a connection, and how long they keep it.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Instant;

use testkit::{Fault, FaultConnect, Faults, Told};
use turso_conn::{Acquire, ErrorKind, Execute, Single, Statement};
use turso_metrics::{MeteredAcquire, Snapshot};

use crate::support::{memory, prometheus};

fn count(seen: &Snapshot) -> u64 {
    seen.operation("all").map_or(0, |all| all.ever.count)
}

#[tokio::test]
async fn a_wait_ends_when_a_connection_comes_and_a_use_when_it_is_given_back() {
    let begin = Instant::now();
    let lender = MeteredAcquire::new(Single::new(memory()), "all");
    let mut first = lender.acquire().await.unwrap();
    first.query(Statement::new("SELECT 1")).await.unwrap();
    assert_eq!((count(&lender.waits()), count(&lender.uses())), (1, 0));
    let mut second = pin!(lender.acquire());
    let polled = second
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
    let polled_at = Instant::now();
    drop(first);
    let waited_at_least = polled_at.elapsed();
    let second = second.await.unwrap();
    let longest = lender.waits().operation("all").unwrap().ever.max;
    assert!(waited_at_least <= longest && longest <= begin.elapsed());
    assert_eq!((count(&lender.waits()), count(&lender.uses())), (2, 1));
    // Whoever keeps the lease inside is done with this layer.
    let kept = second.into_inner();
    assert_eq!(count(&lender.uses()), 2);
    drop(kept);
    assert!(lender.uses().operation("all").unwrap().errors.is_empty());
}

#[tokio::test]
async fn a_wait_that_is_given_up_or_fails_is_counted_with_its_error() {
    let faults = Faults::none();
    let inner = Single::new(FaultConnect::new(memory(), faults.clone()));
    let lender = MeteredAcquire::new(inner, "all");
    faults.nth_of("connect", 1, Fault::Fail(ErrorKind::Disconnected));
    let error = lender.acquire().await.err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    let held = lender.acquire().await.unwrap();
    {
        let mut given_up = pin!(lender.acquire());
        let polled = given_up
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
    drop(held);
    let seen = lender.waits();
    let waits = seen.operation("all").unwrap();
    assert_eq!(waits.ever.count, 3);
    assert_eq!(
        (waits.errors["disconnected"], waits.errors["cancelled"]),
        (1, 1)
    );
    assert_eq!(count(&lender.uses()), 1);
}

#[test]
fn the_recorder_is_told_by_the_name_of_the_pool() {
    let told = Told::default();
    metrics::with_local_recorder(&told, || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        let runtime = runtime.enable_time().build();
        runtime.unwrap().block_on(async {
            let faults = Faults::none();
            let inner = Single::new(FaultConnect::new(memory(), faults.clone()));
            let lender = MeteredAcquire::new(inner, "all");
            faults.nth_of("connect", 1, Fault::Fail(ErrorKind::Busy));
            assert!(lender.acquire().await.is_err());
            for _ in 0..2 {
                drop(lender.acquire().await.unwrap());
            }
        });
    });
    let pool = "db.client.connection.pool.name=all";
    for (key, times) in [
        (format!("db.client.connection.wait_time{{{pool}}}"), 2.0),
        (
            format!("db.client.connection.wait_time{{{pool},error.type=busy}}"),
            1.0,
        ),
        (format!("db.client.connection.use_time{{{pool}}}"), 2.0),
    ] {
        assert_eq!(told.value(&key), Some(times), "{key}");
    }
    assert_eq!(
        told.unit("db.client.connection.use_time").as_deref(),
        Some("seconds")
    );
}

#[tokio::test]
async fn the_text_has_both_as_histograms() {
    let prometheus = prometheus();
    let lender = MeteredAcquire::new(Single::new(memory()), "of the text");
    drop(lender.acquire().await.unwrap());
    let text = prometheus.render();
    for name in ["wait", "use"] {
        let name = format!("db_client_connection_{name}_time_seconds");
        let pool = "db_client_connection_pool_name=\"of the text\"";
        for line in [
            format!("# TYPE {name} histogram"),
            format!("{name}_bucket{{{pool},le=\"+Inf\"}} 1"),
            format!("{name}_count{{{pool}}} 1"),
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
