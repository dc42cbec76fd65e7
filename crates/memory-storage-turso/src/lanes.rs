//! Who gets which connection.

use memory_core::Result;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use turso_conn::{Acquire, AnyConnector, Execute, Program, Rows, Single, Statement};

/// One writing connection behind a first-come lane, because SQLite has one writer at a
/// time, and some reading ones beside it.
///
/// Invariant: a database in memory has no reading connections; it is private to its one connection.
#[derive(Clone, Debug)]
pub(crate) struct Lanes {
    write: Single<AnyConnector>,
    read: Arc<[Single<AnyConnector>]>,
    next: Arc<AtomicUsize>,
}

impl Lanes {
    /// Lanes with `readers` reading connections, opened when they are first used.
    pub(crate) fn new(connector: &AnyConnector, readers: usize) -> Self {
        let read = (0..readers)
            .map(|_| Single::new(connector.clone()))
            .collect();
        Self {
            write: Single::new(connector.clone()),
            read,
            next: Arc::default(),
        }
    }

    /// Runs a read on one of the reading connections.
    pub(crate) async fn read(&self, statement: Statement) -> Result<Rows, turso_conn::Error> {
        self.reader().acquire().await?.query(statement).await
    }

    /// Runs the one group of `program`, in a task of its own: if the caller goes away, the write
    /// is finished all the same, and its connection comes back clean.
    pub(crate) async fn write(&self, program: Program) -> Result<Vec<Rows>, turso_conn::Error> {
        let lane = self.write.clone();
        let task = tokio::spawn(async move {
            let groups = lane.acquire().await?.atomic(program).await?;
            groups.into_iter().next().unwrap_or_else(|| Ok(Vec::new()))
        });
        task.await.unwrap_or_else(|error| {
            let context = "the task of a write ended without an answer";
            Err(
                turso_conn::Error::new(turso_conn::ErrorKind::OutcomeUnknown, context)
                    .with_source(error),
            )
        })
    }

    /// The writing connection itself, when it is its turn.
    pub(crate) async fn writer(
        &self,
    ) -> Result<<Single<AnyConnector> as Acquire>::Lease, turso_conn::Error> {
        self.write.acquire().await
    }

    fn reader(&self) -> &Single<AnyConnector> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        self.read
            .get(turn % self.read.len().max(1))
            .unwrap_or(&self.write)
    }
}
