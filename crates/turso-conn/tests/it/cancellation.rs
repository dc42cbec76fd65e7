//! Futures dropped in the middle, deadlines, and what the next user finds.

use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use turso_conn::{
    Batch, Connect, ErrorKind, Execute, LocalConfig, LocalConnector, Location, Program, Statement,
};

use crate::support::{Place, endless, insert, integers, kind_of, run};

/// Polls `polls` times, letting others run in between, then drops.
async fn drop_after(polls: usize, future: impl Future) -> bool {
    let mut future = pin!(future);
    for _ in 0..polls {
        if future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_ready()
        {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

fn hundred(base: i64) -> Batch {
    (base..base + 100).map(|x| insert(x, base)).collect()
}

/// Cancelled at many points: each batch is whole or absent, and the next user
/// finds no open transaction.
#[tokio::test]
async fn f51_a_cancelled_batch_is_whole_or_absent() {
    let place = Place::new();
    let connector = place.connector();
    let mut conn = place.with_table().await;
    for round in 0..60 {
        let polls = usize::try_from(round * round / 8 + 1).unwrap();
        drop_after(polls, conn.batch(hundred(1000 * round))).await;
        connector.recycle(&mut conn).await.unwrap();
        let open = Statement::new("INSERT INTO t VALUES (-1 - ?1, -1)").bind(round);
        conn.query(open).await.unwrap();
    }
    let mut other = place.connect().await;
    let sizes = integers(&mut other, "SELECT count(*) FROM t WHERE y >= 0 GROUP BY y").await;
    assert!(sizes.iter().all(|size| *size == 100), "{sizes:?}");
    assert_eq!(
        integers(&mut other, "SELECT count(*) FROM t WHERE y = -1").await,
        [60]
    );
}

/// Without recycling too: the next call waits for the cancelled one to end.
#[tokio::test]
async fn f51_a_call_after_a_cancelled_one_waits_for_its_end() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    for round in 0..20 {
        drop_after(1, conn.batch(hundred(1000 * round))).await;
        let count = Statement::new("SELECT count(*) FROM t WHERE y = ?1").bind(1000 * round);
        let counts = [count.clone().point_read(), count.clone(), count];
        let mut seen = Vec::new();
        for statement in counts {
            let rows = conn.query(statement).await.unwrap();
            seen.push(rows.one().unwrap().integer(0).unwrap());
        }
        assert!(seen == [0; 3] || seen == [100; 3], "{seen:?}");
    }
}

/// A read that would run for minutes is interrupted when its caller goes.
#[tokio::test]
async fn f35_a_cancelled_read_gives_its_connection_back() {
    let place = Place::new();
    let connector = place.connector();
    let mut conn = place.with_table().await;
    for _ in 0..10 {
        assert!(!drop_after(3, conn.query(endless())).await);
        connector.recycle(&mut conn).await.unwrap();
        assert_eq!(integers(&mut conn, "SELECT 1").await, [1]);
    }
}

/// A statement of a program that runs into the deadline: everything is rolled
/// back, the kind is `Timeout`, on either flavour of runtime.
#[tokio::test(flavor = "current_thread")]
async fn a_program_over_its_deadline_stores_nothing() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let groups = [
        Batch::new().step(insert(1, 1)),
        Batch::new().step(endless()),
    ];
    let program = Program::new(groups).within(Duration::from_millis(30));
    assert_eq!(
        conn.atomic(program).await.unwrap_err().kind(),
        ErrorKind::Timeout
    );
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM t").await, [0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_write_over_its_deadline_stores_nothing() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let slow = Statement::new(
        "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n
         WHERE i < 1000000000) SELECT NULL, i FROM n WHERE i % 1000 = 0",
    );
    let slow = slow.within(Duration::from_millis(30));
    assert_eq!(kind_of(&mut conn, slow).await, ErrorKind::Timeout);
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM t").await, [0]);
}

/// A deadline that has passed before anything began.
#[tokio::test]
async fn a_deadline_of_nothing_is_a_timeout() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let now = Duration::ZERO;
    assert_eq!(
        kind_of(&mut conn, insert(1, 1).within(now)).await,
        ErrorKind::Timeout
    );
    assert_eq!(
        kind_of(&mut conn, Statement::new("SELECT 1").within(now)).await,
        ErrorKind::Timeout
    );
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM t").await, [0]);
}

/// The other end: a deadline beyond the clock is none.
#[tokio::test]
async fn a_deadline_beyond_the_clock_is_none() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    conn.query(insert(1, 1).within(Duration::MAX))
        .await
        .unwrap();
    let far = LocalConfig {
        deadline: Duration::MAX,
        busy_wait: Duration::MAX,
        ..LocalConfig::default()
    };
    let mut conn = place.connector_with(far).connect().await.unwrap();
    assert_eq!(integers(&mut conn, "SELECT x FROM t").await, [1]);
}

/// What a user changed of a connection does not reach the next: it is refused.
#[tokio::test]
async fn f57_a_connection_with_changed_settings_is_not_used_again() {
    let place = Place::new();
    let connector = place.connector();
    for change in [
        "PRAGMA foreign_keys = OFF",
        "PRAGMA synchronous(0)",
        "CREATE TEMP TABLE s (x)",
        "ATTACH ':memory:' AS other",
    ] {
        let mut conn = place.with_table().await;
        run(&mut conn, change).await;
        assert_eq!(
            connector.recycle(&mut conn).await.unwrap_err().kind(),
            ErrorKind::Closed
        );
    }
    let mut conn = place.with_table().await;
    for harmless in [
        "PRAGMA data_version",
        "PRAGMA table_info(t)",
        "PRAGMA user_version = 1",
    ] {
        run(&mut conn, harmless).await;
        connector.recycle(&mut conn).await.unwrap();
    }
}

/// A database in memory cannot be opened anew, so its settings are set anew.
#[tokio::test]
async fn f57_a_memory_database_gets_its_settings_back() {
    let connector = LocalConnector::new(&Location::Memory, LocalConfig::default()).unwrap();
    let mut conn = connector.connect().await.unwrap();
    run(&mut conn, "CREATE TABLE kept (x)").await;
    run(&mut conn, "PRAGMA foreign_keys = OFF").await;
    connector.recycle(&mut conn).await.unwrap();
    assert_eq!(integers(&mut conn, "PRAGMA foreign_keys").await, [1]);
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM kept").await, [0]);
}

#[tokio::test]
async fn a_working_connection_passes_its_check() {
    let place = Place::new();
    let connector = place.connector();
    let mut conn = place.connect().await;
    connector.check(&mut conn).await.unwrap();
    std::fs::remove_file(place.path()).unwrap();
    connector.check(&mut conn).await.unwrap();
}

/// Outside of a runtime there is an error and no panic.
#[test]
fn without_a_runtime_there_is_an_error() {
    let place = Place::new();
    let connector = place.connector();
    let mut connecting = pin!(connector.connect());
    let answer = connecting
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    let std::task::Poll::Ready(Err(error)) = answer else {
        panic!("it did not fail")
    };
    assert_eq!(error.kind(), ErrorKind::Misuse);
}

/// A connection may be dropped anywhere, also outside of a runtime.
#[test]
fn f56_a_connection_dropped_outside_a_runtime_is_closed() {
    let place = Place::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let conn = runtime.block_on(place.with_table());
    drop(runtime);
    drop(conn);
    assert_eq!(place.open_descriptors(), 0);
}
