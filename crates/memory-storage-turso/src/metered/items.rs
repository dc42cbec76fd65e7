use memory_core::{Page, Related, Revision};

/// How much a call answered with.
pub(super) trait Items {
    /// The number of records, ids or revisions.
    fn items(&self) -> u64;
}

fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

impl<T> Items for Vec<T> {
    fn items(&self) -> u64 {
        number(self.len())
    }
}

impl<T> Items for Page<T> {
    fn items(&self) -> u64 {
        number(self.items.len())
    }
}

impl<A: Items, B: Items> Items for (A, B) {
    fn items(&self) -> u64 {
        self.0.items().saturating_add(self.1.items())
    }
}

impl Items for Related {
    fn items(&self) -> u64 {
        number(self.episodes.len())
    }
}

/// A count is one figure.
impl Items for u64 {
    fn items(&self) -> u64 {
        1
    }
}

impl Items for Revision {
    fn items(&self) -> u64 {
        1
    }
}

impl Items for () {
    fn items(&self) -> u64 {
        0
    }
}
