//! What a statement or program does to the database, as far as it matters for
//! repeating it; and what is refused before anything is sent.

use super::retry::Work;
use crate::sql::{Verb, only_statement};
use crate::{Error, ErrorKind, Program, Result, Statement};

pub(super) fn work_of_statement(statement: &Statement) -> Result<Work> {
    let reads = only_reads(statement)?;
    Ok(work(reads, statement.is_idempotent()))
}

pub(super) fn work_of_program(program: &Program) -> Result<Work> {
    let mut reads = true;
    for group in program.groups() {
        for (number, step) in group.steps().iter().enumerate() {
            let checked = only_reads(step.statement());
            reads &= checked.map_err(|error| error.with_step(number))?;
        }
    }
    Ok(work(reads, program.is_idempotent()))
}

fn work(reads: bool, idempotent: bool) -> Work {
    match (reads, idempotent) {
        (true, _) => Work::Read,
        (false, true) => Work::IdempotentWrite,
        (false, false) => Work::Write,
    }
}

/// A statement of the transaction itself would end in another request's stream
/// than it began, or break a program apart.
fn only_reads(statement: &Statement) -> Result<bool> {
    statement.validate()?;
    match only_statement(statement.sql())? {
        Verb::Transaction => Err(Error::new(
            ErrorKind::Misuse,
            "BEGIN, COMMIT and the like are not for statements: use a program",
        )),
        verb => Ok(verb == Verb::Read),
    }
}
