use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

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
    pub(crate) largest: AtomicU64,
    group_sizes: [AtomicU64; GROUP_SIZES],
}

/// The class of a group of so many submissions.
fn class(submissions: usize) -> usize {
    let bits = submissions.checked_ilog2().unwrap_or(0);
    usize::try_from(bits)
        .map_or(GROUP_SIZES, |bits| bits)
        .min(GROUP_SIZES - 1)
}

impl Counters {
    pub(crate) fn begun(&self, submissions: usize, repeated: bool) {
        self.programs.fetch_add(1, Relaxed);
        self.repetitions.fetch_add(u64::from(repeated), Relaxed);
        self.largest.fetch_max(submissions as u64, Relaxed);
        if let Some(count) = self.group_sizes.get(class(submissions)) {
            count.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn stats(&self, queued: usize) -> Stats {
        Stats {
            stored: self.stored.load(Relaxed),
            failed: self.failed.load(Relaxed),
            left_out: self.left_out.load(Relaxed),
            programs: self.programs.load(Relaxed),
            repetitions: self.repetitions.load(Relaxed),
            largest: self.largest.load(Relaxed),
            group_sizes: self.group_sizes.each_ref().map(|count| count.load(Relaxed)),
            queued,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_counted_by_powers_of_two() {
        let counters = Counters::default();
        for size in [1, 2, 3, 4, 7, 8, 255, 256, 100_000] {
            counters.begun(size, false);
        }
        assert_eq!(counters.stats(0).group_sizes, [1, 2, 2, 1, 0, 0, 0, 1, 2]);
    }
}
