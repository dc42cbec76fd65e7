use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// What a [`GroupCommit`](crate::GroupCommit) did since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Stats {
    /// Submissions that were stored.
    pub stored: u64,
    /// Submissions that failed after their commit had begun.
    pub failed: u64,
    /// Submissions that were cancelled, or too late, before their commit began.
    pub left_out: u64,
    /// Transactions that were begun.
    pub programs: u64,
    /// Transactions among them that repeated one that was lost.
    pub repetitions: u64,
    /// Submissions in the largest transaction.
    pub largest: u64,
    /// Submissions that wait for their commit to begin.
    pub queued: usize,
}

/// The counters behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) stored: AtomicU64,
    pub(crate) failed: AtomicU64,
    pub(crate) left_out: AtomicU64,
    pub(crate) programs: AtomicU64,
    pub(crate) repetitions: AtomicU64,
    pub(crate) largest: AtomicU64,
}

impl Counters {
    pub(crate) fn begun(&self, submissions: usize, repeated: bool) {
        self.programs.fetch_add(1, Relaxed);
        self.repetitions.fetch_add(u64::from(repeated), Relaxed);
        self.largest.fetch_max(submissions as u64, Relaxed);
    }

    pub(crate) fn stats(&self, queued: usize) -> Stats {
        Stats {
            stored: self.stored.load(Relaxed),
            failed: self.failed.load(Relaxed),
            left_out: self.left_out.load(Relaxed),
            programs: self.programs.load(Relaxed),
            repetitions: self.repetitions.load(Relaxed),
            largest: self.largest.load(Relaxed),
            queued,
        }
    }
}
