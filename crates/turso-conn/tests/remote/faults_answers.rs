//! Answers that refuse, ask for patience, or are none.

use std::error::Error as _;
use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value as Json, json};
use testkit::net::{Action, Message};
use tokio::time::Instant;
use turso_conn::{Batch, Connect, ErrorKind, Execute, RemoteConfig, Secret, Statement};

use crate::scripted::{Server, closed, once, one_row, pipeline};
use crate::support::run;

const SELECT: &str = "SELECT 1";
const INSERT: &str = "INSERT INTO t VALUES (1)";

fn with_token() -> RemoteConfig {
    RemoteConfig {
        token: Some(Secret::new("canary")),
        ..RemoteConfig::default()
    }
}

#[tokio::test(start_paused = true)]
async fn f36_refused_credentials_are_told_at_once_and_not_tried_again() {
    let server = Server::with(with_token());
    for status in [401, 403] {
        for sql in [SELECT, INSERT] {
            let mut conn = server.connect().await;
            let before = server.seen();
            let body = r#"{"error":"the token canary has expired"}"#;
            let refusal =
                Message::response(status, body).with_header("content-type", "application/json");
            server.front.queue([Action::Answer(refusal)]);
            let error = conn
                .query(Statement::new(sql).idempotent())
                .await
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unauthorized);
            assert!(!error.is_retryable());
            assert_eq!(server.seen().0, before.0 + 1);
            let cause = error.source().unwrap().to_string();
            assert_eq!(cause, "the token *** has expired");
            assert!(!format!("{error:?}").contains("canary"));
            server.connector.recycle(&mut conn).await.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn f36_credentials_that_are_refused_while_connecting_are_told_there() {
    let server = Server::with(with_token());
    server.front.set_token(Some("another"));
    let error = server.connector.connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthorized);
    assert_eq!(server.seen().0, 1);
    server.front.set_token(Some("canary"));
    run(&mut server.connect().await, SELECT).await;
}

#[tokio::test(start_paused = true)]
async fn f37_an_overloaded_server_is_asked_again_when_it_says() {
    let server = Server::new();
    for status in [429, 503] {
        for (sql, wait) in [(SELECT, 3), (INSERT, 7)] {
            let mut conn = server.connect().await;
            let before = server.seen();
            let later = Action::retry_after(status, wait);
            server.front.queue([later.clone(), later]);
            let begun = Instant::now();
            run(&mut conn, sql).await;
            assert_eq!(begun.elapsed().as_secs(), u64::from(2 * wait));
            assert_eq!(server.seen(), (before.0 + 3, before.1));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn f37_without_a_word_about_when_it_is_asked_soon_and_then_told() {
    let server = Server::new();
    for status in [429, 503] {
        let mut conn = server.connect().await;
        let before = server.seen();
        server.front.queue([Action::status(status, "later")]);
        let begun = Instant::now();
        run(&mut conn, INSERT).await;
        assert!(begun.elapsed() < Duration::from_millis(60));

        server.front.queue(vec![Action::status(status, "later"); 6]);
        let error = conn.query(Statement::new(INSERT)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Busy);
        assert_eq!(server.seen().0, before.0 + 2 + 6);
        server.connector.recycle(&mut conn).await.unwrap();
    }
}

/// To wait past the deadline is no use.
#[tokio::test(start_paused = true)]
async fn f37_a_pause_beyond_the_deadline_is_told_and_not_waited_for() {
    let server = Server::new();
    let mut conn = server.connect().await;
    server.front.queue([Action::retry_after(429, 60)]);
    let begun = Instant::now();
    let error = conn.query(Statement::new(SELECT)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    assert_eq!(error.retry_after(), Some(Duration::from_mins(1)));
    assert_eq!(begun.elapsed(), Duration::ZERO);
}

/// The same while connecting.
#[tokio::test(start_paused = true)]
async fn f37_an_overloaded_server_is_waited_for_while_connecting() {
    let server = Server::new();
    server.front.queue([Action::retry_after(503, 2)]);
    let begun = Instant::now();
    server.connect().await;
    assert_eq!(begun.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn f37_a_busy_database_is_asked_again() {
    let server = Server::new();
    let busy = |code: &str| {
        let error =
            json!({"type": "error", "error": {"message": "database is locked", "code": code}});
        Action::json(pipeline(&[error, closed()]).to_string())
    };
    let mut conn = server.connect().await;
    for sql in [SELECT, INSERT] {
        server
            .front
            .queue([busy("SQLITE_BUSY"), busy("TRANSACTION_TIMEOUT")]);
        run(&mut conn, sql).await;
    }
    let steps = json!({
        "step_results": [null, null, null, null],
        "step_errors": [{"message": "database is locked", "code": "SQLITE_BUSY"}, null, null, {"message": "no transaction", "code": "SQLITE_ERROR"}],
    });
    let lost = json!({"type": "ok", "response": {"type": "batch", "result": steps}});
    server
        .front
        .queue([Action::json(pipeline(&[lost, closed()]).to_string())]);
    let before = server.seen().0;
    conn.batch(Batch::new().step(INSERT)).await.unwrap();
    assert_eq!(server.seen().0, before + 2);
}

fn nonsense() -> Vec<(Action, ErrorKind)> {
    use ErrorKind::{Bug, Disconnected};
    let json = |body: Json| Action::json(body.to_string());
    let with = |name: &str, value: &str, body: &[u8]| {
        Action::Answer(Message::response(200, body).with_header(name, value))
    };
    let html = "<html>Please log in</html>";
    let extra = [closed(), closed(), closed()];
    let other = json!({"type": "ok", "response": {"type": "describe", "result": {}}});
    let ragged = json!({"cols": [], "rows": [[{"type": "null"}]]});
    let ragged = json!({"type": "ok", "response": {"type": "execute", "result": ragged}});
    vec![
        (
            with("content-type", "text/html", html.as_bytes()),
            Disconnected,
        ),
        (Action::status(302, html), Disconnected),
        (Action::status(204, ""), Disconnected),
        (Action::status(200, html), Disconnected),
        (Action::status(200, ""), Disconnected),
        (
            with("content-type", "application/json", b"\xff\xfe{"),
            Disconnected,
        ),
        (
            with("content-type", "application/x-protobuf", b"\xff\xff"),
            Disconnected,
        ),
        (with("content-encoding", "gzip", b"hello"), Disconnected),
        (with("content-encoding", "br", b"hello"), Disconnected),
        (
            Action::Garbage(b"\x16\x03\x01\x00\xa5\x01".to_vec()),
            Disconnected,
        ),
        (
            Action::Garbage(b"SSH-2.0-OpenSSH_9.7\r\n".to_vec()),
            Disconnected,
        ),
        (
            Action::Garbage(b"HTTP/1.1 200 OK\r\n\xff: \0\r\n\r\n".to_vec()),
            Disconnected,
        ),
        (json(json!([])), Bug),
        (json(json!({"results": null})), Bug),
        (json(pipeline(&[])), Bug),
        (json(pipeline(&[closed()])), Bug),
        (json(pipeline(&extra)), Bug),
        (json(pipeline(&[other, closed()])), Bug),
        (json(pipeline(&[ragged, closed()])), Bug),
        (json(pipeline(&[json!({"type": "error"}), closed()])), Bug),
    ]
}

#[tokio::test(start_paused = true)]
async fn f38_nonsense_is_an_error_and_ends_the_connection() {
    for (action, kind) in nonsense() {
        let server = Server::with(once());
        let mut conn = server.connect().await;
        server.front.queue([action.clone()]);
        let error = conn.query(Statement::new(SELECT)).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{action:?}");
        assert!(
            server.connector.recycle(&mut conn).await.is_err(),
            "{action:?}"
        );
        let mut conn = server.connect().await;
        server.front.queue([action.clone()]);
        let error = conn.batch(Batch::new().step(INSERT)).await.unwrap_err();
        let expected = match action {
            // The server said that it did nothing.
            Action::Answer(answer) if answer.status() == 302 => ErrorKind::Disconnected,
            _ => ErrorKind::OutcomeUnknown,
        };
        assert_eq!(error.kind(), expected, "{error:?}");
        run(&mut server.connect().await, SELECT).await;
    }
}

/// A batch that is answered with rows, without all its steps, or with neither
/// success nor error.
#[tokio::test(start_paused = true)]
async fn f38_a_batch_that_is_not_accounted_for_has_an_unknown_outcome() {
    let server = Server::new();
    let some = one_row();
    let results = [
        json!([]),
        json!([some, some]),
        json!([some, null, null, null]),
        json!([null, null, some, null]),
        json!([some, null, some, null]),
    ];
    for results in results {
        let mut conn = server.connect().await;
        let batch = json!({"step_results": results, "step_errors": []});
        let ok = json!({"type": "ok", "response": {"type": "batch", "result": batch}});
        server
            .front
            .queue([Action::json(pipeline(&[ok, closed()]).to_string())]);
        let error = conn.batch(Batch::new().step(INSERT)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown, "{results}");
    }
}

#[tokio::test(start_paused = true)]
async fn f38_a_web_page_in_place_of_the_server_is_no_connection() {
    let server = Server::new();
    let page = Message::response(200, "<html>").with_header("content-type", "text/html");
    server.front.queue([Action::Answer(page)]);
    let error = server.connector.connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    server.front.queue(vec![Action::status(404, ""); 2]);
    let error = server.connector.connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    server.connect().await;
}

#[tokio::test(start_paused = true)]
async fn f39_a_flood_is_stopped_at_the_limit() {
    let server = Server::with(RemoteConfig {
        answer_bytes_max: 100_000,
        ..RemoteConfig::default()
    });
    let unframed = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], &vec![b' '; 200_000]].concat();
    for flood in [Action::Flood(1 << 30), Action::Garbage(unframed)] {
        let mut conn = server.connect().await;
        server.front.queue([flood.clone()]);
        let error = conn.query(Statement::new(SELECT)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(server.connector.stats().bytes_in < 1_000_000);
        let mut conn = server.connect().await;
        server.front.queue([flood]);
        let error = conn.query(Statement::new(INSERT)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    }
}

/// A head without end.
#[tokio::test(start_paused = true)]
async fn f39_an_endless_head_is_stopped_too() {
    let server = Server::new();
    let mut conn = server.connect().await;
    let head = format!("HTTP/1.1 200 OK\r\nx: {}", "x".repeat(10_000_000));
    server
        .front
        .queue(vec![Action::Garbage(head.into_bytes()); 6]);
    let error = conn.query(Statement::new(SELECT)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected);
    assert!(server.connector.stats().bytes_in < 6_000_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever comes back: an error or rows, and the next connection works.
    #[test]
    fn f38_any_bytes_end_in_an_answer(head in 0..4_usize, bytes: Vec<u8>) {
        let heads = [
            "",
            "HTTP/1.1 200 OK\r\n",
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\n\r\n",
        ];
        let garbage = [heads[head].as_bytes(), &bytes].concat();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async {
            let server = Server::new();
            let mut conn = server.connect().await;
            server.front.queue(vec![Action::Garbage(garbage); 6]);
            let _ = conn.query(Statement::new(SELECT)).await;
            server.front.clear();
            run(&mut server.connect().await, SELECT).await;
        });
    }
}
