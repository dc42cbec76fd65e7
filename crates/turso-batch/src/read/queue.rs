//! Who waits for a connection.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tokio::time::Instant;
use turso_conn::{Result, Rows, Statement};

use super::{GROUP_MAX, QUEUE_MAX};

/// Reads in their order, and how many tasks wait for a connection for them.
///
/// Invariant: whenever the lock is free there are as many turns as groups are needed for those
/// who wait, or more: nobody waits without one.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Waiting>,
    turns: usize,
}

/// A read in the queue. Its caller has left when the receiver of its answer is gone.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) statement: Statement,
    pub(super) reply: oneshot::Sender<Result<Rows>>,
    pub(super) since: Instant,
}

/// What waits for its answer, and whether a turn must be started for it.
pub(super) type Joined = (oneshot::Receiver<Result<Rows>>, bool);

/// What a turn has taken.
#[derive(Debug)]
pub(super) struct Taken {
    pub(super) group: Vec<Waiting>,
    /// Those who had left.
    pub(super) left: Vec<Waiting>,
    /// Turns to be started for those who remain.
    pub(super) turns: usize,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn len(&self) -> usize {
        let state = self.state();
        state.waiting.iter().filter(|one| one.waits()).count()
    }

    /// Whether somebody waits for a connection already.
    pub(super) fn has_turns(&self) -> bool {
        self.state().turns > 0
    }

    /// Adds a read, unless there is no room: then it comes back.
    pub(super) fn join(&self, statement: Statement) -> Result<Joined, Statement> {
        let mut state = self.state();
        if state.waiting.len() >= QUEUE_MAX {
            state.waiting.retain(Waiting::waits);
        }
        if state.waiting.len() >= QUEUE_MAX {
            return Err(statement);
        }
        let (reply, answer) = oneshot::channel();
        state.waiting.push_back(Waiting {
            statement,
            reply,
            since: Instant::now(),
        });
        Ok((answer, state.start_turns() > 0))
    }

    /// Ends a turn with its share of those who wait: all get a connection as soon as
    /// the turns that there are get one.
    pub(super) fn take(&self) -> Taken {
        let mut state = self.state();
        let share = state.waiting.len().div_ceil(state.turns.max(1));
        let share = share.min(GROUP_MAX);
        state.turns = state.turns.saturating_sub(1);
        let (mut group, mut left) = (Vec::with_capacity(share), Vec::new());
        while group.len() < share
            && let Some(one) = state.waiting.pop_front()
        {
            if one.waits() {
                group.push(one);
            } else {
                left.push(one);
            }
        }
        let turns = state.start_turns();
        Taken { group, left, turns }
    }

    /// Puts back in front what was taken; how many turns are to be started for it.
    pub(super) fn put_back(&self, group: Vec<Waiting>) -> usize {
        let mut state = self.state();
        for one in group.into_iter().rev() {
            state.waiting.push_front(one);
        }
        state.start_turns()
    }

    /// Ends a turn that never came. Those who wait are told: there may be nobody any more who
    /// starts another.
    pub(super) fn abandon(&self) {
        let mut state = self.state();
        state.turns = state.turns.saturating_sub(1);
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        drop(waiting);
    }
}

impl State {
    /// How many turns are missing; from now on they count.
    fn start_turns(&mut self) -> usize {
        let needed = self.waiting.len().div_ceil(GROUP_MAX);
        let missing = needed.saturating_sub(self.turns);
        self.turns += missing;
        missing
    }
}

impl Waiting {
    fn waits(&self) -> bool {
        !self.reply.is_closed()
    }
}
