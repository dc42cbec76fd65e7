use memory_core::{ChangeMark, StorageBackend};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::Instant;

/// The backend cannot tell of others.
const FOR_EVER: u64 = u64::MAX;
const NEVER: u64 = 0;
/// After a failed look nobody looks for longer than this, whatever the interval.
const PAUSE_MAX: Duration = Duration::from_secs(1);

/// Looks for the writes of others, at most once per interval and only when somebody reads.
///
/// Invariant: when a look is noted as good, everything that others had written before it began has
/// been made obsolete.
#[derive(Debug)]
pub(super) struct Watch {
    interval: u64,
    /// How long a look may take.
    patience: Duration,
    origin: Instant,
    /// When the last good look began, in nanoseconds since the origin.
    good: AtomicU64,
    /// Until when nobody looks, because a look failed; `NEVER` after a good one.
    resting: AtomicU64,
    /// One look at a time; what the last one saw.
    turn: Mutex<Option<ChangeMark>>,
}

impl Watch {
    pub(super) fn new(interval: Duration, patience: Duration) -> Self {
        Self {
            interval: nanos(interval),
            patience,
            origin: Instant::now(),
            good: AtomicU64::new(NEVER),
            resting: AtomicU64::new(NEVER),
            turn: Mutex::new(None),
        }
    }

    /// Whether the last look is still good.
    pub(super) fn is_good(&self) -> bool {
        match self.good.load(Ordering::Acquire) {
            FOR_EVER => true,
            NEVER => false,
            good => self.now().saturating_sub(good) < self.interval,
        }
    }

    /// Whether the backend tells of others, as far as is known.
    pub(super) fn hears_of_others(&self) -> bool {
        !matches!(self.good.load(Ordering::Acquire), NEVER | FOR_EVER)
    }

    /// Looks, and calls `forget` when others have written. False when it took too long, or could not
    /// be found out; then the next ones are false at once for as long as a look is good, a second at most, and
    /// after that one at a time tries again while nobody waits for it.
    ///
    /// # Cancellation
    /// The next one looks.
    pub(super) async fn look<S: StorageBackend + ?Sized>(
        &self,
        backend: &S,
        forget: impl Fn(),
    ) -> bool {
        if self.is_resting() {
            return false;
        }
        let look = async {
            let Some(mut last) = self.turn().await else {
                return Some(false);
            };
            if self.is_good() || self.is_resting() {
                return Some(self.is_good());
            }
            let began = self.now();
            match backend.changes().await.ok()? {
                None => self.good.store(FOR_EVER, Ordering::Release),
                Some(mark) => {
                    if last.replace(mark) != Some(mark) {
                        forget();
                    }
                    self.good.store(began, Ordering::Release);
                }
            }
            self.resting.store(NEVER, Ordering::Release);
            Some(true)
        };
        let looked = tokio::time::timeout(self.patience, look).await;
        let looked = looked.ok().flatten();
        if looked.is_none() {
            self.rest();
        }
        looked.unwrap_or(false)
    }

    /// The right to look; after a failed look nobody waits for it.
    async fn turn(&self) -> Option<MutexGuard<'_, Option<ChangeMark>>> {
        if self.resting.load(Ordering::Acquire) == NEVER {
            return Some(self.turn.lock().await);
        }
        self.turn.try_lock().ok()
    }

    fn is_resting(&self) -> bool {
        self.now() < self.resting.load(Ordering::Acquire)
    }

    fn rest(&self) {
        let least = nanos(self.patience.min(PAUSE_MAX));
        let pause = self.interval.clamp(least, nanos(PAUSE_MAX));
        let until = self.now().saturating_add(pause);
        self.resting.store(until, Ordering::Release);
    }

    /// Never 0, never the end.
    fn now(&self) -> u64 {
        let now = nanos(self.origin.elapsed()).saturating_add(NEVER + 1);
        now.min(FOR_EVER - 1)
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
