use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::sizes::Sizes;

/// Classes of sizes of groups: 1 to 15 by powers of two, and 16, which is the most.
const GROUP_SIZES: usize = 5;

/// What a [`GroupRead`](crate::GroupRead) did since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct ReadStats {
    /// Reads that found a connection at once, or did not fit into the queue.
    pub alone: u64,
    /// Reads that waited for a connection and were asked in a group, of one or more.
    pub grouped: u64,
    /// Reads that were cancelled while they waited for a connection.
    pub left_out: u64,
    /// Groups that were asked.
    pub groups: u64,
    /// Reads in the largest group.
    pub largest: u64,
    /// How many groups had 1 read, 2 to 3, 4 to 7, 8 to 15, and 16.
    pub group_sizes: [u64; GROUP_SIZES],
    /// Reads that wait for a connection.
    pub queued: usize,
}

/// The counters behind [`ReadStats`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub(super) alone: AtomicU64,
    pub(super) left_out: AtomicU64,
    grouped: AtomicU64,
    groups: AtomicU64,
    sizes: Sizes<GROUP_SIZES>,
}

impl Counters {
    pub(super) fn begun(&self, reads: usize) {
        self.groups.fetch_add(1, Relaxed);
        self.grouped.fetch_add(reads as u64, Relaxed);
        self.sizes.count(reads);
    }

    pub(super) fn stats(&self, queued: usize) -> ReadStats {
        ReadStats {
            alone: self.alone.load(Relaxed),
            grouped: self.grouped.load(Relaxed),
            left_out: self.left_out.load(Relaxed),
            groups: self.groups.load(Relaxed),
            largest: self.sizes.largest(),
            group_sizes: self.sizes.classes(),
            queued,
        }
    }
}
