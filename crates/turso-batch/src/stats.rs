use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::sizes::Sizes;

/// Classes of sizes of groups: 1 to 255 by powers of two, and all above.
const GROUP_SIZES: usize = 9;

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
    /// How many transactions had 1 submission, 2 to 3, 4 to 7, and so on, by powers of two; the
    /// last place counts those of 256 and more.
    pub group_sizes: [u64; GROUP_SIZES],
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
    sizes: Sizes<GROUP_SIZES>,
}

impl Counters {
    pub(crate) fn begun(&self, submissions: usize, repeated: bool) {
        self.programs.fetch_add(1, Relaxed);
        self.repetitions.fetch_add(u64::from(repeated), Relaxed);
        self.sizes.count(submissions);
    }

    pub(crate) fn stats(&self, queued: usize) -> Stats {
        Stats {
            stored: self.stored.load(Relaxed),
            failed: self.failed.load(Relaxed),
            left_out: self.left_out.load(Relaxed),
            programs: self.programs.load(Relaxed),
            repetitions: self.repetitions.load(Relaxed),
            largest: self.sizes.largest(),
            group_sizes: self.sizes.classes(),
            queued,
        }
    }
}
