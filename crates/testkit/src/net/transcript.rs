use std::env;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use libsql_hrana::proto;
use prost_for_hrana::Message as _;
use serde_json::{Map, Value};

use super::Message;
use crate::data::workspace;
use crate::{Error, ErrorKind, Result, skipped};

/// Names another file of transcripts.
const OVERRIDE: &str = "HRANA_TRANSCRIPTS";
/// Where they are otherwise, seen from the root of the workspace.
const BESIDE: &str = "../shared/hrana/transcripts.json";
/// Says how a body of the wire is framed or packed, not what it is: the body
/// is sent at its known length.
const NOT_REPLAYED: [&str; 2] = ["transfer-encoding", "content-length"];

/// One request and what a real server answered.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Transcript {
    /// What it is called.
    pub name: String,
    /// What it shows.
    pub why: String,
    /// What was asked.
    pub request: Message,
    /// What was answered; compressed again where it was compressed.
    pub response: Message,
    /// The body of the answer as JSON, `None` when it was plain text.
    pub json: Option<Value>,
    /// Whether the answer was recorded whole. Of many rows the recorder kept
    /// the first, with a remark (`"… 198 more"`) where the others were.
    pub complete: bool,
}

impl Transcript {
    /// All of them, or `None` after standard error says that `test` is
    /// skipped for want of them.
    ///
    /// They are in the file that the environment variable `HRANA_TRANSCRIPTS`
    /// names, else at `../shared/hrana/transcripts.json` from the root of the
    /// workspace.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`] when the file cannot be read, [`ErrorKind::Data`]
    /// when it is not what it should be.
    pub fn all(test: &str) -> Result<Option<Vec<Self>>> {
        let named = env::var_os(OVERRIDE).map(PathBuf::from);
        let path = named.or_else(|| Some(workspace()?.join(BESIDE)));
        let Some(path) = path.filter(|path| path.is_file()) else {
            skipped(test, &format!("no {BESIDE}, and {OVERRIDE} names none"));
            return Ok(None);
        };
        let recorded = fs::read(&path)
            .map_err(|e| Error::because(ErrorKind::Io, "reading the transcripts", e))?;
        Self::parse(&recorded).map(Some)
    }

    /// Those in a JSON array.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Data`] when it is not what it should be.
    pub fn parse(text: &[u8]) -> Result<Vec<Self>> {
        let all: Vec<Map<String, Value>> = serde_json::from_slice(text)
            .map_err(|e| Error::because(ErrorKind::Data, "understanding the transcripts", e))?;
        all.iter().map(Self::one).collect()
    }

    fn one(record: &Map<String, Value>) -> Result<Self> {
        let name = text(record.get("name"));
        let parts = record.get("request").zip(record.get("response"));
        let (request, response) = parts.ok_or_else(|| {
            Error::new(ErrorKind::Data, format!("the transcript {name:?} is cut"))
        })?;
        let json = response.get("body").filter(|body| plain(body).is_none());
        Ok(Self {
            why: text(record.get("why")),
            request: asked(request)?,
            response: answered(response)?,
            json: json.cloned(),
            complete: json.is_none_or(is_complete),
            name,
        })
    }

    /// The answer as the server gives it to a Protobuf request. What is not an
    /// answer of a pipeline stays as it is.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Data`] when the server's own types do not know the answer,
    /// as when it is not complete.
    pub fn response_protobuf(&self) -> Result<Message> {
        let pipeline = self
            .json
            .as_ref()
            .filter(|json| json.get("results").is_some());
        let Some(json) = pipeline else {
            return Ok(self.response.clone());
        };
        // The types borrow their strings, so they are given text and no Value.
        let body: proto::PipelineRespBody = serde_json::from_str(&json.to_string())
            .map_err(|e| Error::because(ErrorKind::Data, "understanding an answer", e))?;
        let answer = Message::response(200, body.encode_to_vec());
        Ok(answer.with_header("content-type", "application/x-protobuf"))
    }
}

fn asked(request: &Value) -> Result<Message> {
    let (method, path) = (text(request.get("method")), text(request.get("path")));
    let body = bytes(request.get("body"));
    with_headers(Message::request(&method, &path, body), request)
}

fn answered(response: &Value) -> Result<Message> {
    let status = response.get("status").and_then(Value::as_u64);
    let status = status.and_then(|status| status.try_into().ok());
    let status = status.ok_or_else(|| Error::new(ErrorKind::Data, "an answer without status"))?;
    let mut body = bytes(response.get("body"));
    if response.pointer("/headers/content-encoding").is_some() {
        body =
            gzip(&body).map_err(|e| Error::because(ErrorKind::Io, "compressing an answer", e))?;
    }
    with_headers(Message::response(status, body), response)
}

fn with_headers(mut message: Message, record: &Value) -> Result<Message> {
    let headers = record.get("headers").and_then(Value::as_object);
    let headers = headers.ok_or_else(|| Error::new(ErrorKind::Data, "no headers recorded"))?;
    for (name, value) in headers {
        // Sizes, which are numbers, are remarks of the recorder.
        let replayed = !NOT_REPLAYED.contains(&name.as_str());
        if let Some(value) = value.as_str().filter(|_| replayed) {
            message.set_header(name, value);
        }
    }
    Ok(message)
}

fn is_complete(json: &Value) -> bool {
    match json {
        Value::String(text) => !text.starts_with('…'),
        Value::Array(items) => items.iter().all(is_complete),
        Value::Object(fields) => fields.values().all(is_complete),
        _ => true,
    }
}

/// The body as it went over the wire, but for compression.
fn bytes(body: Option<&Value>) -> Vec<u8> {
    match body {
        None | Some(Value::Null) => Vec::new(),
        Some(body) => plain(body).unwrap_or_else(|| body.to_string()).into_bytes(),
    }
}

/// A body that is recorded as text.
fn plain(body: &Value) -> Option<String> {
    let text = body.get("text").or_else(|| body.get("raw"))?;
    Some(text.as_str()?.to_owned())
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn gzip(body: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body)?;
    encoder.finish()
}
