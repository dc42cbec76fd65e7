//! A server with nothing behind it, over streams in memory.
//!
//! It speaks JSON: every statement answers one row with the integer 1, every
//! batch is committed. What goes wrong is queued on its front.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value as Json, json};
use testkit::net::{Message, Scripted};
use tokio::io::DuplexStream;
use turso_conn::{Connect, Dial, Location, RemoteConfig, RemoteConnection, RemoteConnector};

/// Where the scripted server seems to be.
pub const URL: &str = "http://localhost";

/// Nothing is tried again.
pub fn once() -> RemoteConfig {
    let mut config = RemoteConfig::default();
    config.retry.attempts = 1;
    config
}

/// The server, and the connector to it. Clones share both.
#[derive(Clone)]
pub struct Server {
    pub front: Arc<Scripted>,
    pub connector: RemoteConnector,
    dialer: InMemory,
}

impl Server {
    pub fn new() -> Self {
        Self::with(RemoteConfig::default())
    }

    pub fn with(config: RemoteConfig) -> Self {
        Self::answering(config, usual)
    }

    /// One that answers pipelines by `answer`.
    pub fn answering(
        config: RemoteConfig,
        answer: impl Fn(&Message) -> Message + Send + Sync + 'static,
    ) -> Self {
        let front = Arc::new(Scripted::new(move |request| negotiated(request, &answer)).unwrap());
        let dialer = InMemory {
            front: Arc::clone(&front),
            refusing: Arc::default(),
        };
        let location: Location = URL.parse().unwrap();
        let connector = RemoteConnector::with_dialer(&location, config, dialer.clone()).unwrap();
        Self {
            front,
            connector,
            dialer,
        }
    }

    pub async fn connect(&self) -> RemoteConnection {
        self.connector.connect().await.unwrap()
    }

    /// Refuses the next `n` connections.
    pub fn refuse(&self, n: u32) {
        self.dialer.refusing.store(n, Ordering::SeqCst);
    }

    /// Requests and connections until now.
    pub fn seen(&self) -> (u64, u64) {
        let counts = self.front.counts();
        (counts.requests, counts.connections)
    }
}

/// Streams in memory, served by the runtime of the test under its clock.
#[derive(Clone)]
pub struct InMemory {
    front: Arc<Scripted>,
    refusing: Arc<AtomicU32>,
}

impl Dial for InMemory {
    type Stream = DuplexStream;

    async fn dial(&self, _: &str, _: u16) -> io::Result<DuplexStream> {
        let left = |n: u32| n.checked_sub(1);
        let order = Ordering::SeqCst;
        match self.refusing.fetch_update(order, order, left) {
            Ok(_) => Err(io::ErrorKind::ConnectionRefused.into()),
            Err(_) => Ok(self.front.connect()),
        }
    }
}

fn negotiated(request: &Message, answer: impl Fn(&Message) -> Message) -> Message {
    match request.path() {
        "/v3" => Message::response(200, "Hello"),
        "/v3/pipeline" => answer(request),
        _ => Message::response(404, ""),
    }
}

/// One row for a statement, success for all steps of a batch but ROLLBACK.
pub fn usual(request: &Message) -> Message {
    let asked: Json = serde_json::from_slice(&request.body()).unwrap();
    let requests = asked["requests"].as_array().unwrap();
    let is_stored = |request: &&Json| request["type"] == "store_sql";
    let stored = requests.iter().take_while(is_stored).count();
    let steps = requests[stored]["batch"]["steps"].as_array();
    let ok = |result: Json, kind: &str| json!({"type": "ok", "response": {"type": kind, "result": result}});
    let answers = match steps {
        // All but those and `close`.
        None => vec![ok(one_row(), "execute"); requests.len() - stored - 1],
        Some(steps) => {
            let mut results = vec![one_row(); steps.len()];
            *results.last_mut().unwrap() = Json::Null;
            vec![ok(
                json!({"step_results": results, "step_errors": vec![Json::Null; steps.len()]}),
                "batch",
            )]
        }
    };
    let stored = vec![json!({"type": "ok", "response": {"type": "store_sql"}}); stored];
    json_response(&pipeline(&[stored, answers, vec![closed()]].concat()))
}

pub fn pipeline(results: &[Json]) -> Json {
    json!({"baton": null, "base_url": null, "results": results})
}

pub fn closed() -> Json {
    json!({"type": "ok", "response": {"type": "close"}})
}

pub fn one_row() -> Json {
    json!({"cols": [{"name": "v"}], "rows": [[{"type": "integer", "value": "1"}]], "affected_row_count": 0})
}

pub fn json_response(body: &Json) -> Message {
    Message::response(200, body.to_string()).with_header("content-type", "application/json")
}
