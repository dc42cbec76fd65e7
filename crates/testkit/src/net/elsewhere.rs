use std::env;
use std::future::Future;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use serde_json::{Value, json};

use super::backend::Backend as _;
use super::forward::Forward;
use super::target::Target;
use super::turn::Turn;
use super::{Message, runtime};
use crate::{Error, ErrorKind, Result};

/// The server to test against instead of a sqld.
const URL: &str = "TURSO_TEST_URL";
/// What it asks for.
const TOKEN: &str = "TURSO_TEST_TOKEN";
/// Lets the tests empty a database that was not empty when they came.
const WIPE: &str = "TURSO_TEST_WIPE";

/// What a test would have left behind, in the order in which it can be
/// dropped: the tables of a virtual table go with it.
const CONTENT: &str = "SELECT type || ' IF EXISTS \"' || replace(name, '\"', '\"\"') || '\"' \
    FROM sqlite_master WHERE type IN ('table', 'view') \
    AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'libsql\\_%' ESCAPE '\\' \
    ORDER BY type = 'table', coalesce(sql, '') NOT LIKE 'CREATE VIRTUAL%'";

/// Whether what is in the database is the tests' own.
static OURS: AtomicBool = AtomicBool::new(false);

/// The database of a server that somebody named for the tests, empty. One test
/// has it at a time, and it is emptied again on drop.
pub(crate) struct Elsewhere {
    server: Server,
    _turn: Turn,
}

/// The server itself. Apart, so that nothing is emptied on drop before it is
/// known to be ours.
struct Server {
    target: Target,
}

impl Elsewhere {
    /// `None` when no server is named.
    pub(crate) fn named() -> Result<Option<Self>> {
        let Ok(url) = env::var(URL) else {
            return Ok(None);
        };
        let server = Server {
            target: Target::url(&url)?.with_token(env::var(TOKEN).ok()),
        };
        let turn = Turn::take()?;
        if !server.is_ours()? {
            let context = format!("the database at {URL} is not empty; {WIPE}=1 gives it up");
            return Err(Error::new(ErrorKind::Data, context));
        }
        OURS.store(true, Ordering::SeqCst);
        server.empty()?;
        Ok(Some(Self {
            server,
            _turn: turn,
        }))
    }

    pub(crate) fn target(&self) -> &Target {
        &self.server.target
    }
}

impl Server {
    fn is_ours(&self) -> Result<bool> {
        let given_up = OURS.load(Ordering::SeqCst) || env::var_os(WIPE).is_some();
        Ok(given_up || self.content()?.is_empty())
    }

    fn empty(&self) -> Result<()> {
        let content = self.content()?;
        if content.is_empty() {
            return Ok(());
        }
        let drops = content.join("; DROP ");
        let script = format!("PRAGMA foreign_keys=OFF; DROP {drops}; PRAGMA user_version=0");
        self.ask(&json!({"type": "sequence", "sql": script}))
            .map(drop)
    }

    fn content(&self) -> Result<Vec<String>> {
        let request = json!({"type": "execute", "stmt": {"sql": CONTENT}});
        let result = self.ask(&request)?;
        let rows = result
            .pointer("/response/result/rows")
            .and_then(Value::as_array);
        let value = |row: &Value| Some(row.pointer("/0/value")?.as_str()?.to_owned());
        Ok(rows.into_iter().flatten().filter_map(value).collect())
    }

    /// The result of one request. Blocks.
    fn ask(&self, request: &Value) -> Result<Value> {
        let body = json!({"baton": null, "requests": [request, {"type": "close"}]});
        let message = Message::request("POST", "/v3/pipeline", body.to_string())
            .with_header("content-type", "application/json");
        let mut forward = Forward::new(self.target.clone());
        let answer = wait(async move { forward.answer(&message).await })?;
        let answer = answer.and_then(|answer| result(&answer));
        answer.map_err(|e| Error::because(ErrorKind::Io, format!("asking the server at {URL}"), e))
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        // The next test finds out, and says so.
        let _ = self.server.empty();
    }
}

impl std::fmt::Debug for Elsewhere {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Elsewhere").finish_non_exhaustive()
    }
}

/// The first result of a pipeline, if it is none of an error.
fn result(answer: &Message) -> io::Result<Value> {
    let wrong = || io::Error::other(format!("status {}: {}", answer.status(), answer.text()));
    let body: Value = serde_json::from_slice(&answer.body()).map_err(|_| wrong())?;
    let result = body.pointer("/results/0").ok_or_else(wrong)?;
    let good = result.get("type").is_some_and(|kind| kind == "ok");
    good.then(|| result.clone()).ok_or_else(wrong)
}

/// Waits for work on the threads of the fronts, from within a runtime or not.
fn wait<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> Result<T> {
    let (sender, answers) = mpsc::channel();
    runtime::handle()?.spawn(async move {
        // Nobody waits any more only if the test has panicked.
        let _ = sender.send(work.await);
    });
    let answer = answers.recv();
    answer.map_err(|e| Error::because(ErrorKind::Io, "waiting for an answer", e))
}
