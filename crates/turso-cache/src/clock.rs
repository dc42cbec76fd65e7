use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Where a cache and its stamps read the time.
///
/// A clock that stands still or goes back is allowed: ages are then 0, and
/// nothing expires until it has caught up.
pub trait Clock: Debug + Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;
}

/// The monotonic clock of the system, the default.
///
/// On Linux it does not count while the machine is suspended: values then live
/// longer by the time asleep.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        Instant::now()
    }
}

/// A clock that moves only when told to, for tests and simulations. Clones are
/// the same clock.
#[derive(Debug, Clone)]
pub struct ManualClock {
    start: Instant,
    nanos: Arc<AtomicU64>,
}

impl ManualClock {
    /// A clock that stands at the present.
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
            nanos: Arc::default(),
        }
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

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        let passed = Duration::from_nanos(self.nanos.load(Ordering::Relaxed));
        self.start.checked_add(passed).unwrap_or(self.start)
    }
}

fn nanos_of(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

/// A clock that counts from its making; what the rest of the crate calls time.
#[derive(Debug, Clone)]
pub(crate) struct Timer {
    clock: Arc<dyn Clock>,
    origin: Instant,
}

impl Timer {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        let origin = clock.now();
        Self { clock, origin }
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.now().saturating_duration_since(self.origin)
    }
}
