//! Who gets which connection.

use crate::metered::Connector;
use memory_core::ChangeMark;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use turso_batch::{GroupCommit, Submission};
use turso_conn::{Acquire, Error, ErrorKind, Execute, Result, Rows, Single, Statement};

type Lease = <Single<Connector> as Acquire>::Lease;

/// One writing connection behind a first-come lane, because SQLite has one writer at a
/// time, and some reading ones beside it.
///
/// Invariant: a database in memory has no reading connections; it is private to its one connection.
#[derive(Clone, Debug)]
pub(crate) struct Lanes {
    write: GroupCommit<Single<Connector>>,
    read: Arc<[Single<Connector>]>,
    next: Arc<AtomicUsize>,
    /// The longest time to wait for one's turn.
    wait: Duration,
}

impl Lanes {
    /// Lanes with `readers` reading connections, opened when they are first used. Nobody waits
    /// longer than `wait` for his turn.
    pub(crate) fn new(
        connector: &Connector,
        readers: usize,
        wait: Duration,
        mut commits: turso_batch::Config,
    ) -> Self {
        commits.wait = commits.wait.min(wait);
        let read = (0..readers)
            .map(|_| Single::new(connector.clone()))
            .collect();
        Self {
            write: GroupCommit::new(Single::new(connector.clone()), commits),
            read,
            next: Arc::default(),
            wait,
        }
    }

    /// Runs a read on one of the reading connections.
    pub(crate) async fn read(&self, statement: Statement) -> Result<Rows> {
        self.turn(self.reader()).await?.query(statement).await
    }

    /// Stores a batch, together with what others submit meanwhile. Once its commit begins it runs in
    /// a task of its own: if the caller goes away then, the write is finished all the same,
    /// and its connection comes back clean. A caller that goes away before has written nothing.
    pub(crate) async fn write(&self, submission: Submission) -> Result<Vec<Rows>> {
        self.write.submit(submission).await
    }

    /// What the commits did.
    pub(crate) fn commit_stats(&self) -> turso_batch::Stats {
        self.write.stats()
    }

    async fn turn(&self, lane: &Single<Connector>) -> Result<Lease> {
        let waited = tokio::time::timeout(self.wait, lane.acquire()).await;
        waited.unwrap_or_else(|_| {
            let context = "waiting for a turn: other calls took all the time";
            Err(Error::new(ErrorKind::Busy, context))
        })
    }

    /// The writing connection itself, when it is its turn.
    pub(crate) async fn writer(&self) -> Result<Lease> {
        self.turn(self.write.get_ref()).await
    }

    /// Where the commits of others stand. Asked of the writing connection: any other would count
    /// our own too.
    pub(crate) async fn changes(&self) -> Result<ChangeMark> {
        let mut lease = self.writer().await?;
        let ask = Statement::new("SELECT data_version FROM pragma_data_version")
            .named("connection.changes")
            .point_read();
        let version = lease.query(ask).await?.one()?.integer(0)?;
        Ok(ChangeMark::new(lease.nth(), version.cast_unsigned()))
    }

    fn reader(&self) -> &Single<Connector> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        self.read
            .get(turn % self.read.len().max(1))
            .unwrap_or(self.write.get_ref())
    }
}
