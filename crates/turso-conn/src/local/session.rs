//! What a connection is on the thread that works with it.

use std::time::Duration;

use super::call::Call;
use super::compiled::{Compiled, Home};
use super::latch::Latch;
use super::raw::now;
use super::schema_watch::SchemaWatch;
use super::statements::StatementCache;
use crate::classify::is_outdated;
use crate::sql::Verb;
use crate::{Error, ErrorKind, Result, Rows, Statement};

/// libsql's connection with everything that hangs on it.
///
/// Invariants: one thread at a time has it (it lives in a lock that is held for
/// the whole of a unit of work). The statements go before the connection, on
/// the same thread: fields are dropped in order, and libsql leaks the handle
/// when two threads drop the two at once.
pub(crate) struct Session {
    statements: Box<dyn StatementCache>,
    latch: Latch,
    schema: SchemaWatch,
    home: Home,
    conn: libsql::Connection,
    busy_wait: Option<Duration>,
    /// None when it is not known.
    scratch_in_memory: Option<bool>,
    working: bool,
    condition: Condition,
}

/// Whether the session is fit for its next user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Condition {
    /// As it was opened.
    Fit,
    /// A statement may have changed the connection's settings.
    Altered,
    /// It must not be used again.
    Broken(&'static str),
}

impl Session {
    pub(crate) fn new(
        conn: libsql::Connection,
        statements: Box<dyn StatementCache>,
    ) -> Result<Self> {
        let latch = Latch::new(&conn)?;
        let schema = SchemaWatch::new(&conn)?;
        let condition = Condition::Fit;
        Ok(Self {
            statements,
            latch,
            schema,
            home: Home::new(),
            conn,
            busy_wait: None,
            scratch_in_memory: Some(false),
            working: false,
            condition,
        })
    }

    /// The connection, for settings.
    pub(crate) fn conn(&self) -> &libsql::Connection {
        &self.conn
    }

    pub(crate) fn condition(&self) -> Condition {
        if self.working {
            Condition::Broken("a panic interrupted it")
        } else {
            self.condition
        }
    }

    pub(crate) fn set_condition(&mut self, condition: Condition) {
        self.condition = condition;
    }

    /// Runs one unit of work: a statement or a whole program.
    pub(crate) fn unit<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        if let Condition::Broken(why) = self.condition() {
            return Err(Error::new(
                ErrorKind::Closed,
                format!("the connection is broken: {why}"),
            ));
        }
        self.working = true;
        let answer = work(self);
        self.latch.release();
        self.statements.unit_ended();
        self.working = false;
        answer
    }

    /// From now on to the end of the unit an interrupt is not forgotten.
    pub(crate) fn hold_interrupts(&mut self) -> Result<()> {
        self.latch.hold()
    }

    /// Ends the open transaction, also after an interrupt.
    pub(crate) fn roll_back(&mut self) {
        self.latch.release();
        // A second interrupt may hit the first ROLLBACK; there is no third.
        for _ in 0..3 {
            if !self.in_transaction() || self.control("ROLLBACK").is_ok() {
                return;
            }
        }
        self.condition = Condition::Broken("a transaction could not be ended");
    }

    /// How long SQLite itself waits for a lock.
    pub(crate) fn wait_for_locks(&mut self, wait: Duration) -> Result<()> {
        if self.busy_wait != Some(wait) {
            self.conn.busy_timeout(wait).map_err(super::raw::error)?;
            self.busy_wait = Some(wait);
        }
        Ok(())
    }

    /// Where SQLite keeps what it needs for the next transaction only. It decides that as the
    /// transaction begins.
    pub(crate) fn keep_scratch_in_memory(&mut self, yes: bool) -> Result<()> {
        if self.scratch_in_memory != Some(yes) {
            let (file, memory) = ("PRAGMA temp_store = 0", "PRAGMA temp_store = 2");
            self.scratch_in_memory = None;
            self.control(if yes { memory } else { file })?;
            self.scratch_in_memory = Some(yes);
        }
        Ok(())
    }

    /// Whether a transaction is open. SQLite may have ended it by itself.
    pub(crate) fn in_transaction(&self) -> bool {
        !self.conn.is_autocommit()
    }

    /// Drops what was compiled for another schema than the present one.
    pub(crate) fn notice_schema(&mut self) -> Result<()> {
        if self.statements.outlives_unit() && self.schema.has_changed()? {
            self.statements.clear();
        }
        Ok(())
    }

    /// Compiles `sql`, or takes what was compiled before.
    pub(crate) fn compile(&mut self, sql: &str) -> Result<Compiled> {
        match self.statements.take(sql) {
            Some(compiled) if compiled.is_for(self.home, sql) => Ok(compiled),
            _ => Compiled::new(&self.conn, self.home, sql),
        }
    }

    /// Runs one statement to its last row.
    pub(crate) fn run(&mut self, statement: &Statement, call: &Call) -> Result<Rows> {
        let compiled = self.compile(statement.sql())?;
        self.run_compiled(compiled, statement, call)
    }

    /// Runs a compiled statement, and keeps it unless the schema is another now.
    pub(crate) fn run_compiled(
        &mut self,
        mut compiled: Compiled,
        statement: &Statement,
        call: &Call,
    ) -> Result<Rows> {
        if compiled.verb() == Verb::Settings && self.condition == Condition::Fit {
            self.condition = Condition::Altered;
        }
        let answer = compiled.run(&self.conn, statement, call);
        if !answer.as_ref().is_err_and(is_outdated) {
            self.keep(compiled);
        }
        answer
    }

    /// Gives back a statement, if it is of the kind that is run again.
    pub(crate) fn keep(&mut self, compiled: Compiled) {
        if matches!(compiled.verb(), Verb::Read | Verb::Write) {
            self.statements.put(compiled);
        }
    }

    /// Runs a statement of our own without values or rows, such as BEGIN.
    pub(crate) fn control(&mut self, sql: &str) -> Result<()> {
        now(self.conn.execute(sql, ())).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;
    use crate::local::statements::OneUnit;

    fn session() -> Session {
        let database = now(libsql::Builder::new_local(":memory:").build()).unwrap();
        Session::new(database.connect().unwrap(), Box::new(OneUnit::default())).unwrap()
    }

    #[test]
    fn a_session_that_a_panic_interrupted_is_not_used_again() {
        let mut session = session();
        let unit = AssertUnwindSafe(|| session.unit(|_| -> Result<()> { panic!("on purpose") }));
        assert!(catch_unwind(unit).is_err());
        assert!(matches!(session.condition(), Condition::Broken(_)));
        assert_eq!(
            session.unit(|_| Ok(())).unwrap_err().kind(),
            ErrorKind::Closed
        );
    }

    /// SQLite forgets an interrupt while nothing runs; held, the next statement
    /// is hit by it, whenever it starts.
    #[test]
    fn a_held_interrupt_hits_the_next_statement() {
        let interrupt = |held: bool| {
            let mut session = session();
            session.unit(|session| {
                if held {
                    session.hold_interrupts()?;
                }
                session
                    .conn()
                    .interrupt()
                    .map_err(crate::local::raw::error)?;
                session.control("CREATE TABLE t (x)")
            })
        };
        assert!(interrupt(false).is_ok());
        assert_eq!(interrupt(true).unwrap_err().kind(), ErrorKind::Timeout);
    }

    /// The end of the unit lets the interrupt go.
    #[test]
    fn an_interrupt_does_not_reach_the_next_unit() {
        let mut session = session();
        let begun = session.unit(|session| {
            session.hold_interrupts()?;
            session.control("BEGIN")?;
            session.conn().interrupt().map_err(crate::local::raw::error)
        });
        begun.unwrap();
        session.roll_back();
        assert!(!session.in_transaction());
        session
            .unit(|session| session.control("CREATE TABLE t (x)"))
            .unwrap();
    }
}
