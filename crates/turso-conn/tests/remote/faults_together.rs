//! What may happen to a request that asks for several.

use serde_json::{Value as Json, json};
use testkit::net::Action;
use tokio::time::Instant;
use turso_conn::{Connect, ErrorKind, Execute, RemoteConnection, Statement};

use crate::scripted::{Server, closed, once, one_row, pipeline};
use crate::support::run;

async fn three(conn: &mut RemoteConnection) -> Vec<Result<usize, ErrorKind>> {
    let answers = conn.query_all(vec![Statement::new("SELECT 1"); 3]).await;
    let read = answers.into_iter().map(|answer| {
        let rows = answer.map_err(|error| error.kind())?;
        Ok(rows.len())
    });
    read.collect()
}

fn ok() -> Json {
    json!({"type": "ok", "response": {"type": "execute", "result": one_row()}})
}

fn error(code: &str) -> Json {
    json!({"type": "error", "error": {"message": "no", "code": code}})
}

fn results(results: &[Json]) -> Action {
    Action::json(pipeline(results).to_string())
}

#[tokio::test(start_paused = true)]
async fn f30_an_answer_that_was_cut_off_is_asked_for_again() {
    let server = Server::new();
    for fault in [
        Action::CloseAfterForward,
        Action::CloseBefore,
        Action::Truncate(150),
        Action::retry_after(503, 1),
    ] {
        let mut conn = server.connect().await;
        let before = server.seen().0;
        server.front.queue([fault.clone()]);
        assert_eq!(three(&mut conn).await, [Ok(1); 3], "{fault:?}");
        assert_eq!(server.seen().0, before + 2, "{fault:?}");
        server.connector.recycle(&mut conn).await.unwrap();
    }
}

/// An answer that does not say which is whose, or that nobody can read, is nobody's.
#[tokio::test(start_paused = true)]
async fn f38_what_cannot_be_told_apart_is_asked_for_alone() {
    let described = json!({"type": "ok", "response": {"type": "describe", "result": {}}});
    let stored = json!({"type": "ok", "response": {"type": "store_sql"}});
    for fault in [
        results(&[ok(), ok(), closed()]),
        results(&[ok(), ok(), ok(), ok(), closed()]),
        results(&[ok(), ok(), ok()]),
        results(&[ok(), described, ok(), closed()]),
        results(&[error(""), stored, ok(), ok(), ok(), closed()]),
        results(&[error(""), closed()]),
        Action::json("{}"),
        Action::status(400, "too much"),
        Action::status(413, "too much"),
        // A text of one of them that is none.
        Action::status(500, "invalid utf-8 sequence"),
    ] {
        let server = Server::new();
        let mut conn = server.connect().await;
        let before = server.seen().0;
        server.front.queue([fault.clone()]);
        assert_eq!(three(&mut conn).await, [Ok(1); 3], "{fault:?}");
        assert_eq!(server.seen().0, before + 1 + 3, "{fault:?}");
        server.connector.recycle(&mut conn).await.unwrap();
    }
}

/// What passes is tried again for the one that it met; what is its own fault is told.
#[tokio::test(start_paused = true)]
async fn f37_one_that_met_a_busy_database_is_asked_again() {
    for (code, requests, told) in [
        ("SQLITE_BUSY", 2, Ok(1)),
        ("RESPONSE_TOO_LARGE", 2, Ok(1)),
        ("STREAM_EXPIRED", 2, Ok(1)),
        ("SQL_PARSE_ERROR", 1, Err(ErrorKind::Misuse)),
    ] {
        let server = Server::new();
        let mut conn = server.connect().await;
        let before = server.seen().0;
        server
            .front
            .queue([results(&[ok(), error(code), ok(), closed()])]);
        assert_eq!(three(&mut conn).await, [Ok(1), told, Ok(1)], "{code}");
        assert_eq!(server.seen().0, before + requests, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn that_nobody_is_there_is_told_to_all() {
    for (fault, kind) in [
        (Action::status(401, "no"), ErrorKind::Unauthorized),
        (Action::CloseBefore, ErrorKind::Disconnected),
        (Action::status(503, "later"), ErrorKind::Busy),
    ] {
        let server = Server::with(once());
        let mut conn = server.connect().await;
        let before = server.seen().0;
        server.front.queue([fault]);
        assert_eq!(three(&mut conn).await, [Err(kind); 3]);
        assert_eq!(server.seen().0, before + 1);
    }
}

/// The time is that of one request, also when each is asked alone after it.
#[tokio::test(start_paused = true)]
async fn f27_a_server_that_hangs_takes_the_time_of_one_request() {
    for first in [Action::Hang, results(&[])] {
        let server = Server::new();
        let mut conn = server.connect().await;
        server.front.queue([first, Action::Hang]);
        server.front.script(|_| Action::Hang);
        let begun = Instant::now();
        assert_eq!(three(&mut conn).await, [Err(ErrorKind::Timeout); 3]);
        assert_eq!(begun.elapsed().as_secs(), 30);
        server.front.clear();
        // The connection is broken, and says so for each.
        assert_eq!(three(&mut conn).await, [Err(ErrorKind::Closed); 3]);
        run(&mut server.connect().await, "SELECT 1").await;
    }
}
