use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use crate::Usage;

/// The highest count; `n/(n+1)` is within 0.03 % of 1 there.
const COUNT_MAX: u64 = 4_095;
const COUNT_BITS: u32 = 12;
/// Times are kept in units of 64 ms, so that a hot entry is written to rarely.
const TICK_BITS: u32 = 6;

/// How often and when an entry was last asked for, in eight bytes without a
/// lock. Two readers at once may count as one.
#[derive(Debug, Default)]
pub(crate) struct Heat(AtomicU64);

impl Heat {
    /// How it was used until now; this use counts from here on.
    pub(crate) fn touch(&self, now: Duration) -> Usage {
        let old = self.0.load(Relaxed);
        let (count, last) = (old & COUNT_MAX, old >> COUNT_BITS);
        let next = (last.max(ticks(now)) << COUNT_BITS) | (count + 1).min(COUNT_MAX);
        if next != old {
            self.0.store(next, Relaxed);
        }
        usage(old, now)
    }

    /// How it was used until now.
    pub(crate) fn usage(&self, now: Duration) -> Usage {
        usage(self.0.load(Relaxed), now)
    }

    /// What the next value of the same key begins with.
    pub(crate) fn carried(&self) -> Self {
        Self(AtomicU64::new(self.0.load(Relaxed)))
    }

    /// Of an entry that nobody has asked for yet.
    pub(crate) fn new(now: Duration) -> Self {
        Self(AtomicU64::new(ticks(now) << COUNT_BITS))
    }
}

fn usage(word: u64, now: Duration) -> Usage {
    let idle = ticks(now).saturating_sub(word >> COUNT_BITS);
    Usage {
        accesses: u32::try_from(word & COUNT_MAX).unwrap_or(u32::MAX),
        idle: Duration::from_millis(idle << TICK_BITS),
    }
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
    fn a_touch_tells_of_what_was_before_it() {
        let heat = Heat::new(SECOND);
        assert_eq!(heat.touch(SECOND * 33).accesses, 0);
        let usage = heat.touch(SECOND * 65);
        assert_eq!((usage.accesses, usage.idle), (1, SECOND * 32));
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
        let word = heat.carried();
        assert_eq!(word.usage(Duration::MAX), usage);
    }
}
