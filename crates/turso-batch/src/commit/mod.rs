//! Commits together what was submitted while the last commit was in flight.

mod driver;
mod entry;
mod queue;

use std::fmt;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};
use turso_conn::{Acquire, Error, ErrorKind, Result, Rows};

use crate::stats::Counters;
use crate::{Config, Stats, Submission};
use driver::Driver;
pub use driver::OPERATION_GROUP;
use entry::{Ticket, entry};
use queue::Queue;

/// A deadline beyond the clock's end is none: a year is as good.
const FAR: std::time::Duration = std::time::Duration::from_hours(365 * 24);

/// Bytes are counted in these, so that a semaphore can count them.
const BYTES_PER_PERMIT: usize = 1_024;

/// Commits submissions, one group after the other, each with what has queued
/// while the last one was in flight. Clones share the queue.
///
/// Invariant: at most one driver task exists, it owns what it has taken from the
/// queue, and a queue that is not empty has a driver.
pub struct GroupCommit<A> {
    shared: Arc<Shared<A>>,
}

struct Shared<A> {
    acquire: A,
    config: Config,
    queue: Queue,
    /// Places for submissions, and for their kibibytes.
    count: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    bytes_max: u32,
    counters: Arc<Counters>,
}

impl<A: Acquire + 'static> GroupCommit<A> {
    /// Commits on connections that `acquire` lends.
    pub fn new(acquire: A, config: Config) -> Self {
        let bytes_max = permits(config.queue_bytes.get());
        let count = config.queue_count.get().min(Semaphore::MAX_PERMITS);
        let shared = Shared {
            acquire,
            queue: Queue::default(),
            count: Arc::new(Semaphore::new(count)),
            bytes: Arc::new(Semaphore::new(bytes_max as usize)),
            bytes_max,
            counters: Arc::default(),
            config,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Who lends the connections.
    pub fn get_ref(&self) -> &A {
        &self.shared.acquire
    }

    /// What it did so far.
    pub fn stats(&self) -> Stats {
        self.shared.counters.stats(self.shared.queue.len())
    }

    /// Stores a batch: all or nothing. The rows of its steps, in order.
    ///
    /// # Errors
    /// Those of the batch itself, with the failing
    /// [`step`](turso_conn::Error::step); those of the transaction that it was
    /// part of, after repeating it as far as that helps; [`ErrorKind::Busy`]
    /// when there was no turn for it in time. Nothing is stored then, unless
    /// the kind is [`ErrorKind::OutcomeUnknown`].
    ///
    /// # Cancellation
    /// Before its commit begins, it is left out. After that, it is stored or
    /// not as a whole, by a task of its own.
    pub async fn submit(&self, submission: Submission) -> Result<Vec<Rows>> {
        if submission.batch.is_empty() {
            return Ok(Vec::new());
        }
        let wait = submission.wait.unwrap_or(self.shared.config.wait);
        let deadline = Instant::now() + wait.min(FAR);
        let permits = timeout_at(deadline, self.shared.room(submission.batch.size()));
        let permits = permits.await.map_err(|_| no_turn())??;
        let counters = Arc::clone(&self.shared.counters);
        let (entry, ticket) = entry(submission, deadline, permits, counters);
        if self.shared.queue.push(entry) {
            // Made here, so that a task that is dropped before it runs lets go of the queue.
            let driver = Driver::new(Arc::clone(&self.shared));
            tokio::spawn(driver.drive());
        }
        wait_for(ticket, deadline).await
    }
}

async fn wait_for(mut ticket: Ticket, deadline: Instant) -> Result<Vec<Rows>> {
    if let Ok(answer) = timeout_at(deadline, ticket.answer()).await {
        return answer;
    }
    if ticket.leave() {
        return Err(no_turn());
    }
    ticket.answer().await
}

impl<A> Shared<A> {
    /// Waits for room in the queue.
    async fn room(&self, bytes: usize) -> Result<[OwnedSemaphorePermit; 2]> {
        let bytes = permits(bytes).min(self.bytes_max);
        let count = Arc::clone(&self.count).acquire_owned().await;
        let bytes = Arc::clone(&self.bytes).acquire_many_owned(bytes).await;
        match (count, bytes) {
            (Ok(count), Ok(bytes)) => Ok([count, bytes]),
            _ => Err(Error::new(ErrorKind::Bug, "the queue's room is closed")),
        }
    }
}

/// Kibibytes, at least one.
fn permits(bytes: usize) -> u32 {
    let most = u32::MAX >> 3;
    u32::try_from(bytes.div_ceil(BYTES_PER_PERMIT)).map_or(most, |some| some.clamp(1, most))
}

fn no_turn() -> Error {
    let context = "waiting for a turn: other calls took all the time";
    Error::new(ErrorKind::Busy, context)
}

impl<A> Clone for GroupCommit<A> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<A> fmt::Debug for GroupCommit<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupCommit")
            .field("config", &self.shared.config)
            .finish_non_exhaustive()
    }
}
