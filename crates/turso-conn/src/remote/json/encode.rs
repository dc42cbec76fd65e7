//! Requests to JSON.

use serde::Serialize;

use super::value::Argument;
use crate::remote::ask::{Ask, BatchStep, Call, Condition};
use crate::remote::texts::Texts;
use crate::{Error, ErrorKind, Result};

/// The body of a pipeline that asks once and closes its stream.
pub(in crate::remote) fn pipeline(ask: &Ask<'_>) -> Result<Vec<u8>> {
    let texts = ask.texts();
    let stored = texts.in_order().into_iter();
    let mut requests: Vec<_> = stored
        .map(|(sql_id, sql)| Request::StoreSql { sql_id, sql })
        .collect();
    let execute = |call| Request::Execute {
        stmt: Stmt::new(call, &texts),
    };
    match ask {
        Ask::Execute(call) => requests.push(execute(call)),
        Ask::Each(calls) => requests.extend(calls.iter().map(execute)),
        Ask::Batch(steps) => requests.push(Request::Batch {
            batch: Batch {
                steps: steps.iter().map(|step| Step::new(step, &texts)).collect(),
            },
        }),
    }
    requests.push(Request::Close);
    let body = Pipeline {
        baton: (),
        requests,
    };
    // Fails only for what no statement holds.
    serde_json::to_vec(&body).map_err(|_| Error::new(ErrorKind::Bug, "encoding the request"))
}

#[derive(Serialize)]
struct Pipeline<'a> {
    baton: (),
    requests: Vec<Request<'a>>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Request<'a> {
    StoreSql { sql_id: i32, sql: &'a str },
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

impl<'a> Step<'a> {
    fn new(step: &'a BatchStep<'a>, texts: &Texts<'_>) -> Self {
        Self {
            condition: step.condition.as_ref(),
            stmt: Stmt::new(&step.call, texts),
        }
    }
}

#[derive(Serialize)]
struct Stmt<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    sql: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sql_id: Option<i32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    args: Vec<Argument<'a>>,
    want_rows: bool,
}

impl<'a> Stmt<'a> {
    fn new(call: &'a Call<'a>, texts: &Texts<'_>) -> Self {
        let sql_id = texts.number(call.sql);
        Self {
            sql: sql_id.is_none().then_some(call.sql),
            sql_id,
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

    #[test]
    fn each_of_several_statements_is_a_request_of_its_own() {
        let statements = ["SELECT 1", "SELECT 2"].map(Statement::new);
        let calls = statements.iter().map(Call::of).collect();
        let execute =
            |n| format!(r#"{{"type":"execute","stmt":{{"sql":"SELECT {n}","want_rows":true}}}}"#);
        let expected = format!(
            r#"{{"baton":null,"requests":[{},{},{{"type":"close"}}]}}"#,
            execute(1),
            execute(2)
        );
        assert_eq!(text(&Ask::Each(calls)), expected);
    }

    #[test]
    fn a_text_that_is_repeated_travels_once() {
        let sql = "x".repeat(64);
        let step = || BatchStep {
            call: Call {
                sql: &sql,
                values: vec![7.into()].into(),
            },
            condition: None,
        };
        let stmt =
            r#"{"stmt":{"sql_id":0,"args":[{"type":"integer","value":"7"}],"want_rows":true}}"#;
        let expected = format!(
            r#"{{"baton":null,"requests":[{{"type":"store_sql","sql_id":0,"sql":"{sql}"}},{{"type":"batch","batch":{{"steps":[{stmt},{stmt}]}}}},{{"type":"close"}}]}}"#
        );
        assert_eq!(text(&Ask::Batch(vec![step(), step()])), expected);
    }
}
