//! The task that waits for a connection and asks a group.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use turso_conn::{Acquire, Execute, Result, Statement};

use super::Shared;

/// A connection that is waited for.
pub(super) type Acquiring<A> = Pin<Box<dyn Future<Output = Result<<A as Acquire>::Lease>> + Send>>;

/// Waits for a connection and asks what has queued until then. Tells those who wait when it ends
/// before that: by a panic of the lender, or with its runtime.
struct Turn<A> {
    shared: Arc<Shared<A>>,
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
        taken: false,
    };
    tokio::spawn(turn.run(acquiring));
}

impl<A: Acquire + 'static> Turn<A> {
    async fn run(mut self, acquiring: Acquiring<A>) {
        let lease = acquiring.await;
        let taken = self.shared.queue.take();
        self.taken = true;
        for _ in 0..taken.turns {
            start(&self.shared, self.shared.acquiring());
        }
        let counters = &self.shared.counters;
        counters
            .left_out
            .fetch_add(taken.left.len() as u64, Relaxed);
        drop(taken.left);
        if taken.group.is_empty() {
            return;
        }
        let reads = taken.group.into_iter();
        let (statements, replies): (Vec<_>, Vec<_>) =
            reads.map(|one| (one.statement, one.reply)).unzip();
        let answers = match lease {
            Ok(lease) => {
                counters.begun(statements.len());
                ask(lease, statements).await
            }
            Err(error) => statements.iter().map(|_| Err(error.clone())).collect(),
        };
        for (reply, answer) in replies.into_iter().zip(answers) {
            // The caller may have gone.
            let _ = reply.send(answer);
        }
    }
}

/// The connection is given back before anybody is answered: whoever reads again finds it.
async fn ask<L>(mut lease: L, mut statements: Vec<Statement>) -> Vec<Result<turso_conn::Rows>>
where
    L: std::ops::DerefMut<Target: Execute> + Send,
{
    match statements.pop() {
        Some(only) if statements.is_empty() => vec![lease.query(only).await],
        last => {
            statements.extend(last);
            lease.query_all(statements).await
        }
    }
}
