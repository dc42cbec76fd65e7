//! Answers that name another address.

use std::sync::Arc;

use serde_json::json;
use testkit::net::{Action, Message, Scripted};
use turso_conn::{Connect, Execute, RemoteConfig, Secret, Statement};

use crate::scripted::{closed, json_response, one_row};
use crate::support::{connector, run};

/// A server that answers every statement with this `base_url`.
fn naming(base_url: &str) -> Arc<Scripted> {
    let ok = json!({"type": "ok", "response": {"type": "execute", "result": one_row()}});
    let body = json!({"baton": null, "base_url": base_url, "results": [ok, closed()]});
    let server = Scripted::new(move |request| match request.method() {
        "GET" if request.path().ends_with("/v3") => Message::response(200, ""),
        "GET" => Message::response(404, ""),
        _ => json_response(&body),
    });
    let server = server.unwrap();
    server.keep_requests();
    Arc::new(server)
}

fn pipelines(server: &Scripted) -> Vec<String> {
    let requests = server.take_requests();
    let posts = requests.iter().filter(|request| request.method() == "POST");
    posts.map(|request| request.path().to_owned()).collect()
}

#[tokio::test]
async fn later_requests_go_where_an_answer_said() {
    let other = naming("");
    let url = format!("{}/tenant", other.url());
    let first = naming(&url);
    let connector = connector(&first.url(), RemoteConfig::default());
    let mut conn = connector.connect().await.unwrap();
    for _ in 0..3 {
        run(&mut conn, "INSERT INTO t VALUES (1)").await;
    }
    assert_eq!(pipelines(&first), ["/v3/pipeline"]);
    assert_eq!(pipelines(&other), ["/tenant/v3/pipeline"; 2]);
    assert_eq!(connector.stats().sockets, 2);
    // A new connection begins at the location again.
    let mut conn = connector.connect().await.unwrap();
    run(&mut conn, "SELECT 1").await;
    assert_eq!(pipelines(&first), ["/v3/pipeline"]);
}

#[tokio::test]
async fn a_token_does_not_follow_to_another_port_unencrypted() {
    let other = naming("");
    let first = naming(&other.url());
    let config = RemoteConfig {
        token: Some(Secret::new("canary")),
        ..RemoteConfig::default()
    };
    let mut conn = connector(&first.url(), config).connect().await.unwrap();
    for _ in 0..3 {
        run(&mut conn, "SELECT 1").await;
    }
    assert_eq!(pipelines(&first).len(), 3);
    assert_eq!(other.counts().connections, 0);
}

#[tokio::test]
async fn an_address_that_cannot_be_reached_is_given_up_for_the_location() {
    let gone = naming("");
    gone.refuse().await;
    let first = naming(&gone.url());
    let connector = connector(&first.url(), RemoteConfig::default());
    let mut conn = connector.connect().await.unwrap();
    for _ in 0..3 {
        run(&mut conn, "INSERT INTO t VALUES (1)").await;
    }
    assert_eq!(pipelines(&first).len(), 3);
    assert_eq!(connector.stats().retries, 1);
}

#[tokio::test]
async fn what_is_no_address_is_not_followed() {
    for nonsense in [
        "",
        "x",
        "file:///etc/passwd",
        "http://elsewhere.example",
        "http://a@b",
    ] {
        let server = naming(nonsense);
        let connector = connector(&server.url(), RemoteConfig::default());
        let mut conn = connector.connect().await.unwrap();
        server.queue([Action::Forward]);
        conn.query(Statement::new("SELECT 1")).await.unwrap();
        run(&mut conn, "SELECT 1").await;
        assert_eq!(pipelines(&server).len(), 2);
        assert_eq!(connector.stats().sockets, 1);
    }
}
