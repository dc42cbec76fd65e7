//! Requests to JSON.

use serde::Serialize;

use super::value::Argument;
use crate::remote::ask::{Ask, BatchStep, Call, Condition};
use crate::{Error, ErrorKind, Result};

/// The body of a pipeline that asks once and closes its stream.
pub(in crate::remote) fn pipeline(ask: &Ask<'_>) -> Result<Vec<u8>> {
    let asked = match ask {
        Ask::Execute(call) => Request::Execute { stmt: call.into() },
        Ask::Batch(steps) => Request::Batch {
            batch: Batch {
                steps: steps.iter().map(Step::from).collect(),
            },
        },
    };
    let body = Pipeline {
        baton: (),
        requests: [asked, Request::Close],
    };
    // Fails only for what no statement holds.
    serde_json::to_vec(&body).map_err(|_| Error::new(ErrorKind::Bug, "encoding the request"))
}

#[derive(Serialize)]
struct Pipeline<'a> {
    baton: (),
    requests: [Request<'a>; 2],
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Request<'a> {
    Execute { stmt: Stmt<'a> },
    Batch { batch: Batch<'a> },
    Close,
}

#[derive(Serialize)]
struct Batch<'a> {
    steps: Vec<Step<'a>>,
}

#[derive(Serialize)]
struct Step<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<&'a Condition>,
    stmt: Stmt<'a>,
}

impl<'a> From<&'a BatchStep<'a>> for Step<'a> {
    fn from(step: &'a BatchStep<'a>) -> Self {
        Self {
            condition: step.condition.as_ref(),
            stmt: (&step.call).into(),
        }
    }
}

#[derive(Serialize)]
struct Stmt<'a> {
    sql: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    args: Vec<Argument<'a>>,
    want_rows: bool,
}

impl<'a> From<&'a Call<'a>> for Stmt<'a> {
    fn from(call: &'a Call<'a>) -> Self {
        Self {
            sql: call.sql,
            args: call.values.iter().map(Argument).collect(),
            want_rows: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Statement;

    fn text(ask: &Ask<'_>) -> String {
        String::from_utf8(pipeline(ask).unwrap()).unwrap()
    }

    #[test]
    fn a_statement_and_its_values() {
        let statement = Statement::new("SELECT ?1")
            .bind(i64::MIN)
            .bind(1.5)
            .bind("a\"b")
            .bind([0_u8, 1])
            .bind(None::<i64>);
        let expected = r#"{"baton":null,"requests":[{"type":"execute","stmt":{"sql":"SELECT ?1","args":[{"type":"integer","value":"-9223372036854775808"},{"type":"float","value":1.5},{"type":"text","value":"a\"b"},{"type":"blob","base64":"AAE"},{"type":"null"}],"want_rows":true}},{"type":"close"}]}"#;
        assert_eq!(text(&Ask::Execute(Call::of(&statement))), expected);
    }

    #[test]
    fn a_batch_and_its_conditions() {
        let steps = vec![
            BatchStep {
                call: Call::control("BEGIN"),
                condition: None,
            },
            BatchStep {
                call: Call::control("COMMIT"),
                condition: Some(Condition::open()),
            },
        ];
        let expected = r#"{"baton":null,"requests":[{"type":"batch","batch":{"steps":[{"stmt":{"sql":"BEGIN","want_rows":true}},{"condition":{"type":"and","conds":[{"type":"ok","step":0},{"type":"not","cond":{"type":"is_autocommit"}}]},"stmt":{"sql":"COMMIT","want_rows":true}}]}},{"type":"close"}]}"#;
        assert_eq!(text(&Ask::Batch(steps)), expected);
    }
}
