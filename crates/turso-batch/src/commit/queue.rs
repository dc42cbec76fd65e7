//! Who waits for the next commit.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use turso_conn::Batch;

use super::entry::{Entry, Member};
use crate::Config;

/// Submissions in their order, and whether somebody commits them.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Entry>,
    driven: bool,
    /// At how many entries those are looked for whose submitters have left.
    sweep_at: usize,
}

/// With fewer entries than this it does not pay to look for those who left.
const SWEEP_MIN: usize = 64;

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in here panics half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn len(&self) -> usize {
        let state = self.state();
        state.waiting.iter().filter(|entry| entry.waits()).count()
    }

    /// Adds a submission. Whether a driver must be started.
    pub(super) fn push(&self, entry: Entry) -> bool {
        let mut state = self.state();
        if state.waiting.len() >= state.sweep_at.max(SWEEP_MIN) {
            state.waiting.retain(Entry::waits);
            state.sweep_at = 2 * state.waiting.len();
        }
        state.waiting.push_back(entry);
        !std::mem::replace(&mut state.driven, true)
    }

    /// What is committed next: of the same kind as the first, as much as the
    /// limits allow, at least one. Those who left are left out.
    pub(super) fn take(&self, config: &Config) -> Vec<(Batch, Member)> {
        let mut state = self.state();
        let (mut group, mut bytes) = (Vec::new(), 0_usize);
        while let Some(entry) = state.waiting.pop_front() {
            let size = entry.bytes;
            let fits = |group: &Vec<(Batch, Member)>| {
                let Some((_, first)) = group.first() else {
                    return true;
                };
                group.len() < config.group_count.get()
                    && bytes.saturating_add(size) <= config.group_bytes.get()
                    && first.idempotent == entry.idempotent
            };
            if !fits(&group) {
                state.waiting.push_front(entry);
                break;
            }
            if let Some(begun) = entry.begin() {
                bytes = bytes.saturating_add(size);
                group.push(begun);
            }
        }
        group
    }

    /// Ends the driving, unless somebody waits. Whether it ended.
    pub(super) fn end(&self) -> bool {
        let mut state = self.state();
        state.driven = !state.waiting.is_empty();
        !state.driven
    }

    /// Ends the driving, whoever waits: they are told.
    pub(super) fn abandon(&self) {
        let mut state = self.state();
        state.driven = false;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        drop(waiting);
    }
}
