use memory_core::{ChangeMark, StorageBackend};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// The backend cannot tell of others.
const FOR_EVER: u64 = u64::MAX;
const NEVER: u64 = 0;

/// Looks for the writes of others, at most once per interval and only when somebody reads.
///
/// Invariant: when a look is noted as good, everything that others had written before it began has
/// been made obsolete.
#[derive(Debug)]
pub(super) struct Watch {
    interval: u64,
    origin: Instant,
    /// When the last good look began, in nanoseconds since the origin.
    good: AtomicU64,
    /// One look at a time; what the last one saw.
    turn: Mutex<Option<ChangeMark>>,
}

impl Watch {
    pub(super) fn new(interval: Duration) -> Self {
        Self {
            interval: nanos(interval),
            origin: Instant::now(),
            good: AtomicU64::new(NEVER),
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

    /// Looks, and calls `forget` when others have written. False when it took longer than
    /// `patience`, or could not be found out.
    ///
    /// # Cancellation
    /// The next one looks.
    pub(super) async fn look<S: StorageBackend + ?Sized>(
        &self,
        backend: &S,
        patience: Duration,
        forget: impl Fn(),
    ) -> bool {
        let look = async {
            let mut last = self.turn.lock().await;
            if self.is_good() {
                return true;
            }
            let began = self.now();
            match backend.changes().await {
                Ok(None) => self.good.store(FOR_EVER, Ordering::Release),
                Ok(Some(mark)) => {
                    if last.replace(mark) != Some(mark) {
                        forget();
                    }
                    self.good.store(began, Ordering::Release);
                }
                Err(_) => return false,
            }
            true
        };
        tokio::time::timeout(patience, look).await.unwrap_or(false)
    }

    /// Never 0, never the end.
    fn now(&self) -> u64 {
        nanos(self.origin.elapsed()).clamp(NEVER + 1, FOR_EVER - 1)
    }
}

fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}
