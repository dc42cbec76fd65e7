//! Sockets that close, break or cannot be opened.

use std::time::Duration;

use serde_json::json;
use testkit::net::Action;
use tokio::time::Instant;
use turso_conn::{Batch, Connect, ErrorKind, Execute, Program, Statement, Step};

use crate::scripted::{Server, closed, once, one_row, pipeline};
use crate::support::run;

const INSERT: &str = "INSERT INTO t VALUES (1)";

#[tokio::test(start_paused = true)]
async fn f26_refused_connections_are_told_at_once() {
    let server = Server::new();
    server.refuse(1);
    let begun = Instant::now();
    let error = server.connector.connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    assert!(error.is_retryable());
    assert_eq!(begun.elapsed(), Duration::ZERO);
    server.connect().await;
}

/// A connection that lost its server tries again, at growing intervals.
#[tokio::test(start_paused = true)]
async fn f26_a_call_waits_for_a_server_that_returns() {
    let server = Server::new();
    for (refused, answered) in [(1, true), (5, true), (6, false)] {
        let mut conn = server.connect().await;
        server.front.cut().await;
        server.refuse(refused);
        let begun = Instant::now();
        let answer = conn.query(Statement::new(INSERT)).await;
        assert_eq!(answer.is_ok(), answered, "{answer:?}");
        let pauses = Duration::from_millis(
            [50, 100, 200, 400, 800][..(refused as usize).min(5)]
                .iter()
                .sum(),
        );
        let taken = begun.elapsed();
        assert!(
            taken >= pauses / 2 && taken <= pauses + Duration::from_millis(20),
            "{taken:?}"
        );
        if let Err(error) = answer {
            assert_eq!(error.kind(), ErrorKind::Disconnected, "nothing was sent");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn f30_an_answer_that_breaks_off_is_asked_again_only_if_that_is_safe() {
    let breaks = [
        Action::Truncate(1),
        Action::Truncate(150),
        Action::CloseBefore,
        Action::Reset,
        Action::CloseAfterForward,
        Action::Garbage(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{".to_vec()),
        Action::Garbage(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab".to_vec()),
    ];
    for broken in breaks {
        let server = Server::new();
        let mut conn = server.connect().await;
        for (statement, sent) in [
            (Statement::new("SELECT 1"), 2),
            (Statement::new(INSERT).idempotent(), 2),
        ] {
            let before = server.seen();
            server.front.queue([broken.clone()]);
            conn.query(statement).await.unwrap();
            assert_eq!(server.seen(), (before.0 + sent, before.1 + 1));
        }
        server.front.queue([broken.clone()]);
        let before = server.seen();
        let error = conn.query(Statement::new(INSERT)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{broken:?}");
        assert_eq!(server.seen().0, before.0 + 1);
        let refused = server.connector.recycle(&mut conn).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Closed);
    }
}

#[tokio::test(start_paused = true)]
async fn f30_without_further_tries_a_read_is_disconnected() {
    let server = Server::with(once());
    for broken in [Action::Truncate(20), Action::CloseBefore, Action::Reset] {
        let mut conn = server.connect().await;
        server.front.queue([broken]);
        let error = conn.query(Statement::new("SELECT 1")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Disconnected);
        assert!(error.is_retryable());
        assert!(server.connector.recycle(&mut conn).await.is_err());
    }
}

#[tokio::test(start_paused = true)]
async fn f31_a_lost_commit_is_unknown_unless_repeating_is_harmless() {
    let server = Server::new();
    let mut conn = server.connect().await;
    let batch = || Batch::new().step(INSERT).step(INSERT);
    server.front.queue([Action::CloseAfterForward]);
    let program = Program::from(batch()).idempotent();
    conn.atomic(program).await.unwrap();
    server.front.queue([Action::CloseAfterForward]);
    let error = conn.batch(batch()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert!(!error.is_retryable());
}

/// After a try whose outcome is unknown, that a later one had no effect proves
/// nothing about the first.
#[tokio::test(start_paused = true)]
async fn f31_an_unknown_outcome_stays_unknown_when_the_server_is_gone() {
    let server = Server::new();
    for after in [Action::status(503, "later"), Action::status(429, "later")] {
        let mut conn = server.connect().await;
        server.front.queue([Action::CloseAfterForward]);
        server.front.queue(vec![after; 5]);
        let error = conn.query(Statement::new(INSERT).idempotent()).await;
        assert_eq!(error.unwrap_err().kind(), ErrorKind::OutcomeUnknown);
    }
    let mut conn = server.connect().await;
    server.front.queue([Action::CloseAfterForward]);
    server.refuse(5);
    let error = conn.query(Statement::new(INSERT).idempotent()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::OutcomeUnknown);
}

/// The update was done and its reply lost; then another writer changed the record. That the
/// guard fails at the second try does not mean that nothing was done at the first.
#[tokio::test(start_paused = true)]
async fn f31_a_conflict_after_a_lost_reply_is_not_taken_for_a_refusal() {
    let server = Server::new();
    let row = one_row();
    let unmet = json!({"message": "integer overflow", "code": "SQLITE_UNKNOWN"});
    let unmet = json!({
        "step_results": [row, row, null, null, row],
        "step_errors": [null, null, unmet, null, null],
    });
    let ok = json!({"type": "ok", "response": {"type": "batch", "result": unmet}});
    let conflict = Action::json(pipeline(&[ok, closed()]).to_string());
    let guarded = Batch::new().step(INSERT).step(Step::guard("SELECT 1"));
    for (lost, kind) in [(0, ErrorKind::Conflict), (1, ErrorKind::OutcomeUnknown)] {
        let mut conn = server.connect().await;
        server.front.queue(vec![Action::CloseAfterForward; lost]);
        server.front.queue([conflict.clone()]);
        let program = Program::from(guarded.clone()).idempotent();
        let groups = conn.atomic(program).await.unwrap();
        let error = groups.into_iter().next().unwrap().unwrap_err();
        assert_eq!((error.kind(), error.step()), (kind, Some(1)));
    }
}

#[tokio::test(start_paused = true)]
async fn f34_a_socket_that_the_server_closed_is_replaced_without_a_word() {
    let server = Server::with(once());
    let mut conn = server.connect().await;
    for statement in ["SELECT 1", INSERT] {
        let before = server.seen();
        server.front.cut_idle().await;
        run(&mut conn, statement).await;
        assert_eq!(server.seen(), (before.0 + 1, before.1 + 1));
    }
    let stats = server.connector.stats();
    assert_eq!((stats.requests, stats.sockets), server.seen());
    server.front.cut_idle().await;
    server.connector.recycle(&mut conn).await.unwrap();
    server.connector.check(&mut conn).await.unwrap();
}

/// The server says with its answer that it closes the connection.
#[tokio::test(start_paused = true)]
async fn f34_a_connection_that_is_closed_after_an_answer_is_still_fit() {
    let server = Server::answering(once(), |request| {
        crate::scripted::usual(request).with_header("connection", "close")
    });
    let mut conn = server.connect().await;
    for _ in 0..3 {
        run(&mut conn, INSERT).await;
        server.connector.recycle(&mut conn).await.unwrap();
    }
}
