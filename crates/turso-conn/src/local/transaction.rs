//! One program as one transaction.

use super::call::Call;
use super::session::{Condition, Session};
use crate::classify::{commit_is_uncertain, is_failed_guard};
use crate::program::GroupResult;
use crate::sql::{Verb, only_statement};
use crate::{Batch, Error, ErrorKind, Expect, Program, Result, Rows, Step};

/// Runs `program`; the outer error means that nothing of it is stored.
pub(super) fn run(
    session: &mut Session,
    program: &Program,
    call: &Call,
) -> Result<Vec<GroupResult>> {
    let groups = program.groups();
    if groups.iter().all(Batch::is_empty) {
        return Ok(groups.iter().map(|_| Ok(Vec::new())).collect());
    }
    session.keep_scratch_in_memory(program.is_contained())?;
    let mut transaction = Transaction::begin(session, call, only_reads(groups))?;
    let savepoints = groups.len() > 1;
    let mut results = Vec::with_capacity(groups.len());
    for (number, group) in groups.iter().enumerate() {
        let result = transaction.group(group, savepoints);
        results.push(result.map_err(|error| error.during(&format!("group {number}")))?);
    }
    if results.iter().any(Result::is_ok) {
        transaction.commit()?;
    }
    Ok(results)
}

/// Runs one writing statement in a transaction of its own: should its answer
/// exceed a limit after it wrote, what it wrote goes again.
pub(super) fn run_one(session: &mut Session, step: &Step, call: &Call) -> Result<Rows> {
    session.keep_scratch_in_memory(false)?;
    let mut transaction = Transaction::begin(session, call, false)?;
    let rows = transaction.step(step)?;
    transaction.commit()?;
    Ok(rows)
}

/// A program that only reads needs no write lock.
fn only_reads(groups: &[Batch]) -> bool {
    let mut steps = groups.iter().flat_map(Batch::steps);
    steps.all(|step| only_statement(step.statement().sql()).is_ok_and(|verb| verb == Verb::Read))
}

/// An open transaction, rolled back when it goes without commit.
struct Transaction<'a> {
    session: &'a mut Session,
    call: &'a Call,
}

impl<'a> Transaction<'a> {
    /// Writers begin IMMEDIATE: whoever reads first and writes later may find
    /// that it cannot (BUSY_SNAPSHOT), and no waiting helps then.
    fn begin(session: &'a mut Session, call: &'a Call, reads: bool) -> Result<Self> {
        let transaction = Self { session, call };
        if transaction.session.in_transaction() {
            transaction.session.roll_back();
        }
        transaction.session.hold_interrupts()?;
        call.check()?;
        let begin = if reads {
            "BEGIN DEFERRED"
        } else {
            "BEGIN IMMEDIATE"
        };
        transaction.session.control(begin)?;
        transaction.session.notice_schema()?;
        Ok(transaction)
    }

    /// One group. The outer error means that the whole transaction is lost.
    fn group(&mut self, group: &Batch, savepoint: bool) -> Result<GroupResult> {
        if savepoint {
            self.control("SAVEPOINT turso_group")?;
        }
        let result = self.steps(group);
        match &result {
            Err(error) if self.is_lost_by(error) => return result.map(Ok),
            Err(_) if savepoint => self.control("ROLLBACK TO turso_group")?,
            _ => {}
        }
        if savepoint {
            self.control("RELEASE turso_group")?;
        }
        Ok(result)
    }

    fn steps(&mut self, group: &Batch) -> Result<Vec<Rows>> {
        let numbered = group.steps().iter().enumerate();
        numbered
            .map(|(i, step)| self.step(step).map_err(|error| error.with_step(i)))
            .collect()
    }

    fn step(&mut self, step: &Step) -> Result<Rows> {
        self.require_open()?;
        self.call.check()?;
        let rows = self.session.run(step.statement(), self.call);
        let rows = rows.map_err(|error| failed_guard(step, error))?;
        match step.expect() {
            Some(Expect::Changes(wanted)) if wanted != rows.changes() => {
                let context = format!("{} rows changed where {wanted} should", rows.changes());
                Err(Error::new(ErrorKind::Conflict, context))
            }
            _ => Ok(rows),
        }
    }

    fn commit(mut self) -> Result<()> {
        self.call.check()?;
        self.control("COMMIT")
            .map_err(|error| self.failed_commit(error))
    }

    fn failed_commit(&mut self, error: Error) -> Error {
        match error.sqlite_code() {
            Some(code) if commit_is_uncertain(code) => {
                self.session
                    .set_condition(Condition::Broken("a commit failed on the medium"));
                error.with_kind(ErrorKind::OutcomeUnknown)
            }
            _ => error,
        }
    }

    /// SAVEPOINT, ROLLBACK TO, RELEASE and COMMIT make sense only while the
    /// transaction is open; SAVEPOINT would begin another one.
    fn control(&mut self, sql: &'static str) -> Result<()> {
        self.require_open()?;
        self.session.control(sql)
    }

    fn require_open(&self) -> Result<()> {
        if self.session.in_transaction() {
            return Ok(());
        }
        Err(Error::new(
            ErrorKind::Bug,
            "the transaction ended before its commit",
        ))
    }

    /// SQLite ended the transaction by itself, or nothing that follows can be trusted.
    fn is_lost_by(&self, error: &Error) -> bool {
        !self.session.in_transaction()
            || is_engine_failure(error.kind())
            || (error.kind() == ErrorKind::Corrupt && error.sqlite_code().is_some())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.session.in_transaction() {
            self.session.roll_back();
        }
    }
}

/// Failures of the engine or the medium, not of one group's statements.
fn is_engine_failure(kind: ErrorKind) -> bool {
    use ErrorKind::{Bug, Busy, Closed, Disconnected, Full, Io, OutcomeUnknown, ReadOnly, Timeout};
    matches!(
        kind,
        Bug | Busy | Closed | Disconnected | Full | Io | OutcomeUnknown | ReadOnly | Timeout
    )
}

fn failed_guard(step: &Step, error: Error) -> Error {
    let failed = error
        .said_by_sqlite()
        .is_some_and(|said| is_failed_guard(said.code, &said.message));
    match step.expect() {
        Some(Expect::Guard) if failed => error.with_kind(ErrorKind::Conflict),
        _ => error,
    }
}
