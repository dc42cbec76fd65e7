//! Answers from Protobuf. What is not known is skipped.

use std::collections::BTreeMap;

use prost::Message;

use super::response::{
    Answered, BatchResult, Column, Ended, PipelineAnswer, Row, StmtResult, StreamError,
    StreamResponse, StreamResult,
};
use super::value::Value;
use crate::Value as Ours;
use crate::remote::answer::{Answer, BatchAnswer, Failure, Outcome, StatementAnswer, Unreadable};

/// The answer to a pipeline.
pub(in crate::remote) fn answer(body: &[u8]) -> Result<Answer, Unreadable> {
    let answer = PipelineAnswer::decode(body)
        .map_err(|_| Unreadable::Foreign("it is not this Protobuf".into()))?;
    let outcomes = answer.results.into_iter().map(outcome);
    Ok(Answer {
        base_url: answer.base_url,
        results: outcomes
            .collect::<Option<_>>()
            .ok_or_else(|| Unreadable::Malformed("a value of an unknown kind".into()))?,
    })
}

/// The error that came with a status, if the body is one.
pub(in crate::remote) fn failure(body: &[u8]) -> Option<Failure> {
    let error = StreamError::decode(body).ok()?;
    (!error.message.is_empty()).then(|| error.into())
}

/// `None` where a value is of a kind that we do not know.
fn outcome(result: StreamResult) -> Option<Outcome> {
    match result.ended {
        Some(Ended::Ok(response)) => answered(response),
        Some(Ended::Error(error)) => Some(Outcome::Error(error.into())),
        None => Some(Outcome::Other),
    }
}

fn answered(response: StreamResponse) -> Option<Outcome> {
    Some(match response.answered {
        Some(Answered::Close(_)) => Outcome::Close,
        Some(Answered::StoreSql(_)) => Outcome::Stored,
        Some(Answered::Execute(answer)) => match answer.result {
            Some(result) => Outcome::Execute(statement(result)?),
            None => Outcome::Other,
        },
        Some(Answered::Batch(answer)) => match answer.result {
            Some(result) => Outcome::Batch(batch(result)?),
            None => Outcome::Other,
        },
        None => Outcome::Other,
    })
}

fn batch(result: BatchResult) -> Option<BatchAnswer> {
    let results = result.step_results.into_iter();
    let results: Option<BTreeMap<_, _>> = results
        .map(|(at, result)| Some((at, statement(result)?)))
        .collect();
    let errors = result.step_errors.into_iter();
    Some(BatchAnswer {
        results: results?,
        errors: errors.map(|(at, error)| (at, error.into())).collect(),
    })
}

fn statement(result: StmtResult) -> Option<StatementAnswer> {
    Some(StatementAnswer {
        columns: result.cols.into_iter().map(name).collect(),
        rows: result.rows.into_iter().map(row).collect::<Option<_>>()?,
        changes: result.affected_row_count,
    })
}

fn name(column: Column) -> String {
    column.name.unwrap_or_default()
}

fn row(row: Row) -> Option<Vec<Ours>> {
    row.values.into_iter().map(Value::known).collect()
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
    use crate::remote::proto::response::{BatchAnswer as BatchMessage, ExecuteAnswer};

    fn result(value: Value) -> StmtResult {
        StmtResult {
            cols: vec![Column {
                name: Some("v".into()),
            }],
            rows: vec![Row {
                values: vec![value],
            }],
            affected_row_count: 3,
        }
    }

    fn body(answered: Answered) -> Vec<u8> {
        let ok = Ended::Ok(StreamResponse {
            answered: Some(answered),
        });
        PipelineAnswer {
            base_url: None,
            results: vec![StreamResult { ended: Some(ok) }],
        }
        .encode_to_vec()
    }

    fn execute(value: Value) -> Vec<u8> {
        body(Answered::Execute(ExecuteAnswer {
            result: Some(result(value)),
        }))
    }

    #[test]
    fn a_value_of_an_unknown_kind_is_malformed() {
        let read = answer(&execute(Value { kind: None }));
        assert!(matches!(read, Err(Unreadable::Malformed(_))));
    }

    #[test]
    fn steps_are_read_by_their_numbers() {
        let error = StreamError {
            message: "x".into(),
            code: Some("SQLITE_BUSY".into()),
        };
        let batch = BatchResult {
            step_results: [(1, result((&Ours::Integer(7)).into()))].into(),
            step_errors: [(u32::MAX, error)].into(),
        };
        let read = answer(&body(Answered::Batch(BatchMessage {
            result: Some(batch),
        })));
        let Outcome::Batch(batch) = &read.unwrap().results[0] else {
            panic!()
        };
        assert_eq!(batch.results[&1].rows, [[Ours::Integer(7)]]);
        assert_eq!(batch.errors[&u32::MAX].code, "SQLITE_BUSY");
    }

    /// Messages in messages, as deep as 2 MB allow: only known ones are followed.
    #[test]
    fn deep_nesting_is_skipped_and_never_followed() {
        let mut deep = Vec::new();
        for _ in 0..1000 {
            let mut outer = vec![0x7a];
            prost::encode_length_delimiter(deep.len(), &mut outer).unwrap();
            outer.extend(deep);
            deep = outer;
        }
        assert!(answer(&deep).is_ok());
        assert!(answer(&vec![0x7b; 100_000]).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_an_answer(bytes: Vec<u8>) {
            let _ = answer(&bytes);
            let _ = failure(&bytes);
        }

        #[test]
        fn any_damage_ends_in_an_answer(at: prop::sample::Index, byte: u8, text: String) {
            let mut bytes = execute((&Ours::Text(text)).into());
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = answer(&bytes);
            let _ = answer(&bytes[..at]);
        }

        #[test]
        fn values_come_back(i: i64, r: f64, t: String, b: Vec<u8>) {
            prop_assume!(!r.is_nan());
            for value in [Ours::from(i), r.into(), t.into(), b.into(), Ours::Null] {
                let read = answer(&execute((&value).into())).unwrap();
                let Outcome::Execute(statement) = &read.results[0] else { panic!() };
                prop_assert_eq!(&statement.rows, &[[value]]);
                prop_assert_eq!(statement.changes, 3);
            }
        }
    }
}
