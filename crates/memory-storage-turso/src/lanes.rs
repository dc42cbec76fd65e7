//! Who gets which connection.

use memory_core::ChangeMark;
use std::time::Duration;
use turso_batch::{GroupCommit, GroupRead, ReadStats, Submission};
use turso_conn::{Acquire, Error, ErrorKind, Execute, Location, Result, Rows, Statement};
use turso_metrics::{MeteredAcquire, MeteredLease};
use turso_pool::{Lease, Pool};

use crate::config::Config;
use crate::metered::Connector;

/// Where writes and reads get their connections.
///
/// - A file has one writing connection, because SQLite has one writer at a time and a queue here
///   is fairer and cheaper than its locks, and some reading ones beside it.
/// - A server has one pool for both. Reads by key that wait for its connections share requests.
/// - A database in memory has one connection for both: it is private to it.
#[derive(Clone, Debug)]
pub(crate) struct Lanes {
    write: GroupCommit<Lane>,
    /// None when reads share the connections of writes.
    read: Option<Lane>,
    /// Reads by key from a server, where a request costs more than what it asks.
    points: Option<GroupRead<Lane>>,
}

/// A pool of which it is known how long tasks wait for its connections and keep them.
pub(crate) type Lane = MeteredAcquire<Lender>;

fn lane(pool: Pool<Connector>, name: &'static str) -> Lane {
    MeteredAcquire::new(Lender(pool), name)
}

impl Lanes {
    /// Lanes to `location`, of which one writing connection is open.
    ///
    /// # Errors
    /// It cannot be opened, or the configuration makes no sense.
    pub(crate) async fn open(
        connector: &Connector,
        location: &Location,
        config: &Config,
    ) -> Result<Self> {
        let wait = config.connection.local.deadline;
        let (write, read) = match location {
            Location::Memory => (patient(turso_pool::Config::memory(), wait), None),
            Location::File(_) => {
                let readers = turso_pool::Config::local(config.readers.get());
                let writer = turso_pool::Config::local(1);
                (patient(writer, wait), Some(patient(readers, wait)))
            }
            _ => (config.pool.clone(), None),
        };
        let mut commits = config.commits.clone();
        commits.wait = commits.wait.min(wait);
        let pool = |config| Pool::builder(connector.clone()).config(config);
        let write = pool(write).build_one().await?;
        let read = read.map(|read| pool(read).build_lazy()).transpose()?;
        let write = lane(write, if read.is_some() { "write" } else { "all" });
        Ok(Self {
            points: location.is_remote().then(|| GroupRead::new(write.clone())),
            write: GroupCommit::new(write, commits),
            read: read.map(|pool| lane(pool, "read")),
        })
    }

    fn readers(&self) -> &Lane {
        self.read.as_ref().unwrap_or(self.write.get_ref())
    }

    /// Runs a read on one of the reading connections; one by key together with others that wait
    /// for a connection to a server. A page is read alone: those by key would wait for it.
    pub(crate) async fn read(&self, statement: Statement) -> Result<Rows> {
        if let Some(points) = &self.points
            && statement.is_point_read()
        {
            return points.query(statement).await;
        }
        self.readers().acquire().await?.query(statement).await
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

    /// What the reads by key did, where they are grouped.
    pub(crate) fn read_stats(&self) -> Option<ReadStats> {
        self.points.as_ref().map(GroupRead::stats)
    }

    /// The writing connection itself, when it is its turn.
    pub(crate) async fn writer(&self) -> Result<MeteredLease<Lease<Connector>>> {
        self.write.get_ref().acquire().await
    }

    /// Where the commits of others stand. Asked of the writing connection: any other would count
    /// our own too.
    pub(crate) async fn changes(&self) -> Result<ChangeMark> {
        let mut lease = self.writer().await?;
        let ask = Statement::new("SELECT data_version FROM pragma_data_version")
            .named("connection.changes")
            .point_read();
        let version = lease.query(ask).await?.one()?.integer(0)?;
        Ok(ChangeMark::new(
            lease.get_ref().id().get(),
            version.cast_unsigned(),
        ))
    }

    /// The lane of the writing connections, and that of the reading ones where it is another.
    pub(crate) fn lanes(&self) -> (&Lane, Option<&Lane>) {
        (self.write.get_ref(), self.read.as_ref())
    }

    /// Lends nothing any more, and waits for what is on loan.
    pub(crate) async fn close(&self, limit: Duration) -> Result<()> {
        let (readers, writers) = (self.readers().get_ref(), self.write.get_ref().get_ref());
        let (readers, writers) = (readers.pool().drain(limit), writers.pool().drain(limit));
        let (readers, writers) = tokio::join!(readers, writers);
        Ok(readers.and(writers)?)
    }
}

/// As long as a call may take, one may wait for another; nobody is told sooner that the
/// database is busy.
fn patient(config: turso_pool::Config, wait: Duration) -> turso_pool::Config {
    turso_pool::Config {
        acquire_timeout: wait,
        ..config
    }
}

/// A pool whose refusals say what a storage says.
#[derive(Clone, Debug)]
pub(crate) struct Lender(Pool<Connector>);

impl Lender {
    pub(crate) fn pool(&self) -> &Pool<Connector> {
        &self.0
    }
}

impl Acquire for Lender {
    type Lease = Lease<Connector>;

    /// That others had all connections until the deadline is `Busy`; that none could be opened is
    /// what the last attempt to open one says.
    async fn acquire(&self) -> Result<Self::Lease> {
        self.0.acquire().await.map_err(|error| {
            let kind = match (error.kind(), error.connect_error()) {
                (ErrorKind::Timeout, Some(cause)) => cause.kind(),
                (ErrorKind::Timeout, None) => ErrorKind::Busy,
                (kind, _) => kind,
            };
            Error::new(kind, "waiting for a connection").with_source(error)
        })
    }
}
