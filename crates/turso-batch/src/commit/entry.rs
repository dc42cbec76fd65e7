//! One submission on its way, seen from both ends.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::Instant;
use turso_conn::{Batch, Error, ErrorKind, Result, Rows};

use crate::Submission;
use crate::stats::Counters;

/// What becomes of a submission: its commit begins or its submitter leaves, whatever is first.
#[derive(Clone, Debug)]
struct Slot {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
enum State {
    Queued(Box<(Batch, Member)>),
    Begun,
    /// By its submitter, or by a queue that nobody takes from any more.
    Left,
}

impl Slot {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_begun(&self) -> bool {
        matches!(*self.state(), State::Begun)
    }

    /// What was queued, if it still was.
    fn turn_into(&self, next: State) -> Option<(Batch, Member)> {
        let mut state = self.state();
        match *state {
            State::Queued(_) => match std::mem::replace(&mut *state, next) {
                State::Queued(queued) => Some(*queued),
                State::Begun | State::Left => None,
            },
            State::Begun | State::Left => None,
        }
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
    let ticket_counters = Arc::clone(&counters);
    let Submission {
        batch,
        operation,
        idempotent,
        wait: _,
    } = submission;
    let bytes = batch.size();
    let member = Member {
        operation,
        idempotent,
        deadline,
        unknown: false,
        reply: Reply {
            send,
            counters,
            _permits: permits,
        },
    };
    let state = State::Queued(Box::new((batch, member)));
    let slot = Slot {
        state: Arc::new(Mutex::new(state)),
    };
    let ticket = Ticket {
        slot: slot.clone(),
        receive,
        counters: ticket_counters,
    };
    let entry = Entry {
        bytes,
        idempotent,
        slot,
    };
    (entry, ticket)
}

/// A submission in the queue.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) bytes: usize,
    pub(super) idempotent: bool,
    slot: Slot,
}

impl Entry {
    /// Its steps and who waits for them, unless nobody does any more. From now on it is stored
    /// or not, whoever waits.
    pub(super) fn begin(self) -> Option<(Batch, Member)> {
        self.slot.turn_into(State::Begun)
    }

    /// Whether its submitter is still there.
    pub(super) fn waits(&self) -> bool {
        matches!(*self.slot.state(), State::Queued(_))
    }
}

impl Drop for Entry {
    /// Tells the submitter of an entry whose commit never began.
    fn drop(&mut self) {
        let queued = self.slot.turn_into(State::Left);
        drop(queued);
    }
}

/// What is known of a submission whose commit has begun.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) operation: &'static str,
    pub(super) idempotent: bool,
    pub(super) deadline: Instant,
    /// Whether one of its transactions may have been stored.
    pub(super) unknown: bool,
    reply: Reply,
}

impl Member {
    pub(super) fn answer(self, answer: Result<Vec<Rows>>) {
        let answer = answer.map_err(|error| {
            if self.unknown {
                error.after_unknown()
            } else {
                error
            }
        });
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
    slot: Slot,
    receive: oneshot::Receiver<Result<Vec<Rows>>>,
    counters: Arc<Counters>,
}

impl Ticket {
    /// Waits for the answer.
    pub(super) async fn answer(&mut self) -> Result<Vec<Rows>> {
        match (&mut self.receive).await {
            Ok(answer) => answer,
            Err(_) if self.slot.is_begun() => {
                let context = "the task of a write ended without an answer";
                Err(Error::new(ErrorKind::OutcomeUnknown, context))
            }
            Err(_) => {
                let context = "the runtime that commits has ended";
                Err(Error::new(ErrorKind::Closed, context))
            }
        }
    }

    /// Leaves the queue, and makes room in it at once. Whether that was possible: a commit that
    /// has begun is not left.
    pub(super) fn leave(&self) -> bool {
        let left = self.slot.turn_into(State::Left).is_some();
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
