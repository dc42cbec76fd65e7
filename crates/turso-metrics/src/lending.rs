//! The layer over those who lend connections.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Instant;

use turso_conn::{Acquire, Result};

use crate::instrument::Instruments;
use crate::metered::{error_names, failure};
use crate::metrics::Metrics;
use crate::operation::Outcome;
use crate::snapshot::Snapshot;

/// Lends the connections of another lender, such as a pool, and times how long users wait for one and
/// how long they keep it.
///
/// Errors, results and cancellation are those of the lender inside. Whoever stops waiting is counted
/// with the error [`ERROR_CANCELLED`](crate::ERROR_CANCELLED).
///
/// ```
/// use turso_conn::{Acquire, Execute, LocalConfig, LocalConnector, Location, Single, Statement};
/// use turso_metrics::MeteredAcquire;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> turso_conn::Result<()> {
/// let inner = LocalConnector::new(&Location::Memory, LocalConfig::default())?;
/// let lender = MeteredAcquire::new(Single::new(inner), "all");
/// lender.acquire().await?.query(Statement::new("SELECT 1")).await?;
/// assert_eq!(lender.waits().operation("all").unwrap().ever.count, 1);
/// assert_eq!(lender.uses().operation("all").unwrap().ever.count, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MeteredAcquire<A> {
    inner: A,
    times: Arc<Times>,
}

struct Times {
    name: &'static str,
    waits: Metrics,
    uses: Metrics,
}

/// A connection on loan from a [`MeteredAcquire`].
#[must_use = "a lease that is not used only keeps others waiting"]
pub struct MeteredLease<L> {
    /// Before the lease, so that giving it back is no part of its use.
    using: Using,
    inner: L,
}

/// Ends a use when dropped.
struct Using {
    times: Arc<Times>,
    since: Instant,
}

impl<A> MeteredAcquire<A> {
    /// Times the connections that `inner` lends. `name` tells it from other lenders of the process: it
    /// is the label `db.client.connection.pool.name`.
    pub fn new(inner: A, name: &'static str) -> Self {
        let times = Times {
            name,
            waits: Metrics::of_one(Instruments::WAIT, name, error_names()),
            uses: Metrics::of_one(Instruments::USE, name, []),
        };
        Self {
            inner,
            times: Arc::new(times),
        }
    }

    /// How long users waited for a connection, those who found one idle included: one operation,
    /// with the name of this lender.
    pub fn waits(&self) -> Snapshot {
        self.times.waits.snapshot(Instant::now())
    }

    /// How long they kept it: one operation, with the name of this lender.
    pub fn uses(&self) -> Snapshot {
        self.times.uses.snapshot(Instant::now())
    }

    /// What is inside.
    pub fn get_ref(&self) -> &A {
        &self.inner
    }

    /// What is inside, to change.
    pub fn get_mut(&mut self) -> &mut A {
        &mut self.inner
    }

    /// What is inside, to keep.
    pub fn into_inner(self) -> A {
        self.inner
    }
}

impl<A: Acquire> Acquire for MeteredAcquire<A> {
    type Lease = MeteredLease<A::Lease>;

    async fn acquire(&self) -> Result<Self::Lease> {
        let call = self.times.waits.silent_call(self.times.name);
        let lease = self.inner.acquire().await;
        let since = call.end_at(&Outcome {
            error: failure(&lease),
            ..Outcome::default()
        });
        let inner = lease?;
        let times = Arc::clone(&self.times);
        let using = Using { times, since };
        Ok(MeteredLease { using, inner })
    }
}

impl<L> MeteredLease<L> {
    /// The lease inside.
    pub fn get_ref(&self) -> &L {
        &self.inner
    }

    /// The lease inside, to change.
    pub fn get_mut(&mut self) -> &mut L {
        &mut self.inner
    }

    /// The lease inside, to keep; its use counts until now.
    pub fn into_inner(self) -> L {
        drop(self.using);
        self.inner
    }
}

impl Drop for Using {
    fn drop(&mut self) {
        let (times, now) = (&self.times, Instant::now());
        let took = now.saturating_duration_since(self.since);
        times
            .uses
            .record(times.name, &Outcome::default(), took, now);
    }
}

impl<L: Deref> Deref for MeteredLease<L> {
    type Target = L::Target;

    fn deref(&self) -> &L::Target {
        &self.inner
    }
}

impl<L: DerefMut> DerefMut for MeteredLease<L> {
    fn deref_mut(&mut self) -> &mut L::Target {
        &mut self.inner
    }
}

impl<A: fmt::Debug> fmt::Debug for MeteredAcquire<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeteredAcquire")
            .field("inner", &self.inner)
            .field("name", &self.times.name)
            .finish_non_exhaustive()
    }
}

impl<L: fmt::Debug> fmt::Debug for MeteredLease<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeteredLease")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}
