//! Requests to Protobuf.

use prost::Message;

use super::request::{
    Asked, Batch, BatchRequest, Condition, Conditions, Execute, Pipeline, Request, Step, Stmt, When,
};
use super::value::{Empty, Value};
use crate::remote::ask::{Ask, BatchStep, Call, Condition as OurCondition};

/// The body of a pipeline that asks once and closes its stream.
pub(in crate::remote) fn pipeline(ask: &Ask<'_>) -> Vec<u8> {
    let asked = match ask {
        Ask::Execute(call) => Asked::Execute(Execute {
            stmt: Some(call.into()),
        }),
        Ask::Batch(steps) => Asked::Batch(BatchRequest {
            batch: Some(Batch {
                steps: steps.iter().map(Step::from).collect(),
            }),
        }),
    };
    let requests = [asked, Asked::Close(Empty {})].map(|asked| Request { asked: Some(asked) });
    Pipeline {
        baton: None,
        requests: requests.into(),
    }
    .encode_to_vec()
}

impl From<&Call<'_>> for Stmt {
    fn from(call: &Call<'_>) -> Self {
        Self {
            sql: Some(call.sql.to_owned()),
            args: call.values.iter().map(Value::from).collect(),
            want_rows: Some(true),
        }
    }
}

impl From<&BatchStep<'_>> for Step {
    fn from(step: &BatchStep<'_>) -> Self {
        Self {
            condition: step.condition.as_ref().map(Condition::from),
            stmt: Some((&step.call).into()),
        }
    }
}

impl From<&OurCondition> for Condition {
    fn from(condition: &OurCondition) -> Self {
        let when = match condition {
            OurCondition::Ok { step } => When::Ok(*step),
            OurCondition::Not { cond } => When::Not(Box::new(cond.as_ref().into())),
            OurCondition::And { conds } => When::And(Conditions {
                conditions: conds.iter().map(Self::from).collect(),
            }),
            OurCondition::IsAutocommit {} => When::IsAutocommit(Empty {}),
        };
        Self { when: Some(when) }
    }
}
