//! A closed load of some callers whose calls take 5 ms each, seen once a second by a pool whose
//! size follows the policy. Shared by the example and the tests of row 59.

use std::time::Duration;

use tokio::time::Instant;
use turso_pool::{DemandMetrics, History, ScalingPolicy, Stats, Status, decide};

const HOLD: Duration = Duration::from_millis(5);

/// What a pool of `size` connections sees in one second. Demand comes in whole calls, whether they
/// wait or not: else a load would look like another one as soon as nobody waits.
pub fn seen(size: usize, demand: f64) -> DemandMetrics {
    let call = HOLD.as_secs_f64();
    let demand = (demand / call).round() * call;
    let busy = demand.min(f64::from(u32::try_from(size).unwrap()));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let served = (busy / call).round() as u32;
    let mut later = Stats::default();
    later.busy_time = HOLD * served;
    later.waiting_time = Duration::from_secs_f64((demand - busy).max(0.0));
    (later.acquired, later.released) = (u64::from(served), u64::from(served));
    let mut status = Status::default();
    status.size = size;
    DemandMetrics::between(&Stats::default(), &later, &status, Duration::from_secs(1))
}

/// The sizes in force, second by second.
pub fn trace(policy: &ScalingPolicy, demand: impl IntoIterator<Item = f64>) -> Vec<usize> {
    let (mut history, mut now) = (History::new(), Instant::now());
    let mut size = policy.min_size;
    let mut sizes = Vec::new();
    for demand in demand {
        sizes.push(size);
        let seen = seen(size, demand);
        let decision = decide(policy, &history, &seen, now);
        history.note(policy, &seen, &decision, now);
        size = decision.size;
        now += policy.interval;
    }
    sizes
}

/// How often a growing pool shrank, or the other way round.
pub fn reversals(sizes: &[usize]) -> usize {
    let steps = sizes.windows(2).filter(|pair| pair[0] != pair[1]);
    let ups: Vec<bool> = steps.map(|pair| pair[1] > pair[0]).collect();
    ups.windows(2).filter(|pair| pair[0] != pair[1]).count()
}
