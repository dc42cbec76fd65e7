//! One call's time limit, as seen by the thread that does the work.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::{Error, ErrorKind, Result};

/// A deadline beyond the clock's end is none: a year is as good.
pub(super) const FAR: Duration = Duration::from_hours(365 * 24);

/// Shared by the caller, who may stop the work, and the blocking thread, which
/// looks between steps and between rows. It is told before it is interrupted, so
/// that it either sees this or is interrupted later.
#[derive(Debug)]
pub(crate) struct Call {
    stop: AtomicBool,
    deadline: Instant,
}

impl Call {
    /// A call that is to end within `left`.
    pub(crate) fn within(left: Duration) -> Self {
        Self {
            stop: AtomicBool::new(false),
            deadline: Instant::now() + left.min(FAR),
        }
    }

    /// Asks the worker to end.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// The time left.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Fails once the caller asked to stop. A few nanoseconds.
    pub(crate) fn check_stop(&self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) {
            Err(overdue())
        } else {
            Ok(())
        }
    }

    /// Fails once the caller asked to stop or the time is over.
    pub(crate) fn check(&self) -> Result<()> {
        self.check_stop()?;
        if self.left().is_zero() {
            Err(overdue())
        } else {
            Ok(())
        }
    }
}

fn overdue() -> Error {
    Error::new(ErrorKind::Timeout, "stopped at the deadline")
}
