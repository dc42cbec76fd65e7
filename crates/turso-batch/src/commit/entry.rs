//! One submission on its way, seen from both ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;
use turso_conn::{Batch, Error, ErrorKind, Result, Rows};

use crate::Submission;
use crate::stats::Counters;

const QUEUED: u8 = 0;
const BEGUN: u8 = 1;
const LEFT: u8 = 2;

/// Whether the commit has begun, or the submitter has left; the first of both wins.
#[derive(Clone, Debug)]
struct Fate {
    state: Arc<AtomicU8>,
}

impl Fate {
    fn turn_into(&self, next: u8) -> bool {
        let done = self
            .state
            .compare_exchange(QUEUED, next, Ordering::AcqRel, Ordering::Acquire);
        done.is_ok()
    }
}

/// Two ends of a submission that waits until `deadline` at most.
pub(super) fn entry(
    submission: Submission,
    deadline: Instant,
    permits: [OwnedSemaphorePermit; 2],
    counters: Arc<Counters>,
) -> (Entry, Ticket) {
    let (send, receive) = oneshot::channel();
    let state = Arc::new(AtomicU8::new(QUEUED));
    let fate = Fate { state };
    let ticket = Ticket {
        fate: fate.clone(),
        receive,
        counters: Arc::clone(&counters),
    };
    let Submission {
        batch,
        operation,
        idempotent,
        wait: _,
    } = submission;
    let entry = Entry {
        bytes: batch.size(),
        batch,
        member: Member {
            operation,
            idempotent,
            deadline,
            reply: Reply {
                send,
                counters,
                _permits: permits,
            },
        },
        fate,
    };
    (entry, ticket)
}

/// A submission in the queue.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) bytes: usize,
    batch: Batch,
    pub(super) member: Member,
    fate: Fate,
}

impl Entry {
    /// Its steps and who waits for them, unless nobody does any more. From now on it is stored
    /// or not, whoever waits.
    pub(super) fn begin(self) -> Option<(Batch, Member)> {
        self.fate
            .turn_into(BEGUN)
            .then_some((self.batch, self.member))
    }
}

/// What is known of a submission whose commit has begun.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) operation: &'static str,
    pub(super) idempotent: bool,
    pub(super) deadline: Instant,
    reply: Reply,
}

impl Member {
    pub(super) fn answer(self, answer: Result<Vec<Rows>>) {
        let Reply { send, counters, .. } = self.reply;
        let counter = if answer.is_ok() {
            &counters.stored
        } else {
            &counters.failed
        };
        counter.fetch_add(1, Ordering::Relaxed);
        // The submitter may have gone.
        let _ = send.send(answer);
    }
}

#[derive(Debug)]
struct Reply {
    send: oneshot::Sender<Result<Vec<Rows>>>,
    counters: Arc<Counters>,
    /// Room in the queue, given back with the answer.
    _permits: [OwnedSemaphorePermit; 2],
}

/// The submitter's end.
#[derive(Debug)]
pub(super) struct Ticket {
    fate: Fate,
    receive: oneshot::Receiver<Result<Vec<Rows>>>,
    counters: Arc<Counters>,
}

impl Ticket {
    /// Waits for the answer.
    pub(super) async fn answer(&mut self) -> Result<Vec<Rows>> {
        match (&mut self.receive).await {
            Ok(answer) => answer,
            Err(_) if self.leave() => {
                let context = "the runtime that commits has ended";
                Err(Error::new(ErrorKind::Closed, context))
            }
            Err(_) => {
                let context = "the task of a write ended without an answer";
                Err(Error::new(ErrorKind::OutcomeUnknown, context))
            }
        }
    }

    /// Leaves the queue. Whether that was possible: a commit that has begun is not left.
    pub(super) fn leave(&self) -> bool {
        let left = self.fate.turn_into(LEFT);
        self.counters
            .left_out
            .fetch_add(u64::from(left), Ordering::Relaxed);
        left
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        self.leave();
    }
}
