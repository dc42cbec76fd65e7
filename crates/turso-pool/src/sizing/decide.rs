use tokio::time::Instant;

use super::demand::DemandMetrics;
use super::history::{History, Step};
use super::policy::{ScalingPolicy, real, whole};

/// How many connections there shall be from now on, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The number of connections.
    pub size: usize,
    /// Why it is this number.
    pub reason: Reason,
}

/// Why a [`Decision`] is as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Nothing asks for a change.
    Steady,
    /// More connections are wanted than there are.
    Demand,
    /// Some more are wanted, and tasks wait too long for them.
    Pressure,
    /// The last step up made the server slower and brought next to nothing.
    Brake,
    /// Fewer were wanted all through the window.
    Spare,
    /// The size was outside the policy's bounds.
    Bounds,
}

/// How many connections a pool of `seen.size` should have.
///
/// A pure function: the same arguments give the same answer. The caller is to
/// [`note`](History::note) the decision in the history, whether or not it
/// changes anything, and to ask again after `policy.interval`.
pub fn decide(
    policy: &ScalingPolicy,
    history: &History,
    seen: &DemandMetrics,
    now: Instant,
) -> Decision {
    let decision = |size, reason| Decision { size, reason };
    let size = seen.size;
    if policy.clamp(size) != size {
        return decision(policy.clamp(size), Reason::Bounds);
    }
    if let Some(size) = undone(policy, history, seen) {
        return decision(size, Reason::Brake);
    }
    let want = policy.wanted(seen.demand());
    if want > size && !history.is_resting(now) {
        if real(want) > policy.up_threshold * real(size) {
            return decision(step_up(policy, size, want), Reason::Demand);
        }
        if presses(policy, seen) {
            return decision(step_up(policy, size, want), Reason::Pressure);
        }
    }
    match step_down(policy, history, seen, now) {
        Some(smaller) => decision(smaller, Reason::Spare),
        None => decision(size, Reason::Steady),
    }
}

fn presses(policy: &ScalingPolicy, seen: &DemandMetrics) -> bool {
    seen.waiting() > policy.queue_limit || seen.average_wait() > policy.wait_limit
}

fn step_up(policy: &ScalingPolicy, size: usize, want: usize) -> usize {
    let most = whole(real(size) * policy.up_factor).max(size.saturating_add(1));
    policy.clamp(want.min(most))
}

/// The size before the last steps up, if those were of no use.
fn undone(policy: &ScalingPolicy, history: &History, seen: &DemandMetrics) -> Option<usize> {
    let hold = seen.hold_time()?.as_secs_f64();
    if hold <= history.hold? * policy.brake_slowdown {
        return None;
    }
    let mut after = Step {
        size: seen.size,
        throughput: seen.throughput(),
    };
    let mut size = None;
    for before in history.steps.iter().rev() {
        let growth = real(after.size) / real(before.size.max(1)) - 1.0;
        let gain = after.throughput / before.throughput.max(1e-9) - 1.0;
        if gain >= policy.brake_gain * growth {
            break;
        }
        size = Some(policy.clamp(before.size));
        after = *before;
    }
    size.filter(|size| *size < seen.size)
}

fn step_down(
    policy: &ScalingPolicy,
    history: &History,
    seen: &DemandMetrics,
    now: Instant,
) -> Option<usize> {
    let ahead = history.trend().max(0.0) * policy.settle.as_secs_f64();
    let want = history
        .most_wanted()
        .max(policy.wanted(seen.demand() + ahead));
    let spare = real(want) < policy.down_threshold * real(seen.size);
    if !spare || !history.is_settled(now, policy.settle) {
        return None;
    }
    let least = whole(real(seen.size) * policy.down_factor);
    let size = policy.clamp(want.max(least));
    (size < seen.size).then_some(size)
}
