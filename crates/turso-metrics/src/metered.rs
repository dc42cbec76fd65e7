//! The layer over connectors and their connections.

use std::sync::Arc;
use std::time::Instant;

use turso_conn::{
    Batch, Connect, Error, ErrorKind, Execute, GroupResult, Program, Result, Rows, Statement,
};

use crate::instrument::Instruments;
use crate::metrics::Metrics;
use crate::operation::Outcome;
use crate::snapshot::Snapshot;

/// A connector that times the opening of connections, and whose connections time what they run.
///
/// Errors, results and cancellation are those of the connector inside.
///
/// ```
/// use turso_conn::{Connect, Execute, LocalConfig, LocalConnector, Location, Statement};
/// use turso_metrics::Metered;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> turso_conn::Result<()> {
/// let inner = LocalConnector::new(&Location::Memory, LocalConfig::default())?;
/// let connector = Metered::new(inner, ["notes.count"]);
/// let mut conn = connector.connect().await?;
/// conn.query(Statement::new("SELECT 1").named("notes.count")).await?;
/// let seen = connector.stats();
/// assert_eq!(seen.operation("notes.count").unwrap().ever.count, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Metered<C> {
    inner: C,
    calls: Arc<Metrics>,
    opening: Arc<Metrics>,
}

/// A connection of a [`Metered`].
#[derive(Debug)]
pub struct MeteredConnection<E> {
    inner: E,
    calls: Arc<Metrics>,
}

impl<C> Metered<C> {
    /// Times the operations of these names; all others count as `other`.
    pub fn new(inner: C, operations: impl IntoIterator<Item = &'static str>) -> Self {
        let calls = Metrics::new(Instruments::DATABASE, operations, error_names());
        Self::with(inner, Arc::new(calls))
    }

    /// Times calls in `calls`, which may be shared with other connectors.
    pub fn with(inner: C, calls: Arc<Metrics>) -> Self {
        let opening = Metrics::of_one(Instruments::CONNECTION, "connect", error_names());
        Self {
            inner,
            calls,
            opening: Arc::new(opening),
        }
    }

    /// What its connections ran.
    pub fn stats(&self) -> Snapshot {
        self.calls.snapshot(Instant::now())
    }

    /// How connections were opened: one operation, `connect`.
    pub fn opening(&self) -> Snapshot {
        self.opening.snapshot(Instant::now())
    }

    /// What is inside.
    pub fn get_ref(&self) -> &C {
        &self.inner
    }

    /// What is inside, to change.
    pub fn get_mut(&mut self) -> &mut C {
        &mut self.inner
    }

    /// What is inside, to keep.
    pub fn into_inner(self) -> C {
        self.inner
    }
}

impl<C: Connect> Connect for Metered<C> {
    type Conn = MeteredConnection<C::Conn>;

    async fn connect(&self) -> Result<Self::Conn> {
        let call = self.opening.call("connect");
        let opened = call.wrap(self.inner.connect()).await;
        call.end(&Outcome {
            error: failure(&opened),
            ..Outcome::default()
        });
        Ok(MeteredConnection {
            inner: opened?,
            calls: Arc::clone(&self.calls),
        })
    }

    async fn recycle(&self, conn: &mut Self::Conn) -> Result<()> {
        self.inner.recycle(&mut conn.inner).await
    }

    async fn check(&self, conn: &mut Self::Conn) -> Result<()> {
        self.inner.check(&mut conn.inner).await
    }
}

impl<E> MeteredConnection<E> {
    /// The connection inside.
    pub fn get_ref(&self) -> &E {
        &self.inner
    }

    /// The connection inside, to use without timing.
    pub fn get_mut(&mut self) -> &mut E {
        &mut self.inner
    }

    /// The connection inside, to keep.
    pub fn into_inner(self) -> E {
        self.inner
    }
}

impl<E: Execute> Execute for MeteredConnection<E> {
    async fn query(&mut self, statement: Statement) -> Result<Rows> {
        let sent = number(statement.size());
        let call = self.calls.call(statement.operation());
        let answer = call.wrap(self.inner.query(statement)).await;
        call.end(&of_rows(&answer, sent));
        answer
    }

    /// Each counts under its own name, with the time that all took. Of the spans, the first one
    /// is that of the work.
    async fn query_all(&mut self, statements: Vec<Statement>) -> Vec<Result<Rows>> {
        let sent: Vec<_> = statements.iter().map(|s| number(s.size())).collect();
        let names = statements.iter().map(Statement::operation);
        let calls: Vec<_> = names.map(|name| self.calls.call(name)).collect();
        let work = self.inner.query_all(statements);
        let answers = match calls.first() {
            Some(first) => first.wrap(work).await,
            None => work.await,
        };
        for ((call, answer), sent) in calls.into_iter().zip(&answers).zip(sent) {
            call.end(&of_rows(answer, sent));
        }
        answers
    }

    async fn atomic(&mut self, program: Program) -> Result<Vec<GroupResult>> {
        let operation = program.operation();
        let sent = program.groups().iter().map(Batch::size).sum();
        let call = self.calls.call(operation);
        let answer = call.wrap(self.inner.atomic(program)).await;
        call.end(&match &answer {
            Ok(groups) => of_groups(&self.calls, operation, groups, number(sent)),
            Err(error) => failed(error, number(sent)),
        });
        answer
    }
}

fn of_rows(answer: &Result<Rows>, sent: u64) -> Outcome {
    match answer {
        Ok(rows) => Outcome {
            error: None,
            rows: number(rows.len()),
            sent,
            received: number(rows.size()),
        },
        Err(error) => failed(error, sent),
    }
}

/// The outcome of a program: failed when all its groups did, with the error of the first. The
/// errors of the other groups are counted here.
fn of_groups(calls: &Metrics, operation: &str, groups: &[GroupResult], sent: u64) -> Outcome {
    let errors = || groups.iter().filter_map(|group| group.as_ref().err());
    let all_failed = !groups.is_empty() && errors().count() == groups.len();
    let now = Instant::now();
    for error in errors().skip(usize::from(all_failed)) {
        calls.failed(operation, error.kind().as_str(), now);
    }
    let rows = || groups.iter().flatten().flatten();
    Outcome {
        error: errors().next().filter(|_| all_failed).map(kind),
        rows: number(rows().map(Rows::len).sum()),
        sent,
        received: number(rows().map(Rows::size).sum()),
    }
}

fn failed(error: &Error, sent: u64) -> Outcome {
    Outcome {
        error: Some(kind(error)),
        sent,
        ..Outcome::default()
    }
}

pub(crate) fn failure<T>(result: &Result<T>) -> Option<&'static str> {
    result.as_ref().err().map(kind)
}

fn kind(error: &Error) -> &'static str {
    error.kind().as_str()
}

pub(crate) fn error_names() -> impl Iterator<Item = &'static str> {
    ErrorKind::ALL.iter().map(|kind| kind.as_str())
}

fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}
