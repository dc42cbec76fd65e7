//! The values of the last minute, and of all time.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::distribution::Distribution;
use crate::histogram::{Histogram, ShortHistogram};

/// How many slots of [`SLOT`] a window has.
const SLOTS: usize = 6;

/// How many seconds one slot takes.
const SLOT: u64 = 10;

/// A [`Histogram`] that also knows the last minute. It takes 122 KB.
///
/// A value is recorded once, in the slot of its ten seconds. A slot that is used again is moved
/// into the values of all time first. So the window has between 50 and 60 seconds, and a
/// value that is recorded while its slot is moved is in one of the two.
pub struct Windowed {
    base: Instant,
    slots: [Slot; SLOTS],
    older: Histogram,
    /// Held to move slots and to look. Recording never waits for it.
    moving: Mutex<()>,
}

struct Slot {
    /// Which ten seconds since `base` it holds.
    tick: AtomicU64,
    values: ShortHistogram,
}

impl Windowed {
    /// An empty histogram, in a window that begins `now`.
    pub fn new(now: Instant) -> Self {
        let slot = |tick| Slot {
            tick: AtomicU64::new(tick),
            values: ShortHistogram::new(),
        };
        Self {
            base: now,
            slots: [0, 1, 2, 3, 4, 5].map(slot),
            older: Histogram::new(),
            moving: Mutex::new(()),
        }
    }

    /// Counts `value`, seen `now`.
    pub fn record(&self, value: u64, now: Instant) {
        let tick = self.tick(now);
        let Some(slot) = self.slot(tick) else { return };
        let held = slot.tick.load(Relaxed);
        if held < tick {
            // Somebody else is moving when the lock is taken; the value is lost in neither case.
            if let Ok(_moving) = self.moving.try_lock() {
                self.reuse(slot, tick);
            }
        }
        if held > tick {
            self.older.record(value);
        } else {
            slot.values.record(value);
        }
    }

    /// The values of the 50 to 60 seconds before `now`.
    pub fn last_minute(&self, now: Instant) -> Distribution {
        self.look(now).0
    }

    /// All values.
    pub fn ever(&self, now: Instant) -> Distribution {
        self.look(now).1
    }

    /// The values of the last minute, and all of them.
    pub(crate) fn look(&self, now: Instant) -> (Distribution, Distribution) {
        let _moving = self.lock();
        let tick = self.tick(now);
        for slot in &self.slots {
            let held = slot.tick.load(Relaxed);
            if held + SLOTS as u64 <= tick {
                slot.values.drain_into(&self.older);
            }
        }
        let slots = self.slots.iter().map(|slot| slot.values.distribution());
        let minute = slots.fold(Distribution::default(), |all, slot| all.merged(&slot));
        let ever = self.older.distribution().merged(&minute);
        (minute, ever)
    }

    /// Makes `slot` the one of `tick`, unless it is already or is of a later one.
    fn reuse(&self, slot: &Slot, tick: u64) {
        if slot.tick.load(Relaxed) < tick {
            slot.values.drain_into(&self.older);
            slot.tick.store(tick, Relaxed);
        }
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.moving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tick(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.base).as_secs() / SLOT
    }

    fn slot(&self, tick: u64) -> Option<&Slot> {
        self.slots.get(usize::try_from(tick % SLOTS as u64).ok()?)
    }
}

impl fmt::Debug for Windowed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Windowed").finish_non_exhaustive()
    }
}

/// Nanoseconds, at most `u64::MAX`.
pub(crate) fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(base: Instant, seconds: u64) -> Instant {
        base + Duration::from_secs(seconds)
    }

    #[test]
    fn a_value_leaves_the_window_and_stays_in_all_time() {
        let base = Instant::now();
        let values = Windowed::new(base);
        values.record(7, base);
        values.record(9, after(base, 55));
        let counts = |seconds| {
            let now = after(base, seconds);
            (values.last_minute(now).count(), values.ever(now).count())
        };
        assert_eq!(counts(59), (2, 2));
        assert_eq!(counts(60), (1, 2));
        assert_eq!(counts(109), (1, 2));
        assert_eq!(counts(110), (0, 2));
        assert_eq!(values.ever(after(base, 110)).sum(), 16);
        assert_eq!(values.ever(after(base, 110)).min(), Some(7));
    }

    #[test]
    fn recording_alone_moves_old_slots() {
        let base = Instant::now();
        let values = Windowed::new(base);
        for second in 0..600 {
            values.record(second, after(base, second));
        }
        let now = after(base, 599);
        assert_eq!(values.last_minute(now).count(), 60);
        assert_eq!(values.last_minute(now).min(), Some(540));
        assert_eq!(values.ever(now).count(), 600);
        assert_eq!(values.ever(now).max(), Some(599));
    }

    #[test]
    fn a_value_from_before_its_slot_is_counted_in_all_time() {
        let base = Instant::now();
        let values = Windowed::new(base);
        let later = after(base, 3_600);
        values.record(1, later);
        values.record(2, base);
        assert_eq!(values.last_minute(later).count(), 1);
        assert_eq!(values.ever(later).count(), 2);
    }

    /// Recorders and movers at once: nothing is lost and nothing is counted twice.
    #[test]
    fn nothing_is_lost_while_slots_are_moved() {
        const EACH: u64 = 200_000;
        let base = Instant::now();
        let values = Windowed::new(base);
        std::thread::scope(|scope| {
            for thread in 0..3 {
                let values = &values;
                scope.spawn(move || {
                    for i in 0..EACH {
                        values.record(i % 1_000, after(base, i / 50 + thread));
                    }
                });
            }
        });
        let ever = values.ever(after(base, EACH));
        assert_eq!(ever.count(), 3 * EACH);
        assert_eq!(ever.sum(), 3 * (0..1_000).sum::<u64>() * (EACH / 1_000));
        assert_eq!((ever.min(), ever.max()), (Some(0), Some(999)));
    }
}
