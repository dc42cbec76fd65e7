use std::thread;
use std::time::Duration;

/// Longest wait that a thread sleeps through.
const EXACT_MAX: Duration = Duration::from_millis(500);

/// Whose time passes on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// Real time. The timers of tokio are late by 1 to 2 ms, too much for a
    /// simulated round trip of 20: here short waits are slept by a thread.
    Real,
    /// That of the caller's runtime, which may be paused.
    Callers,
}

impl Clock {
    pub(crate) async fn pass(self, time: Duration) {
        if time.is_zero() {
            return;
        }
        if self == Self::Real && time <= EXACT_MAX {
            // It fails only when the process ends.
            let _ = tokio::task::spawn_blocking(move || thread::sleep(time)).await;
        } else {
            tokio::time::sleep(time).await;
        }
    }
}
