//! Answers from JSON.
//!
//! Strings are owned: they arrive with escapes. What is not known is skipped,
//! without recursion, and no message here contains its own kind: nesting is
//! never followed further than these types go. serde's own texts are not passed
//! on, for they quote what was read.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::error::Category;

use super::value::Cell;
use crate::remote::answer::{Answer, BatchAnswer, Failure, Outcome, StatementAnswer, Unreadable};

/// The answer to a pipeline.
pub(in crate::remote) fn answer(body: &[u8]) -> Result<Answer, Unreadable> {
    serde_json::from_slice::<PipelineAnswer>(body)
        .map(Answer::from)
        .map_err(|error| unreadable(&error))
}

/// The error that came with a status, if the body is one.
pub(in crate::remote) fn failure(body: &[u8]) -> Option<Failure> {
    let refusal: Refusal = serde_json::from_slice(body).ok()?;
    refusal.message.or(refusal.error).map(|message| Failure {
        message,
        code: refusal.code.unwrap_or_default(),
    })
}

fn unreadable(error: &serde_json::Error) -> Unreadable {
    let place = format!("line {} column {}", error.line(), error.column());
    match error.classify() {
        Category::Data => Unreadable::Malformed(format!("unexpected content at {place}")),
        _ => Unreadable::Foreign(format!("no JSON at {place}")),
    }
}

#[derive(Deserialize)]
struct PipelineAnswer {
    #[serde(default)]
    base_url: Option<String>,
    results: Vec<StreamResult>,
}

#[derive(Deserialize)]
struct StreamResult {
    r#type: String,
    #[serde(default)]
    response: Option<StreamResponse>,
    #[serde(default)]
    error: Option<StreamError>,
}

#[derive(Deserialize)]
struct StreamResponse {
    r#type: String,
    #[serde(default)]
    result: Option<StreamValue>,
}

/// The result of a statement or of a batch: their fields have different names.
#[derive(Default, Deserialize)]
#[serde(default)]
struct StreamValue {
    cols: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    affected_row_count: u64,
    step_results: Vec<Option<StmtResult>>,
    step_errors: Vec<Option<StreamError>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StmtResult {
    cols: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    affected_row_count: u64,
}

#[derive(Deserialize)]
struct Column {
    #[serde(default)]
    name: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct StreamError {
    message: String,
    code: Option<String>,
}

/// An error with a status: the protocol's (`message`) or the server's own (`error`).
#[derive(Deserialize)]
struct Refusal {
    message: Option<String>,
    error: Option<String>,
    code: Option<String>,
}

impl From<PipelineAnswer> for Answer {
    fn from(body: PipelineAnswer) -> Self {
        Self {
            base_url: body.base_url,
            results: body.results.into_iter().map(Outcome::from).collect(),
        }
    }
}

impl From<StreamResult> for Outcome {
    fn from(result: StreamResult) -> Self {
        match (result.r#type.as_str(), result.response, result.error) {
            ("ok", Some(response), _) => response.into(),
            ("error", _, Some(error)) => Self::Error(error.into()),
            _ => Self::Other,
        }
    }
}

impl From<StreamResponse> for Outcome {
    fn from(response: StreamResponse) -> Self {
        match (response.r#type.as_str(), response.result) {
            ("close", _) => Self::Close,
            ("store_sql", _) => Self::Stored,
            ("execute", Some(value)) => Self::Execute(statement(StmtResult {
                cols: value.cols,
                rows: value.rows,
                affected_row_count: value.affected_row_count,
            })),
            ("batch", Some(value)) => Self::Batch(BatchAnswer {
                results: numbered(value.step_results, statement),
                errors: numbered(value.step_errors, Failure::from),
            }),
            _ => Self::Other,
        }
    }
}

fn numbered<T, U>(entries: Vec<Option<T>>, read: impl Fn(T) -> U) -> BTreeMap<u32, U> {
    let entries = (0..).zip(entries);
    entries
        .filter_map(|(i, entry)| Some((i, read(entry?))))
        .collect()
}

fn statement(result: StmtResult) -> StatementAnswer {
    let plain = |row: Vec<Cell>| row.into_iter().map(|cell| cell.0).collect();
    StatementAnswer {
        columns: result.cols.into_iter().map(name).collect(),
        rows: result.rows.into_iter().map(plain).collect(),
        changes: result.affected_row_count,
    }
}

fn name(column: Column) -> String {
    column.name.unwrap_or_default()
}

impl From<StreamError> for Failure {
    fn from(error: StreamError) -> Self {
        Self {
            message: error.message,
            code: error.code.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_refusal_is_read_in_both_forms() {
        let failure = |body: &str| failure(body.as_bytes());
        let full = failure(r#"{"message":"gone","code":"STREAM_EXPIRED"}"#).unwrap();
        assert_eq!((&*full.message, &*full.code), ("gone", "STREAM_EXPIRED"));
        assert_eq!(failure(r#"{"error":"bad"}"#).unwrap().message, "bad");
        assert_eq!(failure("{}"), None);
        assert_eq!(failure("<html>"), None);
    }

    #[test]
    fn deep_nesting_is_skipped_or_refused_and_never_followed() {
        let deep = "[".repeat(1_000_000) + &"]".repeat(1_000_000);
        let skipped = format!(r#"{{"results":[],"new":{deep}}}"#);
        assert!(answer(skipped.as_bytes()).is_ok());
        let value = format!(r#"{{"type":"text","value":{deep}}}"#);
        let result = format!(r#"{{"cols":[{{}}],"rows":[[{value}]]}}"#);
        let response = format!(r#"{{"type":"execute","result":{result}}}"#);
        let body = format!(r#"{{"results":[{{"type":"ok","response":{response}}}]}}"#);
        assert!(matches!(
            answer(body.as_bytes()),
            Err(Unreadable::Malformed(_))
        ));
    }

    #[test]
    fn what_is_no_json_is_foreign_and_what_is_no_answer_is_malformed() {
        let read = |body: &str| answer(body.as_bytes()).unwrap_err();
        assert!(matches!(read("<html></html>"), Unreadable::Foreign(_)));
        assert!(matches!(read(r#"{"results":["#), Unreadable::Foreign(_)));
        assert!(matches!(read("[]"), Unreadable::Malformed(_)));
        assert!(matches!(read("{}"), Unreadable::Malformed(_)));
    }

    #[test]
    fn the_reason_does_not_quote_what_was_read() {
        let body = r#"{"results":[{"type":"ok","response":"canary"}]}"#;
        let reason = format!("{:?}", answer(body.as_bytes()));
        assert!(!reason.contains("canary"), "{reason}");
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_an_answer(bytes: Vec<u8>) {
            let _ = answer(&bytes);
            let _ = failure(&bytes);
        }

        #[test]
        fn any_damage_ends_in_an_answer(at in 0_usize..400, byte: u8) {
            let whole = r#"{"baton":null,"base_url":null,"results":[{"type":"ok","response":{"type":"batch","result":{"step_results":[{"cols":[{"name":"id","decltype":"INTEGER"}],"rows":[[{"type":"integer","value":"1"},{"type":"blob","base64":"AAEC"}]],"affected_row_count":0,"last_insert_rowid":null},null],"step_errors":[null,{"message":"x","code":"SQLITE_BUSY"}]}}},{"type":"ok","response":{"type":"close"}}]}"#;
            let mut bytes = whole.as_bytes().to_vec();
            let len = bytes.len();
            bytes[at % len] = byte;
            let _ = answer(&bytes);
            let _ = answer(&bytes[..at % len]);
        }
    }
}
