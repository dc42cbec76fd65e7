//! A local connection.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::call::{Call, FAR};
use super::config::LocalConfig;
use super::hop::Hop;
use super::session::{Condition, Session};
use super::{pragma, transaction};
use crate::backoff::{Backoff, jitter};
use crate::program::GroupResult;
use crate::sql::{Verb, only_statement};
use crate::{Batch, Error, ErrorKind, Execute, Program, Result, Rows, Statement, Step};

/// How long recycling waits for what a cancelled call left running.
const RECYCLE_WAIT: Duration = Duration::from_secs(5);

/// A connection to a local database.
///
/// Point reads run on the calling thread; everything else goes to a blocking
/// thread once per statement or program. Closed when dropped, on the thread
/// that drops it: the last connection to a file then writes the log back into
/// the file, which may take some milliseconds. It needs a tokio runtime with
/// its timer enabled, of either flavour.
///
/// It cannot be cloned: two tasks on one connection would mix their transactions.
///
/// ```compile_fail
/// fn two(conn: turso_conn::LocalConnection) -> [turso_conn::LocalConnection; 2] {
///     [conn.clone(), conn]
/// }
/// ```
pub struct LocalConnection {
    hop: Hop,
    config: Arc<LocalConfig>,
    file: bool,
}

impl LocalConnection {
    pub(super) fn new(session: Session, config: Arc<LocalConfig>, file: bool) -> Self {
        Self {
            hop: Hop::new(session),
            config,
            file,
        }
    }

    fn deadline(&self, asked: Option<Duration>) -> Instant {
        Instant::now() + asked.unwrap_or(self.config.deadline).min(FAR)
    }

    /// A point read on the calling thread; `None` when it cannot be one.
    fn inline(&self, statement: &Statement) -> Option<Result<Rows>> {
        let mut session = self.hop.try_session()?;
        let call = Call::within(self.config.deadline);
        let answer = session.unit(|session| {
            session.wait_for_locks(Duration::ZERO)?;
            let compiled = session.compile(statement.sql())?;
            if compiled.verb() != Verb::Read {
                session.keep(compiled);
                return Ok(None);
            }
            session.run_compiled(compiled, statement, &call).map(Some)
        });
        match answer {
            Err(error) if error.kind() == ErrorKind::Busy => None,
            answer => answer.transpose(),
        }
    }

    /// Runs `work` in the blocking hop, and again from the start while others
    /// hold the lock, until the deadline.
    async fn persist<T: Send + 'static>(
        &self,
        deadline: Instant,
        stalled: ErrorKind,
        work: impl Fn(&mut Session, &Call) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        let work = Arc::new(work);
        let busy_wait = self.config.busy_wait();
        let mut busy = None;
        for attempt in 0.. {
            let work = Arc::clone(&work);
            let unit = move |session: &mut Session, call: &Call| {
                session.wait_for_locks(busy_wait.min(call.left()))?;
                work(session, call)
            };
            match (self.hop.run(deadline, stalled, unit).await, busy.take()) {
                (Err(error), _) if error.kind() == ErrorKind::Busy => busy = Some(error),
                // It was late only because it waited for others.
                (Err(error), Some(busy)) if error.kind() == ErrorKind::Timeout => return Err(busy),
                (answer, _) => return answer,
            }
            let pause = Backoff::LOCK.delay(attempt, jitter());
            if Instant::now() + pause >= deadline {
                break;
            }
            tracing::debug!(attempt, "the database is busy, trying again");
            tokio::time::sleep(pause).await;
        }
        Err(busy.unwrap_or_else(|| ErrorKind::Busy.into()))
    }

    async fn query_in_hop(&self, statement: Statement) -> Result<Rows> {
        let deadline = self.deadline(statement.deadline());
        let verb = only_statement(statement.sql())?;
        if matches!(verb, Verb::Write | Verb::Schema) {
            let step = Step::new(statement);
            let work = move |session: &mut Session, call: &Call| {
                transaction::run_one(session, &step, call)
            };
            return self
                .persist(deadline, ErrorKind::OutcomeUnknown, work)
                .await;
        }
        let work = move |session: &mut Session, call: &Call| {
            session.keep_scratch_in_memory(false)?;
            // VACUUM and the like want no other statement in the middle.
            if verb == Verb::Read {
                session.hold_interrupts()?;
                session.notice_schema()?;
            }
            call.check()?;
            session.run(&statement, call)
        };
        let stalled = if verb == Verb::Read {
            ErrorKind::Timeout
        } else {
            ErrorKind::OutcomeUnknown
        };
        self.persist(deadline, stalled, work).await
    }

    pub(super) async fn recycle(&mut self) -> Result<()> {
        if self.file && self.hop.gave_up() {
            return Err(unfit("a call was given up"));
        }
        let mut session = self.hop.session(Instant::now() + RECYCLE_WAIT).await?;
        if session.in_transaction() {
            session.roll_back();
        }
        match session.condition() {
            Condition::Fit => Ok(()),
            Condition::Broken(why) => Err(unfit(why)),
            Condition::Altered if self.file => Err(unfit("its settings were changed")),
            Condition::Altered => {
                drop(session);
                self.restore().await
            }
        }
    }

    /// A memory database cannot be replaced, so its settings are set again.
    async fn restore(&self) -> Result<()> {
        let config = Arc::clone(&self.config);
        let deadline = self.deadline(None);
        let work = move |session: &mut Session, _: &Call| {
            pragma::configure(session.conn(), &config, false)?;
            session.set_condition(Condition::Fit);
            Ok(())
        };
        self.hop.run(deadline, ErrorKind::Timeout, work).await
    }

    pub(super) async fn check(&mut self) -> Result<()> {
        let ask = Statement::new("SELECT 1 FROM sqlite_schema LIMIT 1").named("connection.check");
        self.query(ask.point_read()).await.map(drop)
    }
}

impl Execute for LocalConnection {
    async fn query(&mut self, statement: Statement) -> Result<Rows> {
        let operation = statement.operation();
        let answer = async {
            statement.validate()?;
            let inline = statement
                .is_point_read()
                .then(|| self.inline(&statement))
                .flatten();
            match inline {
                Some(answer) => answer,
                None => self.query_in_hop(statement).await,
            }
        };
        answer.await.map_err(|error| error.during(operation))
    }

    async fn atomic(&mut self, program: Program) -> Result<Vec<GroupResult>> {
        let operation = program.operation();
        let answer = async {
            validate(&program)?;
            let deadline = self.deadline(program.deadline());
            let work =
                move |session: &mut Session, call: &Call| transaction::run(session, &program, call);
            self.persist(deadline, ErrorKind::OutcomeUnknown, work)
                .await
        };
        let groups = answer.await.map_err(|error| error.during(operation))?;
        let name = |group: GroupResult| group.map_err(|error| error.during(operation));
        Ok(groups.into_iter().map(name).collect())
    }
}

impl fmt::Debug for LocalConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalConnection")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// What cannot be bound is refused before anything of the program runs.
fn validate(program: &Program) -> Result<()> {
    program
        .groups()
        .iter()
        .map(Batch::steps)
        .try_for_each(|steps| {
            let mut numbered = steps.iter().enumerate();
            numbered.try_for_each(|(i, step)| {
                step.statement()
                    .validate()
                    .map_err(|error| error.with_step(i))
            })
        })
}

fn unfit(why: &'static str) -> Error {
    Error::new(
        ErrorKind::Closed,
        format!("the connection cannot be used again: {why}"),
    )
}
