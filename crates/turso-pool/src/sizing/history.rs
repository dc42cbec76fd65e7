use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use super::decide::{Decision, Reason};
use super::demand::DemandMetrics;
use super::policy::{ScalingPolicy, TICKS_MAX};

/// What [`decide`](super::decide) has to remember from one decision to the next.
///
/// Bounded: one number per tick of the window, and the steps of one growth.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// What was wanted at each tick of the window.
    wants: VecDeque<(Instant, usize)>,
    /// The last change of size.
    pub(super) changed: Option<Instant>,
    /// The smoothed change of demand, in connections per second.
    pub(super) trend: f64,
    /// The long-run mean of the time that a connection is held, in seconds.
    pub(super) hold: Option<f64>,
    /// The steps up that may still be undone, the latest last.
    pub(super) steps: Vec<Step>,
    /// Until when not to grow.
    pub(super) rest_until: Option<Instant>,
    /// How often in a row the brake was pulled.
    pub(super) brakes: u32,
    last: Option<DemandMetrics>,
}

/// A step up: what was there before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub(super) size: usize,
    pub(super) throughput: f64,
}

/// The most steps that are remembered of one growth: doubling, it ends sooner.
const STEPS_MAX: usize = 16;

/// For so many ticks after the last step up, growth may be undone.
const TRIAL_TICKS: u32 = 3;

/// The rest after braking doubles at most so often.
const DOUBLINGS_MAX: u32 = 6;

/// The share of the newest value in the smoothed trend.
const TREND_SHARE: f64 = 0.3;

impl History {
    /// Nothing has been seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Remembers what was seen and decided at one tick.
    pub fn note(
        &mut self,
        policy: &ScalingPolicy,
        seen: &DemandMetrics,
        decision: &Decision,
        now: Instant,
    ) {
        self.note_demand(policy, seen, now);
        self.note_hold(policy, seen);
        self.note_step(policy, seen, decision, now);
    }

    /// Remembers that somebody else changed the size.
    pub fn note_change(&mut self, now: Instant) {
        self.changed = Some(now);
        self.steps.clear();
    }

    /// The smoothed change of demand, in connections per second.
    pub fn trend(&self) -> f64 {
        self.trend
    }

    /// The most that was wanted within the window.
    pub(super) fn most_wanted(&self) -> usize {
        let wants = self.wants.iter().map(|(_, want)| *want);
        wants.max().unwrap_or(0)
    }

    pub(super) fn is_resting(&self, now: Instant) -> bool {
        self.rest_until.is_some_and(|until| now < until)
    }

    /// Whether `settle` has passed since the last change.
    pub(super) fn is_settled(&self, now: Instant, settle: Duration) -> bool {
        self.changed
            .is_none_or(|changed| now.saturating_duration_since(changed) >= settle)
    }

    fn note_demand(&mut self, policy: &ScalingPolicy, seen: &DemandMetrics, now: Instant) {
        self.wants.push_back((now, policy.wanted(seen.demand())));
        let fresh = |then: &Instant| {
            now.saturating_duration_since(*then) < policy.window.max(policy.interval)
        };
        let most = usize::try_from(TICKS_MAX).unwrap_or(usize::MAX);
        while self.wants.len() > most || self.wants.front().is_some_and(|(then, _)| !fresh(then)) {
            self.wants.pop_front();
        }
        let last = self.last.replace(*seen).unwrap_or(*seen);
        self.trend += TREND_SHARE * (seen.trend_since(&last) - self.trend);
    }

    /// A mean that forgets within some windows.
    fn note_hold(&mut self, policy: &ScalingPolicy, seen: &DemandMetrics) {
        let Some(hold) = seen.hold_time().map(|hold| hold.as_secs_f64()) else {
            return;
        };
        let window = policy.window.max(policy.interval).as_secs_f64();
        let share = (seen.elapsed.as_secs_f64() / window).min(1.0);
        self.hold = Some(self.hold.map_or(hold, |mean| mean + share * (hold - mean)));
    }

    fn note_step(
        &mut self,
        policy: &ScalingPolicy,
        seen: &DemandMetrics,
        decision: &Decision,
        now: Instant,
    ) {
        match decision.reason {
            Reason::Brake => {
                let rest = policy
                    .rest
                    .saturating_mul(1 << self.brakes.min(DOUBLINGS_MAX));
                self.rest_until = now.checked_add(rest);
                self.brakes = self.brakes.saturating_add(1);
                self.steps.clear();
            }
            Reason::Demand | Reason::Pressure => self.steps.push(Step {
                size: seen.size,
                throughput: seen.throughput(),
            }),
            Reason::Spare | Reason::Bounds => self.steps.clear(),
            Reason::Steady => self.accept_growth(policy, now),
        }
        if self.steps.len() > STEPS_MAX {
            self.steps.remove(0);
        }
        if decision.size != seen.size {
            self.changed = Some(now);
        }
    }

    /// Growth that has not been undone in its trial was right.
    fn accept_growth(&mut self, policy: &ScalingPolicy, now: Instant) {
        let trial = policy.interval.saturating_mul(TRIAL_TICKS);
        if !self.steps.is_empty() && self.is_settled(now, trial) {
            self.steps.clear();
            self.brakes = 0;
        }
    }
}
