//! How much is done.

use std::time::{Duration, SystemTime};

/// What the environment wants to be repeated.
const SEED: &str = "MEMORY_SOAK_SEED";

/// How long it shall go on.
const SECONDS: &str = "MEMORY_SOAK_SECONDS";

/// One run.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub seed: u64,
    pub processes: u64,
    pub tasks: u64,
    pub length: Length,
}

/// When a task has done enough.
#[derive(Debug, Clone, Copy)]
pub enum Length {
    Operations(u64),
    Time(Duration),
}

impl Plan {
    /// What the environment asks for, else little enough for every run of the tests.
    pub fn from_env() -> Self {
        let seed = number(SEED).unwrap_or_else(|| {
            let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
            u64::from(now.subsec_nanos()) ^ now.as_secs() << 20
        });
        match number(SECONDS) {
            Some(seconds) => Self {
                seed,
                processes: 8,
                tasks: 16,
                length: Length::Time(Duration::from_secs(seconds)),
            },
            None => Self {
                seed,
                processes: 3,
                tasks: 4,
                length: Length::Operations(40),
            },
        }
    }

    /// Whether it goes on for long enough to see what grows.
    pub fn is_long(&self) -> bool {
        matches!(self.length, Length::Time(time) if time >= Duration::from_secs(30))
    }
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is {text:?}, not a number")),
    )
}
