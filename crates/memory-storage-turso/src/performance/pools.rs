use crate::lanes::Lane;
use serde::{Deserialize, Serialize};
use turso_metrics::{Latency, Snapshot};

/// The pools of a [`TursoStorage`](crate::TursoStorage).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Pools {
    /// That of the writing connections; on a server and in memory, of all.
    pub write: PoolFigures,
    /// That of the reading connections of a file.
    pub read: Option<PoolFigures>,
}

/// A pool now, and what it has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PoolFigures {
    /// The pool at this moment.
    pub status: turso_pool::Status,
    /// What it has done since it was opened.
    pub stats: turso_pool::Stats,
    /// How long tasks waited for a connection, those who found one idle included.
    pub wait_time: Spans,
    /// How long they kept it.
    pub use_time: Spans,
}

/// How long something took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spans {
    /// Always.
    pub ever: Latency,
    /// In the last 50 to 60 seconds.
    pub last_minute: Latency,
}

impl PoolFigures {
    pub(crate) fn of(lane: &Lane) -> Self {
        let pool = lane.get_ref().pool();
        Self {
            status: pool.status(),
            stats: pool.stats(),
            wait_time: Spans::of(&lane.waits()),
            use_time: Spans::of(&lane.uses()),
        }
    }
}

impl Spans {
    /// Those of the only operation there is.
    fn of(seen: &Snapshot) -> Self {
        let only = seen.operations.first();
        only.map_or_else(Self::default, |only| Self {
            ever: only.ever,
            last_minute: only.last_minute,
        })
    }
}
