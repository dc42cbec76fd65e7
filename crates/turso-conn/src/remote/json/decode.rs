//! Answers from JSON.
//!
//! Strings are owned: they arrive with escapes. What is not known is skipped.
//! The reader nests no deeper than 128, also in what it skips; no message here
//! refers to itself. serde's own texts are not passed on, for they quote what
//! was read.

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
#[derive(Deserialize)]
struct StreamValue {
    #[serde(flatten)]
    statement: StmtResult,
    #[serde(default)]
    step_results: Vec<Option<StmtResult>>,
    #[serde(default)]
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

/// An error with a status: of the protocol (`message`) or of the server's own pages (`error`).
#[derive(Deserialize)]
struct Refusal {
    message: Option<String>,
    error: Option<String>,
    code: Option<String>,
}
