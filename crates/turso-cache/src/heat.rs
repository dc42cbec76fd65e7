use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::Usage;

/// The highest count in one life. A hot entry is then written to only as often
/// as the time changes.
const COUNT_MAX: u64 = 4_095;
const COUNT_BITS: u32 = 12;
/// Times are kept in units of 64 ms.
const TICK_BITS: u32 = 6;

/// How often and when an entry was last asked for, without a lock. Two readers
/// at once may count as one.
#[derive(Debug, Default)]
pub(crate) struct Heat {
    /// The time of the last access, and how many there were in this life.
    word: AtomicU64,
    /// How many there were in earlier lives.
    before: u32,
}

impl Heat {
    /// Of an entry that nobody has asked for yet.
    pub(crate) fn new(now: Duration) -> Self {
        Self {
            word: AtomicU64::new(ticks(now) << COUNT_BITS),
            before: 0,
        }
    }

    /// What the next life of the same key begins with.
    pub(crate) fn carried(&self) -> Self {
        let word = self.word.load(Relaxed);
        Self {
            word: AtomicU64::new(word & !COUNT_MAX),
            before: self.before.saturating_add(count(word)),
        }
    }

    /// Counts an access, and tells how long ago the one before it was.
    pub(crate) fn touch(&self, now: Duration) -> Usage {
        let old = self.word.load(Relaxed);
        let time = (old >> COUNT_BITS).max(ticks(now)) << COUNT_BITS;
        let next = time | ((old & COUNT_MAX) + 1).min(COUNT_MAX);
        if next != old {
            self.word.store(next, Relaxed);
        }
        Usage {
            accesses: self.before.saturating_add(count(next)),
            idle: idle(old, now),
        }
    }

    /// How it was used until now.
    pub(crate) fn usage(&self, now: Duration) -> Usage {
        let word = self.word.load(Relaxed);
        Usage {
            accesses: self.before.saturating_add(count(word)),
            idle: idle(word, now),
        }
    }

    /// How often it was asked for in this life.
    pub(crate) fn accesses(&self) -> u32 {
        count(self.word.load(Relaxed))
    }
}

fn count(word: u64) -> u32 {
    u32::try_from(word & COUNT_MAX).unwrap_or(u32::MAX)
}

fn idle(word: u64, now: Duration) -> Duration {
    let idle = ticks(now).saturating_sub(word >> COUNT_BITS);
    Duration::from_millis(idle << TICK_BITS)
}

fn ticks(time: Duration) -> u64 {
    let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    (millis >> TICK_BITS).min(u64::MAX >> COUNT_BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_touch_counts_itself_and_tells_of_the_time_before_it() {
        let heat = Heat::new(SECOND);
        assert_eq!(heat.usage(SECOND).accesses, 0);
        heat.touch(SECOND * 33);
        let usage = heat.touch(SECOND * 65);
        assert_eq!((usage.accesses, usage.idle), (2, SECOND * 32));
    }

    #[test]
    fn the_next_life_counts_anew_and_forgets_nothing() {
        let heat = Heat::new(SECOND);
        heat.touch(SECOND);
        let next = heat.carried();
        assert_eq!(next.usage(SECOND * 33).idle, SECOND * 32);
        assert_eq!(next.touch(SECOND * 33).accesses, 2);
        assert_eq!((heat.accesses(), next.accesses()), (1, 1));
    }

    #[test]
    fn time_that_goes_back_is_no_idle_time() {
        let heat = Heat::new(SECOND * 100);
        heat.touch(SECOND);
        assert_eq!(heat.usage(SECOND).idle, Duration::ZERO);
        assert_eq!(heat.usage(SECOND * 132).idle, SECOND * 32);
    }

    #[test]
    fn counts_and_times_have_an_end() {
        let heat = Heat::new(Duration::ZERO);
        for _ in 0..5_000 {
            heat.touch(Duration::MAX);
        }
        let usage = heat.usage(Duration::MAX);
        assert_eq!((usage.accesses, usage.idle), (4_095, Duration::ZERO));
    }
}
