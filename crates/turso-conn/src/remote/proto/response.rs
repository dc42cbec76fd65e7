//! The messages of an answer.

use std::collections::BTreeMap;

use prost::{Message, Oneof};

use super::value::{Empty, Value};

#[derive(Clone, PartialEq, Message)]
pub(super) struct PipelineAnswer {
    #[prost(string, optional, tag = "2")]
    pub(super) base_url: Option<String>,
    #[prost(message, repeated, tag = "3")]
    pub(super) results: Vec<StreamResult>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StreamResult {
    #[prost(oneof = "Ended", tags = "1, 2")]
    pub(super) ended: Option<Ended>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Ended {
    #[prost(message, tag = "1")]
    Ok(StreamResponse),
    #[prost(message, tag = "2")]
    Error(StreamError),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StreamError {
    #[prost(string, tag = "1")]
    pub(super) message: String,
    #[prost(string, optional, tag = "2")]
    pub(super) code: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StreamResponse {
    #[prost(oneof = "Answered", tags = "1, 2, 3, 6")]
    pub(super) answered: Option<Answered>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Answered {
    #[prost(message, tag = "1")]
    Close(Empty),
    #[prost(message, tag = "2")]
    Execute(ExecuteAnswer),
    #[prost(message, tag = "3")]
    Batch(BatchAnswer),
    #[prost(message, tag = "6")]
    StoreSql(Empty),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ExecuteAnswer {
    #[prost(message, optional, tag = "1")]
    pub(super) result: Option<StmtResult>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct BatchAnswer {
    #[prost(message, optional, tag = "1")]
    pub(super) result: Option<BatchResult>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct BatchResult {
    #[prost(btree_map = "uint32, message", tag = "1")]
    pub(super) step_results: BTreeMap<u32, StmtResult>,
    #[prost(btree_map = "uint32, message", tag = "2")]
    pub(super) step_errors: BTreeMap<u32, StreamError>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StmtResult {
    #[prost(message, repeated, tag = "1")]
    pub(super) cols: Vec<Column>,
    #[prost(message, repeated, tag = "2")]
    pub(super) rows: Vec<Row>,
    #[prost(uint64, tag = "3")]
    pub(super) affected_row_count: u64,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Column {
    #[prost(string, optional, tag = "1")]
    pub(super) name: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Row {
    #[prost(message, repeated, tag = "1")]
    pub(super) values: Vec<Value>,
}
