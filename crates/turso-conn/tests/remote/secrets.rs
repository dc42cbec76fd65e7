//! The token appears nowhere but in the header that carries it.

use std::error::Error as _;
use std::fmt::Write;
use std::time::Duration;

use testkit::Said;
use testkit::net::{Action, Message};
use turso_conn::{Batch, Connect, Error, Execute, Program, RemoteConfig, Secret, Statement};

use crate::scripted::{Server, json_response};

const TOKEN: &str = "canary-token";
const CONTENT: &str = "canary-content";

/// Everything that may go wrong with an answer; servers repeat the token.
fn faults() -> Vec<Action> {
    let repeat = format!("your token {TOKEN} is not good");
    let said = |status: u16, json: bool| {
        let body = if json {
            serde_json::json!({"message": repeat, "code": TOKEN}).to_string()
        } else {
            repeat.clone()
        };
        let kind = if json {
            "application/json"
        } else {
            "text/plain"
        };
        Action::Answer(Message::response(status, body).with_header("content-type", kind))
    };
    let error = serde_json::json!({"type": "error", "error": {"message": repeat, "code": TOKEN}});
    let refused = json_response(&crate::scripted::pipeline(&[
        error,
        crate::scripted::closed(),
    ]));
    let step = serde_json::json!({"message": repeat, "code": TOKEN});
    let batch =
        serde_json::json!({"step_results": [{}, null, null, {}], "step_errors": [null, step]});
    let batch = serde_json::json!({"type": "ok", "response": {"type": "batch", "result": batch}});
    let failed = json_response(&crate::scripted::pipeline(&[
        batch,
        crate::scripted::closed(),
    ]));
    let mut faults = vec![
        Action::Answer(failed),
        Action::Hang,
        Action::HangAfterForward,
        Action::CloseBefore,
        Action::CloseAfterForward,
        Action::Reset,
        Action::Truncate(10),
        Action::Truncate(150),
        Action::Flood(1 << 40),
        Action::Garbage(repeat.clone().into_bytes()),
        Action::Answer(refused),
        Action::Delay(Duration::from_mins(2)),
        said(200, false),
        said(200, true),
        Action::retry_after(429, 100),
    ];
    for status in [302, 400, 401, 403, 404, 413, 429, 500, 502, 503] {
        faults.extend([said(status, false), said(status, true)]);
    }
    faults
}

fn show(error: &Error, shown: &mut String) {
    writeln!(shown, "{error} {error:?} {error:#?}").unwrap();
    let mut source = error.source();
    while let Some(cause) = source {
        writeln!(shown, "{cause} {cause:?}").unwrap();
        source = cause.source();
    }
}

#[tokio::test(start_paused = true)]
async fn the_token_and_the_content_are_neither_logged_nor_shown() {
    let said = Said::default();
    tracing::subscriber::set_global_default(said.clone()).unwrap();
    let config = RemoteConfig {
        token: Some(Secret::new(TOKEN)),
        answer_bytes_max: 1 << 20,
        ..RemoteConfig::default()
    };
    let server = Server::with(config.clone());
    server.front.set_token(Some(TOKEN));
    let mut shown = format!("{config:?} {:?}", server.connector);
    let mut failed = 0;
    for fault in faults() {
        failed += fail(&server, &fault, &mut shown).await;
    }
    server.front.set_token(Some("another"));
    let refused = server
        .connect()
        .await
        .query(Statement::new("SELECT 1"))
        .await;
    show(&refused.unwrap_err(), &mut shown);
    assert!(failed >= 100, "{failed}");

    let said = said.text();
    assert!(said.contains("trying again"), "nothing was recorded");
    for canary in [TOKEN, CONTENT] {
        assert!(!said.contains(canary), "logged");
        assert!(!shown.contains(canary), "shown");
    }
}

/// Meets `fault` while connecting and while working, and shows what came of it.
async fn fail(server: &Server, fault: &Action, shown: &mut String) -> usize {
    let store = || Statement::new("INSERT INTO t VALUES (?1)").bind(CONTENT);
    let program = || Program::from(Batch::new().step(store()));
    let mut failed = 0;
    server.front.queue(vec![fault.clone(); 20]);
    let connected = server.connector.connect().await;
    failed += usize::from(connected.map_err(|error| show(&error, shown)).is_err());
    for part in 0..4 {
        server.front.clear();
        let mut conn = server.connect().await;
        server.front.queue(vec![fault.clone(); 20]);
        let answer = match part {
            0 => conn.query(store()).await.map(drop),
            1 => conn.query(store().idempotent()).await.map(drop),
            2 => conn
                .query(Statement::new("SELECT ?1").bind(CONTENT))
                .await
                .map(drop),
            _ => conn.atomic(program()).await.map(drop),
        };
        failed += usize::from(answer.map_err(|error| show(&error, shown)).is_err());
        write!(shown, "{conn:?}").unwrap();
    }
    server.front.clear();
    failed
}
