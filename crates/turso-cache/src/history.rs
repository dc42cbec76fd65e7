use std::time::Duration;

/// What a refill found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refill {
    /// The value that was there before.
    Same,
    /// Another one: somebody else has written.
    Changed,
}

/// What refills have told about how often others change a value, and how often
/// it is asked for.
///
/// The rate of change is an estimate: so many changes in so much time under
/// watch. It settles where a cap that doubles and quarters goes on swinging.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct History {
    /// For how long the value was watched, in seconds.
    watched: f32,
    /// How often it was found changed.
    changes: f32,
    /// How often a second it was asked for in its last life.
    pace: f32,
}

/// How much of the first two still counts after one more refill: some thirty refills are
/// remembered, so that what was edited once and is done with lives longer
/// again.
const MEMORY: f32 = 0.97;
/// Shorter and longer than any life; these keep sums and quotients finite.
const AGE_MIN: f32 = 1e-3;
const AGE_MAX: f32 = 1e9;

impl History {
    /// What is known after a refill that came so long after the fill before,
    /// and found this. In between the value was asked for so often.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn after(self, refill: Refill, age: Duration, accesses: u32) -> Self {
        let changed = if refill == Refill::Changed { 1.0 } else { 0.0 };
        let age = age.as_secs_f32().clamp(AGE_MIN, AGE_MAX);
        Self {
            watched: self.watched * MEMORY + age,
            changes: self.changes * MEMORY + changed,
            pace: accesses as f32 / age,
        }
    }

    /// The longest life, in seconds, in which about one change in `caution`
    /// lives is to be expected. With nothing known it is `base`; without
    /// caution there is no such life.
    pub(crate) fn steady(self, base: f64, caution: f64) -> f64 {
        if caution > 0.0 {
            (base + f64::from(self.watched)) / (1.0 + caution * f64::from(self.changes))
        } else {
            f64::INFINITY
        }
    }

    /// The life, in seconds, in which the value is asked for `enough` times.
    /// Without an `enough` there is no such life.
    pub(crate) fn worthwhile(self, enough: f64) -> f64 {
        if enough > 0.0 {
            enough / f64::from(self.pace)
        } else {
            f64::INFINITY
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIFE: Duration = Duration::from_mins(5);

    fn after(refills: &[Refill]) -> f64 {
        let learn = |history: History, refill: &Refill| history.after(*refill, LIFE, 1);
        refills
            .iter()
            .fold(History::default(), learn)
            .steady(300.0, 20.0)
    }

    #[test]
    fn the_same_value_lengthens_the_next_life_and_another_one_shortens_it() {
        use Refill::{Changed, Same};
        assert!((after(&[]) - 300.0).abs() < 1e-3);
        assert!((after(&[Same]) - 600.0).abs() < 1e-3);
        assert!((after(&[Changed]) - 600.0 / 21.0).abs() < 1e-3);
        assert!(after(&[Same, Changed]) > after(&[Changed]));
    }

    #[test]
    fn a_rate_is_met_and_an_old_change_is_forgotten() {
        let regular: Vec<_> = (0..1_000)
            .map(|n| {
                if n % 5 == 0 {
                    Refill::Changed
                } else {
                    Refill::Same
                }
            })
            .collect();
        let wanted = 5.0 * 300.0 / 20.0;
        assert!(
            (after(&regular) / wanted - 1.0).abs() < 0.2,
            "{}",
            after(&regular)
        );
        let quiet = [regular, vec![Refill::Same; 200]].concat();
        assert!(after(&quiet) > 3_600.0, "{}", after(&quiet));
    }

    #[test]
    fn enough_is_reached_sooner_at_a_higher_pace() {
        let at = |accesses| History::default().after(Refill::Same, LIFE, accesses);
        assert!((at(100).worthwhile(20.0) - 60.0).abs() < 1e-3);
        assert!(at(0).worthwhile(20.0).is_infinite());
        assert!(History::default().worthwhile(20.0).is_infinite());
        assert!(at(100).worthwhile(0.0).is_infinite());
        let at_once = History::default().after(Refill::Same, Duration::ZERO, u32::MAX);
        assert!(at_once.worthwhile(20.0) > 0.0);
    }

    #[test]
    fn without_caution_there_is_no_limit() {
        let history = History::default().after(Refill::Changed, Duration::MAX, 1);
        assert!(history.steady(300.0, 0.0).is_infinite());
        assert!(history.steady(300.0, 20.0).is_finite());
    }
}
