use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use slab::Slab;

use crate::Removal;
use crate::entry::Entry;

/// Owns the entries that moka knows.
///
/// moka frees what it removes when all threads have passed by, and its log of
/// reads keeps what was read; with values of megabytes that was seen to double
/// the memory. It therefore gets weak pointers, and the value goes when it is
/// taken from here.
///
/// Invariant: its lock is the innermost. Nothing foreign runs under it, neither
/// a comparison of keys nor a `Drop`.
#[derive(Debug)]
pub(crate) struct Vault<K, V> {
    state: Mutex<State<K, V>>,
}

#[derive(Debug)]
struct State<K, V> {
    entries: Slab<Arc<Entry<K, V>>>,
    removed: Vec<Removed<K, V>>,
    bytes: u64,
    bytes_peak: u64,
    /// What the next removal on request is for.
    reason: Removal,
    hand: usize,
}

/// An entry that is gone, and why.
pub(crate) type Removed<K, V> = (Arc<Entry<K, V>>, Removal);

/// What moka holds of an entry.
#[derive(Debug)]
pub(crate) struct Handle<K, V> {
    slot: usize,
    pub(crate) weight: u32,
    pub(crate) entry: Weak<Entry<K, V>>,
}

impl<K, V> Clone for Handle<K, V> {
    fn clone(&self) -> Self {
        Self {
            slot: self.slot,
            weight: self.weight,
            entry: Weak::clone(&self.entry),
        }
    }
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) entries: usize,
    pub(crate) bytes: u64,
    pub(crate) bytes_peak: u64,
}

impl<K, V> Vault<K, V> {
    pub(crate) fn new() -> Self {
        let state = State {
            entries: Slab::new(),
            removed: Vec::new(),
            bytes: 0,
            bytes_peak: 0,
            reason: Removal::Invalidated,
            hand: 0,
        };
        Self {
            state: Mutex::new(state),
        }
    }

    pub(crate) fn keep(&self, entry: Entry<K, V>, weight: u32) -> Handle<K, V> {
        let entry = Arc::new(entry);
        let mut state = self.lock();
        state.bytes = state.bytes.saturating_add(entry.bytes);
        state.bytes_peak = state.bytes_peak.max(state.bytes);
        Handle {
            weight,
            entry: Arc::downgrade(&entry),
            slot: state.entries.insert(entry),
        }
    }

    /// moka has let go of this one; `None` when it was asked to.
    pub(crate) fn release(&self, handle: &Handle<K, V>, cause: Option<Removal>) {
        let mut state = self.lock();
        let kept = state.entries.get(handle.slot).map(Arc::as_ptr);
        if kept != Some(handle.entry.as_ptr()) {
            return;
        }
        let entry = state.entries.remove(handle.slot);
        state.bytes = state.bytes.saturating_sub(entry.bytes);
        let cause = cause.unwrap_or(state.reason);
        state.removed.push((entry, cause));
    }

    /// Says why the next removals on request happen.
    pub(crate) fn give_reason(&self, reason: Removal) {
        self.lock().reason = reason;
    }

    /// What was removed since the last call, each entry once.
    pub(crate) fn take_removed(&self) -> Vec<Removed<K, V>> {
        std::mem::take(&mut self.lock().removed)
    }

    /// The entries of the next `count` places, round and round.
    pub(crate) fn next(&self, count: usize) -> Vec<Arc<Entry<K, V>>> {
        let mut state = self.lock();
        let end = state.entries.capacity().max(1);
        let first = state.hand;
        state.hand = first.saturating_add(count) % end;
        let places = (first..first.saturating_add(count.min(end))).map(|place| place % end);
        places
            .filter_map(|place| state.entries.get(place).cloned())
            .collect()
    }

    pub(crate) fn all(&self) -> Vec<Arc<Entry<K, V>>> {
        let state = self.lock();
        state
            .entries
            .iter()
            .map(|(_, entry)| Arc::clone(entry))
            .collect()
    }

    pub(crate) fn held(&self) -> Held {
        let state = self.lock();
        Held {
            entries: state.entries.len(),
            bytes: state.bytes,
            bytes_peak: state.bytes_peak,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
