use std::time::Duration;

use crate::Refresh;

/// Beyond so many load times before its end, the throw that would renew a value
/// is less likely than one in 2^32, the finest that is thrown.
const LOADS_MAX: f64 = 23.0;

/// What may be done with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Freshness {
    Fresh,
    /// It may be served, and should be renewed.
    Due,
    Expired,
}

/// How old a value is, how old it may be, and how long its load took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Age {
    pub(crate) passed: Duration,
    pub(crate) ttl: Duration,
    pub(crate) took: Duration,
}

impl Refresh {
    /// True when the end is too far for anything but
    /// [`Fresh`](Freshness::Fresh).
    pub(crate) fn is_far(&self, age: Age) -> bool {
        let left = age.ttl.saturating_sub(age.passed).as_secs_f64();
        age.took.as_secs_f64() * self.early * LOADS_MAX < left
    }

    /// `throw` gives a number of at least 0 and less than 1.
    pub(crate) fn judge(&self, age: Age, throw: impl FnOnce() -> f64) -> Freshness {
        if age.passed >= age.ttl {
            return self.judge_old(age);
        }
        let left = age.ttl.saturating_sub(age.passed).as_secs_f64();
        let early = age.took.as_secs_f64() * self.early;
        if self.is_far(age) || -(1.0 - throw()).ln() * early < left {
            Freshness::Fresh
        } else {
            Freshness::Due
        }
    }

    fn judge_old(&self, age: Age) -> Freshness {
        if age.passed < age.ttl.saturating_add(self.stale_while_revalidate) {
            Freshness::Due
        } else {
            Freshness::Expired
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn age(age: u32) -> Age {
        Age {
            passed: SECOND * age,
            ttl: SECOND * 60,
            took: SECOND,
        }
    }

    #[test]
    fn a_value_lives_until_its_end() {
        let never = Refresh {
            early: 0.0,
            ..Refresh::default()
        };
        assert_eq!(never.judge(age(0), || 0.999), Freshness::Fresh);
        assert_eq!(never.judge(age(59), || 0.999), Freshness::Fresh);
        assert_eq!(never.judge(age(60), || 0.0), Freshness::Expired);
    }

    #[test]
    fn a_value_in_its_grace_is_renewed_and_served() {
        let refresh = Refresh {
            stale_while_revalidate: SECOND * 10,
            ..Refresh::default()
        };
        assert_eq!(refresh.judge(age(69), || 0.0), Freshness::Due);
        assert_eq!(refresh.judge(age(70), || 0.0), Freshness::Expired);
    }

    #[test]
    fn early_renewal_follows_the_formula() {
        let refresh = Refresh::default();
        // -ln(1 - x) ≥ 2 for x ≥ 1 - e^-2 = 0.8647.
        assert_eq!(refresh.judge(age(58), || 0.87), Freshness::Due);
        assert_eq!(refresh.judge(age(58), || 0.86), Freshness::Fresh);
        let eager = Refresh {
            early: 2.0,
            ..refresh
        };
        assert_eq!(eager.judge(age(58), || 0.64), Freshness::Due);
    }

    #[test]
    fn far_from_the_end_nothing_is_thrown() {
        let refresh = Refresh::default();
        let judged = refresh.judge(age(36), || unreachable!("23 load times before the end"));
        assert_eq!(judged, Freshness::Fresh);
    }
}
