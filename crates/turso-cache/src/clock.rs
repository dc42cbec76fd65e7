use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[cfg(target_os = "linux")]
use rustix::time::ClockId;

/// Where a cache and its stamps read the time.
///
/// A clock that stands still or goes back is allowed: ages are then 0, and
/// nothing expires until it has caught up.
pub trait Clock: Debug + Send + Sync {
    /// The time since some instant that never changes.
    fn now(&self) -> Duration;

    /// The same as it was some milliseconds ago at most, where that is cheaper
    /// to read: what a hit asks for.
    fn lately(&self) -> Duration {
        self.now()
    }
}

/// The monotonic clock of the system, the default.
///
/// On Linux it does not count while the machine is suspended: values then live
/// longer by the time asleep. A hit there reads `CLOCK_MONOTONIC_COARSE`, which
/// lags behind by 10 ms at most and takes a tenth of the time.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[cfg(target_os = "linux")]
impl Clock for SystemClock {
    fn now(&self) -> Duration {
        read(ClockId::Monotonic)
    }

    fn lately(&self) -> Duration {
        read(ClockId::MonotonicCoarse)
    }
}

#[cfg(target_os = "linux")]
fn read(clock: ClockId) -> Duration {
    // Neither is negative: both count from the start of the machine.
    Duration::try_from(rustix::time::clock_gettime(clock)).unwrap_or_default()
}

#[cfg(not(target_os = "linux"))]
impl Clock for SystemClock {
    fn now(&self) -> Duration {
        static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
        START.get_or_init(std::time::Instant::now).elapsed()
    }
}

/// A clock that moves only when told to, for tests and simulations. Clones are
/// the same clock.
#[derive(Debug, Clone, Default)]
pub struct ManualClock {
    nanos: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock that stands at 0.
    pub fn new() -> Self {
        Self::default()
    }

    /// Moves forward, by 584 years in all at most.
    pub fn advance(&self, by: Duration) {
        self.change(|nanos| nanos.saturating_add(nanos_of(by)));
    }

    /// Moves back, not beyond where it started.
    pub fn go_back(&self, by: Duration) {
        self.change(|nanos| nanos.saturating_sub(nanos_of(by)));
    }

    fn change(&self, f: impl Fn(u64) -> u64) {
        let change = |nanos| Some(f(nanos));
        let _ = self
            .nanos
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, change);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Duration {
        Duration::from_nanos(self.nanos.load(Ordering::Relaxed))
    }
}

fn nanos_of(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

/// A clock that counts from its making; what the rest of the crate calls time.
#[derive(Debug, Clone)]
pub(crate) struct Timer {
    clock: Arc<dyn Clock>,
    origin: Duration,
}

impl Timer {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let origin = clock.now();
        Self { clock, origin }
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.now().saturating_sub(self.origin)
    }

    /// [`Clock::lately`].
    pub(crate) fn lately(&self) -> Duration {
        self.clock.lately().saturating_sub(self.origin)
    }
}
