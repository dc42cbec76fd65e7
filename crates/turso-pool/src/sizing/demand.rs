use std::time::Duration;

use super::policy::real;
use crate::{Stats, Status};

/// What was asked of a pool between two moments.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct DemandMetrics {
    /// The time between the two moments.
    pub elapsed: Duration,
    /// Connections in use, integrated over that time.
    pub busy_time: Duration,
    /// Tasks waiting, integrated over that time.
    pub waiting_time: Duration,
    /// Leases given out.
    pub acquired: u64,
    /// Leases that ended.
    pub released: u64,
    /// The number of connections that there may be.
    pub size: usize,
    /// Tasks waiting at the later moment.
    pub queue_length: usize,
}

impl DemandMetrics {
    /// What happened from `earlier` to `later`, two snapshots of one pool, of
    /// which `status` belongs to the later.
    pub fn between(earlier: &Stats, later: &Stats, status: &Status, elapsed: Duration) -> Self {
        Self {
            elapsed,
            busy_time: later.busy_time.saturating_sub(earlier.busy_time),
            waiting_time: later.waiting_time.saturating_sub(earlier.waiting_time),
            acquired: later.acquired.saturating_sub(earlier.acquired),
            released: later.released.saturating_sub(earlier.released),
            size: status.size,
            queue_length: status.waiting,
        }
    }

    /// The mean number of connections in use.
    pub fn busy(&self) -> f64 {
        self.per_time(self.busy_time)
    }

    /// The mean number of tasks waiting.
    pub fn waiting(&self) -> f64 {
        self.per_time(self.waiting_time)
    }

    /// The mean number of calls that had a connection or wanted one: what the
    /// load needs, by Little's law.
    pub fn demand(&self) -> f64 {
        self.busy() + self.waiting()
    }

    /// The share of the connections in use. Above 1 for a moment after
    /// shrinking; 0 for a pool of no connections.
    pub fn utilisation(&self) -> f64 {
        if self.size == 0 {
            return 0.0;
        }
        self.busy() / real(self.size)
    }

    /// The average wait of those who were served, by Little's law. When nobody
    /// was, the whole time waited.
    pub fn average_wait(&self) -> Duration {
        share(self.waiting_time, self.acquired.max(1))
    }

    /// The average time that a connection was held; `None` when none came back.
    pub fn hold_time(&self) -> Option<Duration> {
        (self.released > 0).then(|| share(self.busy_time, self.released))
    }

    /// Leases ended per second.
    pub fn throughput(&self) -> f64 {
        let released = u32::try_from(self.released).unwrap_or(u32::MAX);
        f64::from(released) / self.seconds()
    }

    /// How fast demand has changed since `earlier`, in connections per second.
    pub fn trend_since(&self, earlier: &Self) -> f64 {
        (self.demand() - earlier.demand()) / self.seconds()
    }

    fn per_time(&self, integral: Duration) -> f64 {
        integral.as_secs_f64() / self.seconds()
    }

    /// Never 0.
    fn seconds(&self) -> f64 {
        self.elapsed.as_secs_f64().max(1e-9)
    }
}

fn share(whole: Duration, parts: u64) -> Duration {
    whole / u32::try_from(parts).unwrap_or(u32::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_follow_from_integrals() {
        let mut later = Stats {
            acquired: 110,
            released: 108,
            busy_time: Duration::from_secs(21),
            waiting_time: Duration::from_secs(3),
            ..Stats::default()
        };
        let earlier = Stats {
            acquired: 10,
            released: 8,
            busy_time: Duration::from_secs(1),
            ..Stats::default()
        };
        let status = Status {
            size: 16,
            ..Status::default()
        };
        let seen = DemandMetrics::between(&earlier, &later, &status, Duration::from_secs(2));
        assert_eq!((seen.busy(), seen.waiting()), (10.0, 1.5));
        assert_eq!((seen.demand(), seen.utilisation()), (11.5, 0.625));
        assert_eq!(seen.average_wait(), Duration::from_millis(30));
        assert_eq!(seen.hold_time(), Some(Duration::from_millis(200)));
        assert!((seen.throughput() - 50.0).abs() < 1e-9);
        later.busy_time = Duration::ZERO;
        let idle = DemandMetrics::between(&earlier, &later, &status, Duration::from_secs(2));
        assert!((idle.trend_since(&seen) + 5.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_divides_by_zero() {
        let seen = DemandMetrics::default();
        assert_eq!((seen.demand(), seen.utilisation()), (0.0, 0.0));
        assert_eq!((seen.throughput(), seen.hold_time()), (0.0, None));
        assert_eq!(seen.average_wait(), Duration::ZERO);
    }
}
