use std::collections::HashMap;
use std::io::Read as _;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use testkit::net::{Message, Scripted, Sqld, Transcript, decode_pipeline_request_json};

use crate::client::{Client, client};

fn transcripts(test: &str) -> Option<Vec<Transcript>> {
    let all = Transcript::all(test).unwrap()?;
    assert!(all.len() >= 38, "{}", all.len());
    Some(all)
}

fn named(all: &[Transcript], name: &str) -> Transcript {
    let mut all = all.iter();
    all.find(|one| one.name == name).unwrap().clone()
}

#[tokio::test]
async fn every_transcript_is_answered_as_recorded() {
    let Some(all) = transcripts("replay") else {
        return;
    };
    let server = Scripted::replaying(all.clone()).unwrap();
    let mut client = Client::over(server.connect());
    for transcript in &all {
        let answer = client.ask(&transcript.request).await.unwrap();
        assert_eq!(answer, transcript.response, "{}", transcript.name);
    }
}

#[tokio::test]
async fn the_wording_of_a_request_does_not_matter() {
    let Some(all) = transcripts("wording") else {
        return;
    };
    let server = Scripted::replaying(all).unwrap();
    let body = r#"{"requests":[{"stmt":{"args":[],"sql":"SELECT id,k,v,r FROM t ORDER BY id"},
        "type":"execute"},{"type":"close"}]}"#;
    let mut client = Client::over(server.connect());
    let request = Message::request("POST", "/v3/pipeline", body);
    let answer = client.ask(&request).await.unwrap();
    assert!(answer.text().contains("9223372036854775807"));
    let other = Message::request("POST", "/v3/pipeline", body.replace("FROM t", "FROM u"));
    let answer = client.ask(&other).await.unwrap();
    assert_eq!(answer.status(), 404);
    assert!(answer.text().starts_with("not recorded"));
}

#[test]
fn compressed_answers_are_compressed_again() {
    let Some(all) = transcripts("gzip") else {
        return;
    };
    let transcript = named(&all, "gzip_response");
    assert!(!transcript.complete);
    let mut text = String::new();
    let body = transcript.response.body();
    GzDecoder::new(body.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(Some(serde_json::from_str(&text).unwrap()), transcript.json);
}

#[test]
fn every_answer_of_a_pipeline_is_to_be_had_in_protobuf() {
    let Some(all) = transcripts("protobuf") else {
        return;
    };
    let is_protobuf = |one: &&Transcript| {
        let answer = one.response_protobuf().unwrap();
        answer.header("content-type") == Some("application/x-protobuf")
    };
    let whole = all.iter().filter(|one| one.complete);
    let pipelines = whole.filter(is_protobuf).count();
    assert!(pipelines >= 25, "{pipelines}");
    let refused = named(&all, "not_json").response_protobuf().unwrap();
    assert_eq!(refused.status(), 400);
}

#[test]
fn what_was_asked_decodes() {
    let Some(all) = transcripts("asked") else {
        return;
    };
    for transcript in all.iter().filter(|one| one.json.is_some()) {
        decode_pipeline_request_json(&transcript.request.body()).expect(&transcript.name);
    }
}

#[test]
fn damaged_transcripts_are_an_error() {
    for text in ["", "{}", "[{}]", r#"[{"request":{},"response":{}}]"#] {
        Transcript::parse(text.as_bytes()).unwrap_err();
    }
}

/// What depends on the moment, on the build, or on what came before. New ids
/// are at random once the largest one is taken, which a record does.
const MOMENTS: [&str; 5] = [
    "replication_index",
    "query_duration_ms",
    "rows_read",
    "rows_written",
    "last_insert_rowid",
];

fn without_moments(mut value: Value) -> Value {
    match &mut value {
        Value::Object(fields) => {
            for key in MOMENTS {
                fields.remove(key);
            }
            let fields = std::mem::take(fields).into_iter();
            fields
                .map(|(key, field)| (key, without_moments(field)))
                .collect()
        }
        Value::Array(items) => std::mem::take(items)
            .into_iter()
            .map(without_moments)
            .collect(),
        _ => value,
    }
}

/// The records are of a server built from source; ours must agree with them.
/// Batons are the server's own and an id is random, so those records are left
/// out.
#[tokio::test]
async fn the_real_server_answers_as_recorded() {
    let found = Sqld::shared("transcripts on sqld")
        .unwrap()
        .zip(transcripts("on sqld"));
    let Some((sqld, all)) = found else {
        return;
    };
    let database = sqld.fresh_database().unwrap();
    let mut client = client(&database).await;
    let mut compared = HashMap::new();
    let own = |name: &str| name.starts_with("stream_") || name == "returning";
    for transcript in all.iter().filter(|one| !own(&one.name)) {
        let request = transcript.request.clone().with_header("host", "127.0.0.1");
        let answer = client.ask(&request).await.unwrap();
        assert_eq!(
            answer.status(),
            transcript.response.status(),
            "{}",
            transcript.name
        );
        if let (Some(json), None) = (&transcript.json, answer.header("content-encoding")) {
            let answer: Value = serde_json::from_slice(&answer.body()).unwrap();
            let pair = json!([answer, json]);
            compared.insert(transcript.name.clone(), without_moments(pair));
        }
    }
    assert!(compared.len() >= 20, "{}", compared.len());
    for (name, pair) in compared {
        assert_eq!(pair[0], pair[1], "{name}");
    }
}
