//! Reads together what waits for a connection.

mod queue;
mod stats;
mod turn;

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::task::Poll;

use turso_conn::{Acquire, Error, ErrorKind, Execute, Result, Rows, Statement};

use queue::Queue;
use stats::Counters;
pub use stats::ReadStats;
use turn::{Acquiring, start};

/// Most reads of one group: answering them takes about as long as a round trip to a near server,
/// and the other connections get something to do as well.
const GROUP_MAX: usize = 16;

/// Most reads that wait for a connection; more wait for one of their own.
const QUEUE_MAX: usize = 1_024;

/// Most bytes of SQL and values of a read that is grouped: it is to be small.
const STATEMENT_BYTES_MAX: usize = 4 * 1_024;

/// Reads by statements that are small and quick, such as those by key. Those that wait for a
/// connection at the same time are asked by one request, at most 16. Clones share the queue.
pub struct GroupRead<A> {
    shared: Arc<Shared<A>>,
}

struct Shared<A> {
    acquire: A,
    queue: Queue,
    counters: Counters,
}

impl<A: Acquire + 'static> GroupRead<A> {
    /// Reads on connections that `acquire` lends.
    pub fn new(acquire: A) -> Self {
        let shared = Shared {
            acquire,
            queue: Queue::default(),
            counters: Counters::default(),
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
    pub fn stats(&self) -> ReadStats {
        self.shared.counters.stats(self.shared.queue.len())
    }

    /// Runs a statement that only reads: at once if there is a connection, else together with
    /// those that wait for one. One that is larger than 4 KiB or has a deadline of its own waits
    /// for a connection of its own.
    ///
    /// # Errors
    /// Those of the statement itself; those of acquiring a connection;
    /// [`ErrorKind::Closed`] when the runtime ends that waits for one.
    ///
    /// # Cancellation
    /// While it waits for a connection, it is left out. After that, the others of its group are
    /// asked all the same, by a task of their own.
    pub async fn query(&self, statement: Statement) -> Result<Rows> {
        let shared = &self.shared;
        if statement.deadline().is_some() || statement.size() > STATEMENT_BYTES_MAX {
            return shared.alone(shared.acquiring(), statement).await;
        }
        let mut acquiring = None;
        if !shared.queue.has_turns() {
            let mut at_once = shared.acquiring();
            let lease = poll_fn(|cx| Poll::Ready(at_once.as_mut().poll(cx))).await;
            if let Poll::Ready(lease) = lease {
                shared.counters.alone.fetch_add(1, Relaxed);
                return lease?.query(statement).await;
            }
            acquiring = Some(at_once);
        }
        let (answer, turn) = match shared.queue.join(statement) {
            Ok(joined) => joined,
            // It keeps its place with the lender: two would let one connection lie idle.
            Err(statement) => {
                let acquiring = acquiring.unwrap_or_else(|| shared.acquiring());
                return shared.alone(acquiring, statement).await;
            }
        };
        if turn {
            start(shared, acquiring.unwrap_or_else(|| shared.acquiring()));
        } else {
            // Somebody else began to wait in the same moment.
            drop(acquiring);
        }
        answer.await.unwrap_or_else(|_| {
            let context = "the task that reads has ended without an answer";
            Err(Error::new(ErrorKind::Closed, context))
        })
    }
}

impl<A: Acquire + 'static> Shared<A> {
    fn acquiring(self: &Arc<Self>) -> Acquiring<A> {
        let shared = Arc::clone(self);
        Box::pin(async move { shared.acquire.acquire().await })
    }

    async fn alone(&self, acquiring: Acquiring<A>, statement: Statement) -> Result<Rows> {
        self.counters.alone.fetch_add(1, Relaxed);
        acquiring.await?.query(statement).await
    }
}

impl<A> Clone for GroupRead<A> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<A> fmt::Debug for GroupRead<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupRead").finish_non_exhaustive()
    }
}
