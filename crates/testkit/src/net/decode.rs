//! What the server understands of what a client sent, by the server's own
//! types.

use libsql_hrana::proto;
use prost_for_hrana::Message as _;
use turso_conn::Value;

use crate::{Error, ErrorKind, Result};

/// A pipeline as the server understood it.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipeline {
    /// The stream it goes on with.
    pub baton: Option<String>,
    /// Its requests, in their order.
    pub requests: Vec<Request>,
}

/// One request of a pipeline.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Request {
    /// One statement.
    Execute(Statement),
    /// Statements under conditions.
    Batch(Vec<Step>),
    /// A text to be kept for statements that name it.
    StoreSql {
        /// What they name it by.
        sql_id: i32,
        /// The text.
        sql: String,
    },
    /// The end of the stream.
    Close,
    /// Anything else, in the words of the server's types.
    Other(String),
}

/// One statement.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Statement {
    /// Its text, empty when it names a stored one.
    pub sql: String,
    /// The stored text that it names.
    pub sql_id: Option<i32>,
    /// Its parameters by position.
    pub args: Vec<Value>,
    /// Its parameters by name.
    pub named_args: Vec<(String, Value)>,
    /// Whether its rows are wanted; they are unless the client says no.
    pub want_rows: bool,
}

/// One step of a batch.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Step {
    /// What must hold for it to run.
    pub condition: Option<Condition>,
    /// What it runs.
    pub statement: Statement,
}

/// A condition on the earlier steps of a batch, by their index.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// The step was run and went well.
    Ok(u32),
    /// The step was run and failed.
    Error(u32),
    /// The other way round.
    Not(Box<Condition>),
    /// All of them.
    And(Vec<Condition>),
    /// Any of them.
    Or(Vec<Condition>),
    /// No transaction is open.
    IsAutocommit,
}

/// What the server understands of a JSON request.
///
/// # Errors
///
/// [`ErrorKind::Data`] where the server would answer 400.
pub fn decode_pipeline_request_json(bytes: &[u8]) -> Result<Pipeline> {
    let body: proto::PipelineReqBody = serde_json::from_slice(bytes)
        .map_err(|e| Error::because(ErrorKind::Data, "decoding a JSON request", e))?;
    body.try_into()
}

/// What the server understands of a Protobuf request.
///
/// # Errors
///
/// [`ErrorKind::Data`] where the server would answer 400.
pub fn decode_pipeline_request_protobuf(bytes: &[u8]) -> Result<Pipeline> {
    let body = proto::PipelineReqBody::decode(bytes)
        .map_err(|e| Error::because(ErrorKind::Data, "decoding a Protobuf request", e))?;
    body.try_into()
}

impl TryFrom<proto::PipelineReqBody> for Pipeline {
    type Error = Error;

    fn try_from(body: proto::PipelineReqBody) -> Result<Self> {
        let requests = body.requests.into_iter().map(Request::try_from);
        Ok(Self {
            baton: body.baton,
            requests: requests.collect::<Result<_>>()?,
        })
    }
}

impl TryFrom<proto::StreamRequest> for Request {
    type Error = Error;

    fn try_from(request: proto::StreamRequest) -> Result<Self> {
        Ok(match request {
            proto::StreamRequest::None => return Err(empty("a request")),
            proto::StreamRequest::Close(_) => Self::Close,
            proto::StreamRequest::Execute(execute) => Self::Execute(execute.stmt.try_into()?),
            proto::StreamRequest::Batch(batch) => {
                let steps = batch.batch.steps.into_iter().map(Step::try_from);
                Self::Batch(steps.collect::<Result<_>>()?)
            }
            proto::StreamRequest::StoreSql(stored) => Self::StoreSql {
                sql_id: stored.sql_id,
                sql: stored.sql,
            },
            other => Self::Other(format!("{other:?}")),
        })
    }
}

impl TryFrom<proto::BatchStep> for Step {
    type Error = Error;

    fn try_from(step: proto::BatchStep) -> Result<Self> {
        Ok(Self {
            condition: step.condition.map(Condition::try_from).transpose()?,
            statement: step.stmt.try_into()?,
        })
    }
}

impl TryFrom<proto::Stmt> for Statement {
    type Error = Error;

    fn try_from(stmt: proto::Stmt) -> Result<Self> {
        let args = stmt.args.into_iter().map(value);
        let named = stmt.named_args.into_iter();
        let named_args = named.map(|arg| Ok((arg.name, value(arg.value)?)));
        Ok(Self {
            sql: stmt.sql.unwrap_or_default(),
            sql_id: stmt.sql_id,
            args: args.collect::<Result<_>>()?,
            named_args: named_args.collect::<Result<_>>()?,
            want_rows: stmt.want_rows.unwrap_or(true),
        })
    }
}

impl TryFrom<proto::BatchCond> for Condition {
    type Error = Error;

    fn try_from(condition: proto::BatchCond) -> Result<Self> {
        let all = |list: proto::BatchCondList| {
            let conditions = list.conds.into_iter().map(Self::try_from);
            conditions.collect::<Result<Vec<_>>>()
        };
        Ok(match condition {
            proto::BatchCond::None => return Err(empty("a condition")),
            proto::BatchCond::Ok { step } => Self::Ok(step),
            proto::BatchCond::Error { step } => Self::Error(step),
            proto::BatchCond::Not { cond } => Self::Not(Box::new((*cond).try_into()?)),
            proto::BatchCond::And(list) => Self::And(all(list)?),
            proto::BatchCond::Or(list) => Self::Or(all(list)?),
            proto::BatchCond::IsAutocommit {} => Self::IsAutocommit,
        })
    }
}

fn value(value: proto::Value) -> Result<Value> {
    Ok(match value {
        proto::Value::None => return Err(empty("a value")),
        proto::Value::Null => Value::Null,
        proto::Value::Integer { value } => Value::Integer(value),
        proto::Value::Float { value } => Value::Real(value),
        proto::Value::Text { value } => Value::Text(value.to_string()),
        proto::Value::Blob { value } => Value::Blob(value.to_vec()),
    })
}

/// Protobuf lets a message be empty where one of several kinds is wanted.
fn empty(what: &str) -> Error {
    Error::new(ErrorKind::Data, format!("{what} of no kind"))
}
