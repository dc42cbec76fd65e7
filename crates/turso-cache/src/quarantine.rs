use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Duration;

use crate::sync::{AtomicU64, Mutex, lock};

/// The cells of writes whose outcome nobody knows, and until when.
///
/// There is no thread that lets them out: whoever finds a cell occupied asks.
/// Not larger than the number of cells, however many writes there are.
#[derive(Debug)]
pub(crate) struct Quarantine {
    span: Duration,
    held: Mutex<HashMap<u32, Held>>,
    /// When the first one is due, in nanoseconds, so that asking needs no lock.
    first_due: AtomicU64,
}

#[derive(Debug, Clone, Copy)]
struct Held {
    writes: u32,
    until: Duration,
}

impl Quarantine {
    pub(crate) fn new(span: Duration) -> Self {
        Self {
            span,
            held: Mutex::new(HashMap::new()),
            first_due: AtomicU64::new(u64::MAX),
        }
    }

    pub(crate) fn add(&self, cells: &[u32], now: Duration) {
        let until = now.saturating_add(self.span);
        let mut held = lock(&self.held);
        for &cell in cells {
            let entry = held.entry(cell).or_insert(Held { writes: 0, until });
            entry.writes = entry.writes.saturating_add(1);
            entry.until = entry.until.max(until);
        }
        self.note_first(&held);
    }

    /// The cells whose time is over, and how many writes held each.
    pub(crate) fn due(&self, now: Duration) -> Vec<(u32, u32)> {
        if nanos(now) < self.first_due.load(Relaxed) {
            return Vec::new();
        }
        let mut held = lock(&self.held);
        let due: Vec<_> = held
            .extract_if(|_, entry| entry.until <= now)
            .map(|(cell, entry)| (cell, entry.writes))
            .collect();
        self.note_first(&held);
        due
    }

    pub(crate) fn len(&self) -> usize {
        lock(&self.held).len()
    }

    fn note_first(&self, held: &HashMap<u32, Held>) {
        let first = held.values().map(|entry| nanos(entry.until)).min();
        self.first_due.store(first.unwrap_or(u64::MAX), Relaxed);
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
