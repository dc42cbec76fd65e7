//! What a real server was recorded to answer: what the client makes of it.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use testkit::net::{Message, Scripted, Transcript};
use turso_conn::{
    Batch, Connect, Encoding, ErrorKind, Execute, RemoteConnection, Result, Statement, Value,
};

use crate::support::{connector, speaking};

/// What each transcript comes to.
enum Comes {
    /// Rows and changes of a statement.
    Rows(usize, u64),
    /// The steps of a batch.
    Steps(usize),
    Kind(ErrorKind),
    /// The failing step of a batch.
    AtStep(ErrorKind, usize),
    /// No answer to anything that this client asks.
    NotAsked,
}

fn expected(name: &str) -> Comes {
    use Comes::{AtStep, Kind, NotAsked, Rows, Steps};
    match name {
        "create_table" => Rows(0, 0),
        "insert_values" | "insert_null_and_extremes" => Rows(0, 1),
        "named_args" | "pragma_foreign_keys" => Rows(1, 0),
        "select" | "want_rows_false" | "atomic_check" | "gzip_response" => Rows(2, 0),
        "returning" => Rows(1, 1),
        "atomic_ok" => Steps(2),
        "atomic_constraint_rolls_back" => AtStep(ErrorKind::Constraint, 1),
        "error_unique" => Kind(ErrorKind::Constraint),
        "error_syntax"
        | "error_no_table"
        | "error_too_few_args"
        | "error_too_many_args"
        | "error_multi_statement"
        | "nan_is_400"
        | "not_json"
        | "gzip_request_refused"
        | "stream_baton_reused"
        | "stream_invalid_baton"
        | "post_unknown_path" => Kind(ErrorKind::Misuse),
        "error_pragma_blocked" => Kind(ErrorKind::Unsupported),
        "stream_expired" => Kind(ErrorKind::Disconnected),
        "big_rows_limit" => Kind(ErrorKind::Limit),
        // Another number of results, or other ones, than asked for.
        "stream_open" | "stream_use" | "stream_open_2" | "error_then_close" | "describe"
        | "replication_index" => Kind(ErrorKind::Bug),
        "health" | "version" | "negotiate_v2" | "negotiate_v3" | "negotiate_v3_protobuf" => {
            NotAsked
        }
        other => panic!("a new transcript: {other}"),
    }
}

#[tokio::test]
async fn every_recorded_answer_is_understood_in_both_encodings() {
    let test = "every_recorded_answer_is_understood_in_both_encodings";
    let Some(transcripts) = Transcript::all(test).unwrap() else {
        return;
    };
    assert!(transcripts.len() >= 38);
    for transcript in &transcripts {
        for encoding in [Encoding::Json, Encoding::Negotiated] {
            let outcome = expected(&transcript.name);
            let answer = as_asked_by_us(transcript, encoding);
            check(&transcript.name, outcome, answer, encoding).await;
        }
    }
}

async fn check(name: &str, outcome: Comes, answer: Message, encoding: Encoding) {
    let server = always(answer);
    let mut config = speaking(encoding);
    config.retry.attempts = 1;
    let mut conn = connector(&server.url(), config).connect().await.unwrap();
    let shown = format!("{name} in {encoding:?}");
    match outcome {
        Comes::Rows(rows, changes) => {
            let answer = conn.query(Statement::new("SELECT 1")).await.expect(&shown);
            assert_eq!((answer.len(), answer.changes()), (rows, changes), "{shown}");
        }
        Comes::Steps(steps) => assert_eq!(two_steps(&mut conn).await.expect(&shown), steps),
        Comes::Kind(kind) => {
            let error = conn
                .query(Statement::new("SELECT 1"))
                .await
                .expect_err(&shown);
            assert_eq!(error.kind(), kind, "{shown}");
        }
        Comes::AtStep(kind, step) => {
            let error = two_steps(&mut conn).await.expect_err(&shown);
            assert_eq!((error.kind(), error.step()), (kind, Some(step)), "{shown}");
        }
        Comes::NotAsked => {}
    }
}

async fn two_steps(conn: &mut RemoteConnection) -> Result<usize> {
    let batch = Batch::new().step("DELETE FROM a").step("DELETE FROM b");
    Ok(conn.batch(batch).await?.len())
}

/// A server that speaks everything and gives every pipeline this answer.
fn always(answer: Message) -> Arc<Scripted> {
    let answers = move |request: &Message| match request.method() {
        "GET" => Message::response(200, "Hello"),
        _ => answer.clone(),
    };
    Arc::new(Scripted::new(answers).unwrap())
}

/// The recorded answer without what this client does not ask for, and without
/// the remark of the recorder that rows were left out.
fn as_asked_by_us(transcript: &Transcript, encoding: Encoding) -> Message {
    let Some(mut json) = transcript.json.clone() else {
        return transcript.response.clone();
    };
    if let Some(results) = json.get_mut("results").and_then(Json::as_array_mut) {
        results.retain(|result| result["response"]["type"] != "get_autocommit");
        for result in results {
            if let Some(rows) = result.pointer_mut("/response/result/rows") {
                rows.as_array_mut().unwrap().retain(Json::is_array);
            }
        }
    }
    let mut asked = transcript.clone();
    asked.json = Some(json.clone());
    let plain = transcript.response.header("content-encoding").is_none();
    match encoding {
        Encoding::Json if plain => {
            let status = transcript.response.status();
            let message = Message::response(status, json.to_string());
            message.with_header("content-type", "application/json")
        }
        _ => asked.response_protobuf().unwrap(),
    }
}

/// The values that were recorded, as rows.
#[tokio::test]
async fn the_recorded_values_are_read() {
    let Some(transcripts) = Transcript::all("the_recorded_values_are_read").unwrap() else {
        return;
    };
    let select = transcripts.iter().find(|t| t.name == "select").unwrap();
    for encoding in [Encoding::Json, Encoding::Negotiated] {
        let server = always(as_asked_by_us(select, encoding));
        let connector = connector(&server.url(), speaking(encoding));
        let mut conn = connector.connect().await.unwrap();
        let rows = conn.query(Statement::new("SELECT 1")).await.unwrap();
        assert_eq!(rows.columns().collect::<Vec<_>>(), ["id", "k", "v", "r"]);
        let expected = [
            [
                1.into(),
                "a".into(),
                [0, 1, 2, 3, 4, 5, 6, 7].into(),
                1.5.into(),
            ],
            [i64::MAX.into(), "max".into(), Value::Null, Value::Null],
        ];
        assert_eq!(rows.into_values(), expected.concat());
    }
}

/// What this client sends is what was recorded: the server's own types read it.
#[tokio::test]
async fn what_is_sent_is_what_was_recorded() {
    let Some(transcripts) = Transcript::all("what_is_sent_is_what_was_recorded").unwrap() else {
        return;
    };
    let server = Scripted::replaying(transcripts.clone()).unwrap();
    let mut asked = 0;
    for encoding in [Encoding::Json, Encoding::Negotiated] {
        let connector = connector(&server.url(), speaking(encoding));
        let mut conn = connector.connect().await.unwrap();
        for transcript in &transcripts {
            let Some(statement) = statement_of(transcript) else {
                continue;
            };
            let answer = conn.query(statement).await;
            let unrecorded = answer.is_err_and(|error| error.to_string().contains("404"));
            assert!(!unrecorded, "{} in {encoding:?}", transcript.name);
            asked += 1;
        }
    }
    assert!(asked >= 20, "{asked}");
}

/// The statement of a recorded request, if this client can ask it.
fn statement_of(transcript: &Transcript) -> Option<Statement> {
    let request: Json = serde_json::from_slice(&transcript.request.body()).ok()?;
    let requests = request.get("requests")?.as_array()?;
    let stmt = requests[0].get("stmt")?;
    let ours = requests.len() == 2
        && requests[1] == json!({"type": "close"})
        && stmt["want_rows"] == true
        && stmt.get("named_args").is_none()
        && transcript.request.header("content-encoding").is_none();
    let args = stmt.get("args").and_then(Json::as_array);
    let values = args.into_iter().flatten().map(value);
    let sql = stmt["sql"].as_str()?.to_owned();
    // More than one statement is refused before it is sent.
    (ours && !sql.contains(';')).then(|| Statement::new(sql).bind_all(values))
}

fn value(recorded: &Json) -> Value {
    match recorded["type"].as_str().unwrap() {
        "null" => Value::Null,
        "integer" => Value::Integer(recorded["value"].as_str().unwrap().parse().unwrap()),
        "float" => Value::Real(recorded["value"].as_f64().unwrap()),
        "text" => recorded["value"].as_str().unwrap().into(),
        "blob" => Value::Blob((0..8).collect()),
        other => panic!("{other}"),
    }
}
