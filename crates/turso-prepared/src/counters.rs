use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// What the caches of all connections did together since they were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Statements that were found compiled.
    pub hits: u64,
    /// Statements that had to be compiled.
    pub misses: u64,
    /// Statements dropped to make room for others.
    pub evictions: u64,
    /// Statements dropped because the schema had changed or no longer fitted them.
    pub outdated: u64,
    /// Compiled statements that are kept now, those in use included.
    pub entries: usize,
}

impl Stats {
    /// Hits among all that was asked for, from 0 to 1; 0 before the first.
    #[allow(clippy::cast_precision_loss)] // Counts far below 2^53.
    pub fn hit_rate(&self) -> f64 {
        let asked = self.hits + self.misses;
        if asked == 0 {
            0.0
        } else {
            self.hits as f64 / asked as f64
        }
    }
}

/// The counters behind [`Stats`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) hits: AtomicU64,
    pub(crate) misses: AtomicU64,
    pub(crate) evictions: AtomicU64,
    pub(crate) outdated: AtomicU64,
    pub(crate) entries: AtomicUsize,
}

impl Counters {
    pub(crate) fn stats(&self) -> Stats {
        Stats {
            hits: self.hits.load(Relaxed),
            misses: self.misses.load(Relaxed),
            evictions: self.evictions.load(Relaxed),
            outdated: self.outdated.load(Relaxed),
            entries: self.entries.load(Relaxed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hit_rate_is_a_share() {
        assert!(Stats::default().hit_rate().abs() < f64::EPSILON);
        let stats = Stats {
            hits: 3,
            misses: 1,
            ..Stats::default()
        };
        assert!((stats.hit_rate() - 0.75).abs() < f64::EPSILON);
    }
}
