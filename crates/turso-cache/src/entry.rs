use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::AcqRel, Ordering::Release};
use std::time::Duration;

use crate::History;
use crate::heat::Heat;
use crate::marks::Marks;

/// A value, or the knowledge that there is none, with all that is known of it.
#[derive(Debug)]
pub(crate) struct Entry<K, V> {
    pub(crate) key: K,
    pub(crate) value: Option<V>,
    /// What the stamps said before the value was read. All quiet.
    pub(crate) marks: Marks,
    /// When that was: the value was true then, and its life counts from there.
    pub(crate) filled: Duration,
    /// How long the load took.
    pub(crate) took: Duration,
    pub(crate) jitter: f64,
    pub(crate) history: History,
    pub(crate) heat: Heat,
    pub(crate) bytes: u64,
    claimed: AtomicBool,
}

/// How a value came to be known.
#[derive(Debug)]
pub(crate) struct Loaded<V> {
    pub(crate) value: Option<V>,
    pub(crate) marks: Marks,
    pub(crate) filled: Duration,
    pub(crate) took: Duration,
    pub(crate) bytes: u64,
}

impl<K, V> Entry<K, V> {
    pub(crate) fn new(
        key: K,
        loaded: Loaded<V>,
        history: History,
        heat: Heat,
        jitter: f64,
    ) -> Self {
        Self {
            key,
            value: loaded.value,
            marks: loaded.marks,
            filled: loaded.filled,
            took: loaded.took,
            jitter,
            history,
            heat,
            bytes: loaded.bytes,
            claimed: AtomicBool::new(false),
        }
    }

    pub(crate) fn age(&self, now: Duration) -> Duration {
        now.saturating_sub(self.filled)
    }
}

/// The right to renew an entry that is still served; one reader has it.
/// Dropped, it is free for another one.
#[derive(Debug)]
pub(crate) struct Claim<K, V> {
    entry: Arc<Entry<K, V>>,
}

impl<K, V> Claim<K, V> {
    pub(crate) fn of(entry: &Arc<Entry<K, V>>) -> Option<Self> {
        let taken = entry.claimed.swap(true, AcqRel);
        (!taken).then(|| Self {
            entry: Arc::clone(entry),
        })
    }

    pub(crate) fn is_for(&self, entry: &Arc<Entry<K, V>>) -> bool {
        Arc::ptr_eq(&self.entry, entry)
    }
}

impl<K, V> Drop for Claim<K, V> {
    fn drop(&mut self) {
        self.entry.claimed.store(false, Release);
    }
}
