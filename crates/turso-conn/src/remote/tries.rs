//! The tries of one call.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::fault::Fault;
use super::retry::{Work, verdict};
use super::shared::Shared;
use crate::backoff::jitter;
use crate::{Error, ErrorKind, Result};

/// A deadline beyond the clock's end is none: a year is as good.
const FAR: Duration = Duration::from_hours(365 * 24);

/// Counts the tries of one call and waits between them.
pub(super) struct Tries {
    shared: Arc<Shared>,
    work: Work,
    deadline: Instant,
    failed: u32,
    unknown: bool,
}

impl Tries {
    pub(super) fn new(shared: Arc<Shared>, work: Work, within: Duration) -> Self {
        Self {
            shared,
            work,
            deadline: Instant::now() + within.min(FAR),
            failed: 0,
            unknown: false,
        }
    }

    pub(super) fn deadline(&self) -> Instant {
        self.deadline
    }

    /// What `error` of the last try says about all of them.
    pub(super) fn verdict(&self, error: Error) -> Error {
        verdict(error, self.unknown)
    }

    /// Waits until the next try, if there is to be one after `fault`.
    ///
    /// # Errors
    /// What the call as a whole has come to.
    pub(super) async fn after(&mut self, fault: Fault) -> Result<()> {
        let error = fault.into_error(self.work);
        self.failed += 1;
        let left = self.deadline.saturating_duration_since(Instant::now());
        let retry = &self.shared.config.retry;
        let Some(pause) = retry.pause(self.work, &error, self.failed, left, jitter()) else {
            return Err(self.verdict(error));
        };
        self.unknown |= error.kind() == ErrorKind::OutcomeUnknown;
        self.shared.counters.retries.add(1);
        tracing::debug!(place = self.shared.name, %error, failed = self.failed, "trying again");
        tokio::time::sleep(pause).await;
        Ok(())
    }
}
