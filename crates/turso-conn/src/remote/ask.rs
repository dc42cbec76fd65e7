//! What is asked of the server, before it is encoded.

use std::borrow::Cow;

use serde::Serialize;

use super::texts::Texts;
use crate::{Statement, Value};

/// One request on a stream of its own.
#[derive(Clone, Debug)]
pub(super) enum Ask<'a> {
    Execute(Call<'a>),
    /// Several statements, each by itself.
    Each(Vec<Call<'a>>),
    Batch(Vec<BatchStep<'a>>),
}

impl<'a> Ask<'a> {
    /// The texts that are sent apart from the steps that use them.
    pub(super) fn texts(&self) -> Texts<'a> {
        match self {
            Self::Execute(_) => Texts::default(),
            Self::Each(calls) => Texts::of(calls.iter().map(|call| call.sql)),
            Self::Batch(steps) => Texts::of(steps.iter().map(|step| step.call.sql)),
        }
    }
}

/// One statement with its values.
#[derive(Clone, Debug)]
pub(super) struct Call<'a> {
    pub(super) sql: &'a str,
    pub(super) values: Cow<'a, [Value]>,
}

impl<'a> Call<'a> {
    pub(super) fn of(statement: &'a Statement) -> Self {
        Self {
            sql: statement.sql(),
            values: Cow::Borrowed(statement.values()),
        }
    }

    /// A statement of our own without values.
    pub(super) fn control(sql: &'static str) -> Self {
        Self {
            sql,
            values: Cow::Borrowed(&[]),
        }
    }
}

/// One step of a batch, and when it is run.
#[derive(Clone, Debug)]
pub(super) struct BatchStep<'a> {
    pub(super) call: Call<'a>,
    pub(super) condition: Option<Condition>,
}

/// When a step is run; steps count from 0 within their batch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Condition {
    /// That step was run and succeeded.
    Ok {
        step: u32,
    },
    Not {
        cond: Box<Condition>,
    },
    And {
        conds: Vec<Condition>,
    },
    /// No transaction is open.
    IsAutocommit {},
}

impl Condition {
    pub(super) fn ok(step: u32) -> Self {
        Self::Ok { step }
    }

    pub(super) fn not(cond: Self) -> Self {
        Self::Not {
            cond: Box::new(cond),
        }
    }

    /// The transaction that step 0 began is still open: SQLite may have rolled
    /// it back by itself.
    pub(super) fn open() -> Self {
        let began = [Self::ok(0), Self::not(Self::IsAutocommit {})];
        Self::And {
            conds: began.into(),
        }
    }
}
