use crate::builder::Builder;
use crate::error;
use crate::lanes::Lanes;
use crate::metered::Connector;
use crate::performance::{PoolFigures, Pools, Traffic};
use async_trait::async_trait;
use memory_core::{ChangeMark, Result, StorageBackend, WriteId};
use std::time::Duration;
use turso_batch::Submission;
use turso_compression::Packer;
#[cfg(feature = "remote")]
use turso_conn::AnyConnector;
use turso_conn::{Batch, Rows, Statement, Value};
use turso_prepared::Prepared;

/// Episodes, patterns and relationships in a libSQL database.
///
/// A clone is another handle to the same storage. It needs a tokio runtime, and belongs to the one in
/// which it was opened: when that has ended, no further connection is opened.
///
/// ```
/// use memory_storage_turso::{Episode, EpisodeStore, Namespace, TaskType, Timestamp, TursoStorage};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> memory_storage_turso::Result<()> {
/// let memory = TursoStorage::open(":memory:").await?;
/// let episode = Episode::start(TaskType::new("bug_fix")?, "Login fails", Timestamp::now())?;
/// memory.store_episode(&episode).await?;
/// let found = memory.get_episode(&Namespace::default(), episode.id).await?;
/// assert_eq!(found.as_deref(), Some(&episode));
/// # Ok(())
/// # }
/// ```
///
/// # Cancellation
/// Once it is its turn, a write runs in a task of its own: dropping the future stops the waiting,
/// not the write. Dropped before, it writes nothing.
#[derive(Clone, Debug)]
pub struct TursoStorage {
    lanes: Lanes,
    /// The one that the connections of the lanes come from.
    connector: Connector,
    packer: Packer,
    prepared: Prepared,
    /// Whether the database is on this machine, and so can be asked for its integrity.
    local: bool,
}

impl TursoStorage {
    /// Opens the database at `location` with the default configuration: a path,
    /// `file:path`, `:memory:`, or a server. A file that does not exist is made.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub async fn open(location: &str) -> Result<Self> {
        Self::builder(location).build().await
    }

    /// A storage at `location`, to be configured.
    pub fn builder(location: impl Into<String>) -> Builder {
        Builder::new(location)
    }

    pub(crate) fn new(
        lanes: Lanes,
        connector: Connector,
        packer: Packer,
        prepared: Prepared,
        local: bool,
    ) -> Self {
        Self {
            lanes,
            connector,
            packer,
            prepared,
            local,
        }
    }

    /// What the caches of compiled statements of all local connections did. All
    /// zero for a server, where nothing is compiled ahead.
    pub fn prepared_stats(&self) -> turso_prepared::Stats {
        self.prepared.stats()
    }

    pub(crate) const fn connector(&self) -> &Connector {
        &self.connector
    }

    /// What went over the wire; none without a server.
    pub(crate) fn traffic(&self) -> Option<Traffic> {
        match self.connector.get_ref() {
            #[cfg(feature = "remote")]
            AnyConnector::Remote(remote) => Some(remote.stats().into()),
            _ => None,
        }
    }

    /// What the writes did: how many were committed, and by how many transactions.
    pub fn commit_stats(&self) -> turso_batch::Stats {
        self.lanes.commit_stats()
    }

    /// What the reads by key of a server did: how many were asked alone, and in how many groups the
    /// others. None without a server.
    pub fn read_stats(&self) -> Option<turso_batch::ReadStats> {
        self.lanes.read_stats()
    }

    /// The pools of connections now, and what they have done.
    pub fn pools(&self) -> Pools {
        let (write, read) = self.lanes.lanes();
        Pools {
            write: PoolFigures::of(write),
            read: read.map(PoolFigures::of),
        }
    }

    /// Ends the storage: calls that come now or wait for their turn are `Closed` (nothing of
    /// them is stored), those that run are waited for, at most for `limit`, and the connections are
    /// closed. All clones share it. Without it, that happens by itself
    /// when the last clone is dropped and the last call has ended, and nobody is told when.
    ///
    /// # Errors
    /// `Timeout` when calls still ran; they run on.
    ///
    /// # Cancellation
    /// The storage is closed all the same.
    pub async fn close(&self, limit: Duration) -> Result<()> {
        let closed = self.lanes.close(limit).await;
        closed.map_err(|e| error::storage("closing the storage", e))
    }

    pub(crate) const fn packer(&self) -> &Packer {
        &self.packer
    }

    pub(crate) const fn is_local(&self) -> bool {
        self.local
    }

    /// Runs one reading statement.
    pub(crate) async fn read(&self, statement: Statement) -> Result<Rows> {
        let doing = statement.operation();
        self.lanes
            .read(statement)
            .await
            .map_err(|e| error::storage(doing, e))
    }

    /// Runs `batch` all or nothing, together with what others write at the time, and gives the failing step to `explain`.
    pub(crate) async fn write(
        &self,
        operation: &'static str,
        batch: Batch,
        explain: impl FnOnce(Option<usize>, turso_conn::Error) -> memory_core::Error,
    ) -> Result<Vec<Rows>> {
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        // Every write is an upsert under ids of the caller, a conditional update that recognises
        // itself, or a deletion.
        let submission = Submission::new(batch).named(operation).idempotent();
        self.lanes
            .write(submission)
            .await
            .map_err(|e| explain(e.step(), e))
    }
}

#[async_trait]
impl StorageBackend for TursoStorage {
    async fn changes(&self) -> Result<Option<ChangeMark>> {
        if !self.local {
            // What a server answers moves with our own writes too.
            return Ok(None);
        }
        let mark = self.lanes.changes().await;
        mark.map(Some)
            .map_err(|e| error::storage("looking for the writes of others", e))
    }
}

/// A statement with its values.
pub(crate) fn statement(
    operation: &'static str,
    sql: &'static str,
    values: impl IntoIterator<Item = Value>,
) -> Statement {
    Statement::new(sql).bind_all(values).named(operation)
}

/// The name of a write that no caller repeats.
pub(crate) fn new_write() -> Value {
    WriteId::new().as_bytes().to_vec().into()
}
