//! Requests to Protobuf.

use prost::Message;

use super::request::{
    Asked, Batch, BatchRequest, Condition, Conditions, Execute, Pipeline, Request, Step, Stmt,
    StoreSql, When,
};
use super::value::{Empty, Value};
use crate::remote::ask::{Ask, BatchStep, Call, Condition as OurCondition};
use crate::remote::texts::Texts;

/// The body of a pipeline that asks once and closes its stream.
pub(in crate::remote) fn pipeline(ask: &Ask<'_>) -> Vec<u8> {
    let texts = ask.texts();
    let mut asked: Vec<_> = texts.in_order().into_iter().map(store).collect();
    let execute = |call: &Call<'_>| {
        Asked::Execute(Execute {
            stmt: Some(Stmt::new(call, &texts)),
        })
    };
    match ask {
        Ask::Execute(call) => asked.push(execute(call)),
        Ask::Each(calls) => asked.extend(calls.iter().map(execute)),
        Ask::Batch(steps) => asked.push(Asked::Batch(BatchRequest {
            batch: Some(Batch {
                steps: steps.iter().map(|step| Step::new(step, &texts)).collect(),
            }),
        })),
    }
    asked.push(Asked::Close(Empty {}));
    let requests = asked
        .into_iter()
        .map(|asked| Request { asked: Some(asked) });
    Pipeline {
        baton: None,
        requests: requests.collect(),
    }
    .encode_to_vec()
}

fn store((sql_id, sql): (i32, &str)) -> Asked {
    Asked::StoreSql(StoreSql {
        sql_id,
        sql: sql.to_owned(),
    })
}

impl Stmt {
    fn new(call: &Call<'_>, texts: &Texts<'_>) -> Self {
        let sql_id = texts.number(call.sql);
        Self {
            sql: sql_id.is_none().then(|| call.sql.to_owned()),
            sql_id,
            args: call.values.iter().map(Value::from).collect(),
            want_rows: Some(true),
        }
    }
}

impl Step {
    fn new(step: &BatchStep<'_>, texts: &Texts<'_>) -> Self {
        Self {
            condition: step.condition.as_ref().map(Condition::from),
            stmt: Some(Stmt::new(&step.call, texts)),
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
