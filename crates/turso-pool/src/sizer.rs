//! Turns what the pool counts into decisions, one per interval.

use tokio::time::Instant;

use crate::sizing::{Decision, DemandMetrics, History, ScalingPolicy, decide};
use crate::time::deadline;
use crate::{Stats, Status};

/// The adaptive sizing of one pool.
#[derive(Debug)]
pub(crate) struct Sizer {
    policy: ScalingPolicy,
    history: History,
    seen: DemandMetrics,
    last: Instant,
    so_far: Stats,
}

impl Sizer {
    pub(crate) fn new(policy: ScalingPolicy, now: Instant) -> Self {
        Self {
            policy,
            history: History::new(),
            seen: DemandMetrics::default(),
            last: now,
            so_far: Stats::default(),
        }
    }

    /// When the next decision is due.
    pub(crate) fn due(&self) -> Instant {
        deadline(self.last, self.policy.interval)
    }

    /// What the last decision was based on.
    pub(crate) fn seen(&self) -> &DemandMetrics {
        &self.seen
    }

    /// Somebody else has changed the size.
    pub(crate) fn resized(&mut self, now: Instant) {
        self.history.note_change(now);
    }

    /// Decides, if it is time.
    pub(crate) fn tick(
        &mut self,
        now: Instant,
        so_far: Stats,
        status: &Status,
    ) -> Option<Decision> {
        if now < self.due() {
            return None;
        }
        let elapsed = now.saturating_duration_since(self.last);
        self.seen = DemandMetrics::between(&self.so_far, &so_far, status, elapsed);
        (self.last, self.so_far) = (now, so_far);
        let decision = decide(&self.policy, &self.history, &self.seen, now);
        self.history.note(&self.policy, &self.seen, &decision, now);
        Some(decision)
    }
}
