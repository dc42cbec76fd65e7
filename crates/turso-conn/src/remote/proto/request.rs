//! The messages of a request.

use prost::{Message, Oneof};

use super::value::{Empty, Value};

#[derive(Clone, PartialEq, Message)]
pub(super) struct Pipeline {
    #[prost(string, optional, tag = "1")]
    pub(super) baton: Option<String>,
    #[prost(message, repeated, tag = "2")]
    pub(super) requests: Vec<Request>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Request {
    #[prost(oneof = "Asked", tags = "1, 2, 3, 6")]
    pub(super) asked: Option<Asked>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum Asked {
    #[prost(message, tag = "1")]
    Close(Empty),
    #[prost(message, tag = "2")]
    Execute(Execute),
    #[prost(message, tag = "3")]
    Batch(BatchRequest),
    #[prost(message, tag = "6")]
    StoreSql(StoreSql),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct StoreSql {
    #[prost(int32, tag = "1")]
    pub(super) sql_id: i32,
    #[prost(string, tag = "2")]
    pub(super) sql: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Execute {
    #[prost(message, optional, tag = "1")]
    pub(super) stmt: Option<Stmt>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Stmt {
    #[prost(string, optional, tag = "1")]
    pub(super) sql: Option<String>,
    #[prost(int32, optional, tag = "2")]
    pub(super) sql_id: Option<i32>,
    #[prost(message, repeated, tag = "3")]
    pub(super) args: Vec<Value>,
    #[prost(bool, optional, tag = "5")]
    pub(super) want_rows: Option<bool>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct BatchRequest {
    #[prost(message, optional, tag = "1")]
    pub(super) batch: Option<Batch>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Batch {
    #[prost(message, repeated, tag = "1")]
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Step {
    #[prost(message, optional, tag = "1")]
    pub(super) condition: Option<Condition>,
    #[prost(message, optional, tag = "2")]
    pub(super) stmt: Option<Stmt>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Condition {
    #[prost(oneof = "When", tags = "1, 3, 4, 6")]
    pub(super) when: Option<When>,
}

#[derive(Clone, PartialEq, Oneof)]
pub(super) enum When {
    #[prost(uint32, tag = "1")]
    Ok(u32),
    #[prost(message, boxed, tag = "3")]
    Not(Box<Condition>),
    #[prost(message, tag = "4")]
    And(Conditions),
    #[prost(message, tag = "6")]
    IsAutocommit(Empty),
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Conditions {
    #[prost(message, repeated, tag = "1")]
    pub(super) conditions: Vec<Condition>,
}
