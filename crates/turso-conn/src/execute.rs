//! The traits between those who have connections and those who use them.

use std::future::Future;
use std::ops::DerefMut;
use std::sync::Arc;

use crate::program::{GroupResult, only_group};
use crate::{Batch, Program, Result, Rows, Statement};

/// A connection: runs one statement or one atomic program at a time.
///
/// It takes `&mut self`, so that one connection cannot be used twice at once.
/// There is no interactive transaction: over a network it would hold the
/// database's one write lock for several round trips.
pub trait Execute: Send {
    /// Runs one statement and returns all its rows.
    ///
    /// # Errors
    /// Any [`ErrorKind`](crate::ErrorKind). For a statement that writes, any
    /// kind but [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown) means that
    /// nothing was stored.
    ///
    /// # Cancellation
    /// A dropped future may leave the statement running for a while; a write is
    /// then stored whole or not at all. The connection is not used again before
    /// that end is known.
    fn query(&mut self, statement: Statement) -> impl Future<Output = Result<Rows>> + Send;

    /// Runs statements that only read, each by itself, in one request where that saves round
    /// trips. The answer to each stands at its place; one that fails does not disturb the others.
    /// They see the database at one moment or at several, in their order.
    ///
    /// Each has its own limits. A deadline of one ends none of the others, so it may be passed:
    /// whoever is in a hurry asks alone.
    ///
    /// # Errors
    /// Those of [`query`](Self::query), for each statement. That no answer came at all is told
    /// for all of them. A statement that writes makes all run one after the other.
    ///
    /// # Cancellation
    /// As for [`query`](Self::query).
    fn query_all(
        &mut self,
        statements: Vec<Statement>,
    ) -> impl Future<Output = Vec<Result<Rows>>> + Send {
        async move {
            let mut answers = Vec::with_capacity(statements.len());
            for statement in statements {
                answers.push(self.query(statement).await);
            }
            answers
        }
    }

    /// Runs the groups of `program` in one transaction. Each group is all or
    /// nothing by itself; its result stands at its place in the answer.
    ///
    /// # Errors
    /// The outer error means that the transaction as a whole was lost: nothing
    /// of any group is stored (or, with
    /// [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown), nobody knows). The
    /// inner error of a group says why this group is not stored, and
    /// [`step`](crate::Error::step) which of its steps failed. What is checked
    /// only at the commit, such as a deferred foreign key, fails the program.
    ///
    /// # Cancellation
    /// A dropped future leaves the program stored whole or not at all, and the
    /// connection without an open transaction for its next user.
    fn atomic(&mut self, program: Program)
    -> impl Future<Output = Result<Vec<GroupResult>>> + Send;

    /// Runs one batch: all or nothing. The rows of each step, in order.
    ///
    /// # Errors
    /// Nothing is stored, unless the kind is
    /// [`OutcomeUnknown`](crate::ErrorKind::OutcomeUnknown).
    ///
    /// # Cancellation
    /// As for [`atomic`](Self::atomic).
    fn batch(&mut self, batch: Batch) -> impl Future<Output = Result<Vec<Rows>>> + Send {
        async move { only_group(self.atomic(Program::from(batch)).await?) }
    }
}

/// Makes connections and keeps them fit for use.
pub trait Connect: Send + Sync {
    /// The connections it makes.
    type Conn: Execute + 'static;

    /// Opens a connection that is ready to use.
    ///
    /// # Errors
    /// The reason why there is none;
    /// [`is_retryable`](crate::Error::is_retryable) tells a passing one.
    ///
    /// # Cancellation
    /// What was half opened is closed.
    fn connect(&self) -> impl Future<Output = Result<Self::Conn>> + Send;

    /// Makes a used connection fit for its next user: waits for what a
    /// cancelled call left running, ends an open transaction.
    ///
    /// # Errors
    /// The connection cannot be used again and is to be dropped.
    ///
    /// # Cancellation
    /// It is then not known to be fit: recycle it again or drop it.
    fn recycle(&self, conn: &mut Self::Conn) -> impl Future<Output = Result<()>> + Send;

    /// Asks whether the connection works, by one cheap question to the database.
    ///
    /// # Errors
    /// It does not, and is to be dropped.
    ///
    /// # Cancellation
    /// As for [`Execute::query`].
    fn check(&self, conn: &mut Self::Conn) -> impl Future<Output = Result<()>> + Send;
}

/// Lends connections: a pool, a single connection or a test double.
pub trait Acquire: Send + Sync {
    /// A connection on loan, given back when dropped.
    type Lease: DerefMut<Target: Execute> + Send + 'static;

    /// Waits for a connection and lends it.
    ///
    /// # Errors
    /// There is none within the lender's time limit, or none can be made.
    ///
    /// # Cancellation
    /// Gives up the place in the queue; nothing is lost.
    fn acquire(&self) -> impl Future<Output = Result<Self::Lease>> + Send;
}

impl<E: Execute> Execute for &mut E {
    fn query(&mut self, statement: Statement) -> impl Future<Output = Result<Rows>> + Send {
        (**self).query(statement)
    }

    fn query_all(
        &mut self,
        statements: Vec<Statement>,
    ) -> impl Future<Output = Vec<Result<Rows>>> + Send {
        (**self).query_all(statements)
    }

    fn atomic(
        &mut self,
        program: Program,
    ) -> impl Future<Output = Result<Vec<GroupResult>>> + Send {
        (**self).atomic(program)
    }
}

impl<C: Connect> Connect for Arc<C> {
    type Conn = C::Conn;

    fn connect(&self) -> impl Future<Output = Result<C::Conn>> + Send {
        (**self).connect()
    }

    fn recycle(&self, conn: &mut C::Conn) -> impl Future<Output = Result<()>> + Send {
        (**self).recycle(conn)
    }

    fn check(&self, conn: &mut C::Conn) -> impl Future<Output = Result<()>> + Send {
        (**self).check(conn)
    }
}

impl<T: Acquire> Acquire for Arc<T> {
    type Lease = T::Lease;

    fn acquire(&self) -> impl Future<Output = Result<T::Lease>> + Send {
        (**self).acquire()
    }
}
