//! Deadlines and cancellation, under a paused clock.

use std::time::Duration;

use testkit::net::Action;
use tokio::time::{Instant, timeout};
use turso_conn::{Batch, Connect, ErrorKind, Execute, Program, RemoteConfig, Statement};

use crate::scripted::Server;
use crate::support::run;

const SECOND: Duration = Duration::from_secs(1);

fn read() -> Statement {
    Statement::new("SELECT 1")
}

fn write() -> Statement {
    Statement::new("INSERT INTO t VALUES (1)")
}

#[tokio::test(start_paused = true)]
async fn f27_a_server_that_hangs_is_left_at_the_deadline() {
    let server = Server::new();
    let table = [
        (read(), ErrorKind::Timeout),
        (write(), ErrorKind::OutcomeUnknown),
        (write().idempotent(), ErrorKind::OutcomeUnknown),
    ];
    for (statement, kind) in table {
        let mut conn = server.connect().await;
        server.front.queue([Action::Hang]);
        let begun = Instant::now();
        let error = conn.query(statement.within(SECOND)).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        let taken = begun.elapsed();
        assert!(taken >= SECOND && taken < SECOND.mul_f32(1.1), "{taken:?}");
        broken_for_good(&server, conn).await;
    }
}

async fn broken_for_good(server: &Server, mut conn: turso_conn::RemoteConnection) {
    let (requests, _) = server.seen();
    let error = server.connector.recycle(&mut conn).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    let error = conn.query(read()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Closed);
    assert_eq!(server.seen().0, requests, "nothing was sent");
    run(&mut server.connect().await, "SELECT 1").await;
}

#[tokio::test(start_paused = true)]
async fn f27_a_program_and_a_connection_have_their_deadlines_too() {
    let server = Server::with(RemoteConfig {
        deadline: 3 * SECOND,
        connect_deadline: 2 * SECOND,
        ..RemoteConfig::default()
    });
    let mut conn = server.connect().await;
    let begun = Instant::now();
    server.front.queue([Action::Hang]);
    let program = Program::from(Batch::new().step("INSERT INTO t VALUES (1)"));
    let error = conn.atomic(program).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(begun.elapsed().as_secs(), 3);

    let other = Server::with(server.connector.config().clone());
    other.front.queue([Action::Hang]);
    let begun = Instant::now();
    let error = other.connector.connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(begun.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn f28_a_slow_server_fails_a_short_deadline_and_not_a_long_one() {
    let server = Server::new();
    for (deadline, answered) in [(SECOND, false), (5 * SECOND, true)] {
        let mut conn = server.connect().await;
        server.front.queue([Action::Delay(2 * SECOND)]);
        let answer = conn.query(read().within(deadline)).await;
        assert_eq!(answer.is_ok(), answered, "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn f29_a_trickle_does_not_outlast_the_deadline() {
    let server = Server::new();
    let mut conn = server.connect().await;
    let trickle = Action::Trickle {
        bytes: 1,
        every: SECOND,
    };
    server.front.queue([trickle]);
    let begun = Instant::now();
    let error = conn.query(read().within(5 * SECOND)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    let taken = begun.elapsed();
    assert!(taken >= 5 * SECOND && taken < 6 * SECOND, "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn f35_a_cancelled_call_breaks_its_connection_and_no_other() {
    let server = Server::new();
    for statement in [read(), write(), write().idempotent()] {
        let mut conn = server.connect().await;
        server.front.queue([Action::Hang]);
        let call = conn.query(statement);
        timeout(SECOND, call).await.unwrap_err();
        broken_for_good(&server, conn).await;
    }
}

/// Dropped before it was polled at all, it has done nothing.
#[tokio::test(start_paused = true)]
async fn f35_a_call_that_was_never_polled_breaks_nothing() {
    let server = Server::new();
    let mut conn = server.connect().await;
    drop(conn.query(write()));
    assert_eq!(server.seen().0, 2, "only those of connecting");
    server.connector.recycle(&mut conn).await.unwrap();
    run(&mut conn, "SELECT 1").await;
}

/// Cut short at every point where it waits, a call leaves the connection fit or
/// broken, and never hanging.
#[tokio::test(start_paused = true)]
async fn f35_cancelled_at_any_moment() {
    let server = Server::new();
    let mut cut = 0;
    for polls in 0..40 {
        server.front.set_round_trip(Duration::ZERO);
        let mut conn = server.connect().await;
        server.front.set_round_trip(10 * SECOND);
        let mut call = Box::pin(conn.query(write()));
        for _ in 0..polls {
            tokio::select! {
                biased;
                _ = &mut call => break,
                () = tokio::time::sleep(SECOND / 2) => {}
            }
        }
        drop(call);
        match server.connector.recycle(&mut conn).await {
            Ok(()) => drop(conn.query(read()).await.unwrap()),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Closed);
                cut += 1;
            }
        }
    }
    assert!((10..40).contains(&cut), "{cut}");
}

#[tokio::test(start_paused = true)]
async fn f34_a_socket_that_was_idle_for_long_is_replaced() {
    let server = Server::new();
    let mut conn = server.connect().await;
    let before = server.seen();
    tokio::time::advance(Duration::from_secs(59)).await;
    conn.query(write()).await.unwrap();
    assert_eq!(server.seen(), (before.0 + 1, before.1));
    tokio::time::advance(Duration::from_secs(61)).await;
    conn.query(write()).await.unwrap();
    assert_eq!(server.seen(), (before.0 + 2, before.1 + 1));
}
