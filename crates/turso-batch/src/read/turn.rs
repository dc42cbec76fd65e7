//! The task that waits for a connection and asks a group.

use std::future::Future;
use std::ops::DerefMut;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use tokio::time::Instant;
use turso_conn::{Acquire, Error, ErrorKind, Execute, Result, Statement};

use super::Shared;
use super::queue::Waiting;

/// A connection that is waited for.
pub(super) type Acquiring<A> = Pin<Box<dyn Future<Output = Result<<A as Acquire>::Lease>> + Send>>;

/// Waits for a connection and asks what has queued until then. Tells those who wait when it ends
/// before that: by a panic of the lender, or with its runtime.
struct Turn<A> {
    shared: Arc<Shared<A>>,
    began: Instant,
    taken: bool,
}

impl<A> Drop for Turn<A> {
    fn drop(&mut self) {
        if !self.taken {
            self.shared.queue.abandon();
        }
    }
}

/// Starts a turn that the queue has counted already.
pub(super) fn start<A: Acquire + 'static>(shared: &Arc<Shared<A>>, acquiring: Acquiring<A>) {
    // Made here, so that a task that is dropped before it runs lets go of the queue.
    let turn = Turn {
        shared: Arc::clone(shared),
        began: Instant::now(),
        taken: false,
    };
    tokio::spawn(turn.run(acquiring));
}

impl<A: Acquire + 'static> Turn<A> {
    async fn run(mut self, acquiring: Acquiring<A>) {
        let lease = acquiring.await;
        let taken = self.shared.queue.take();
        self.taken = true;
        self.start(taken.turns);
        let counters = &self.shared.counters;
        counters
            .left_out
            .fetch_add(taken.left.len() as u64, Relaxed);
        drop(taken.left);
        if taken.group.is_empty() {
            return;
        }
        match lease {
            Ok(lease) => {
                counters.begun(taken.group.len());
                answer(lease, taken.group).await;
            }
            Err(error) => self.refuse(taken.group, &error),
        }
    }

    fn start(&self, turns: usize) {
        for _ in 0..turns {
            start(&self.shared, self.shared.acquiring());
        }
    }

    /// There is no connection. Where that is because it was waited for too long, who came later than
    /// this turn has not waited so long yet, and waits on.
    fn refuse(&self, group: Vec<Waiting>, error: &Error) {
        let waited = matches!(error.kind(), ErrorKind::Busy | ErrorKind::Timeout);
        let (patient, refused): (Vec<_>, Vec<_>) = group
            .into_iter()
            .partition(|one| waited && one.since > self.began);
        let turns = self.shared.queue.put_back(patient);
        self.start(turns);
        for one in refused {
            // The caller may have gone.
            let _ = one.reply.send(Err(error.clone()));
        }
    }
}

async fn answer<L>(lease: L, group: Vec<Waiting>)
where
    L: DerefMut<Target: Execute> + Send,
{
    let reads = group.into_iter();
    let (statements, replies): (Vec<_>, Vec<_>) =
        reads.map(|one| (one.statement, one.reply)).unzip();
    let answers = ask(lease, statements).await;
    for (reply, answer) in replies.into_iter().zip(answers) {
        // The caller may have gone.
        let _ = reply.send(answer);
    }
}

/// The connection is given back before anybody is answered: whoever reads again finds it.
async fn ask<L>(mut lease: L, mut statements: Vec<Statement>) -> Vec<Result<turso_conn::Rows>>
where
    L: DerefMut<Target: Execute> + Send,
{
    match statements.pop() {
        Some(only) if statements.is_empty() => vec![lease.query(only).await],
        last => {
            statements.extend(last);
            lease.query_all(statements).await
        }
    }
}
