//! How large groups were.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Counts groups by size in `N` classes: 1, 2 to 3, 4 to 7, and so on by powers of two; the last
/// is for all above.
#[derive(Debug)]
pub(crate) struct Sizes<const N: usize> {
    classes: [AtomicU64; N],
    largest: AtomicU64,
}

impl<const N: usize> Default for Sizes<N> {
    fn default() -> Self {
        Self {
            classes: std::array::from_fn(|_| AtomicU64::default()),
            largest: AtomicU64::default(),
        }
    }
}

impl<const N: usize> Sizes<N> {
    pub(crate) fn count(&self, size: usize) {
        self.largest.fetch_max(size as u64, Relaxed);
        let bits = size.checked_ilog2().unwrap_or(0);
        let class = usize::try_from(bits).map_or(N, |bits| bits.min(N - 1));
        if let Some(count) = self.classes.get(class) {
            count.fetch_add(1, Relaxed);
        }
    }

    pub(crate) fn classes(&self) -> [u64; N] {
        self.classes.each_ref().map(|count| count.load(Relaxed))
    }

    pub(crate) fn largest(&self) -> u64 {
        self.largest.load(Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_counted_by_powers_of_two() {
        let sizes = Sizes::<9>::default();
        for size in [1, 2, 3, 4, 7, 8, 255, 256, 100_000] {
            sizes.count(size);
        }
        assert_eq!(sizes.classes(), [1, 2, 2, 1, 0, 0, 0, 1, 2]);
        assert_eq!(sizes.largest(), 100_000);
    }
}
