use std::time::Duration;

/// What a refill found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refill {
    /// The value that was there before.
    Same,
    /// Another one: somebody else has written.
    Changed,
}

/// What refills have told about how often others change a value.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct History {
    /// For how long the value was watched, in seconds, the past counting less.
    watched: f32,
    /// How often it was found changed, the past counting less.
    changes: f32,
}

/// How much of what was known counts after one more refill.
const MEMORY: f32 = 0.9;
/// By how much one change shortens the next life.
const CAUTION: f32 = 3.0;

impl History {
    /// What is known after a refill that came so long after the fill before.
    #[must_use]
    pub fn after(self, refill: Refill, age: Duration) -> Self {
        let changed = if refill == Refill::Changed { 1.0 } else { 0.0 };
        Self {
            watched: self.watched * MEMORY + age.as_secs_f32().min(1e9),
            changes: self.changes * MEMORY + changed,
        }
    }

    /// The longest life that this suggests, in seconds, for a base life of
    /// `base` seconds.
    pub(crate) fn limit(self, base: f64) -> f64 {
        (base + f64::from(self.watched)) / (1.0 + f64::from(CAUTION * self.changes))
    }
}
