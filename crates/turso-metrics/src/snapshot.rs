//! What was recorded, for people and programs.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::distribution::Distribution;
use crate::slow::SlowOperation;

/// Everything that a [`Metrics`](crate::Metrics) recorded until one moment.
///
/// `Display` is a table. Counters stop at `u64::MAX`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Snapshot {
    /// The operations that were called, by name.
    pub operations: Vec<OperationSnapshot>,
    /// The latest that took long, the last one first.
    pub slow: Vec<SlowOperation>,
    /// Whether the application's recorder panicked and is not called any more.
    pub recorder_panicked: bool,
}

impl Snapshot {
    /// The operation of this name, if it was called.
    pub fn operation(&self, name: &str) -> Option<&OperationSnapshot> {
        self.operations
            .iter()
            .find(|operation| operation.name == name)
    }
}

/// The calls of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct OperationSnapshot {
    /// Its name.
    pub name: String,
    /// How long all its calls took.
    pub ever: Latency,
    /// How long those of the last 50 to 60 seconds took.
    pub last_minute: Latency,
    /// How many failed, by the kind of error. Those that were given up are `cancelled`.
    pub errors: BTreeMap<String, u64>,
    /// How many rows they answered with together.
    pub rows: u64,
    /// Bytes that were given to them.
    pub sent_bytes: u64,
    /// Bytes that they answered with.
    pub received_bytes: u64,
}

impl OperationSnapshot {
    /// How many failed.
    pub fn failed(&self) -> u64 {
        self.errors
            .values()
            .fold(0, |all, n| all.saturating_add(*n))
    }
}

/// How long calls took. All zero when there were none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Latency {
    /// How many there were.
    pub count: u64,
    /// Their mean.
    pub mean: Duration,
    /// Half of them took at most so long. Percentiles are at most 1 % off.
    pub p50: Duration,
    /// 90 % of them took at most so long.
    pub p90: Duration,
    /// 95 % of them took at most so long.
    pub p95: Duration,
    /// 99 % of them took at most so long.
    pub p99: Duration,
    /// The longest of them.
    pub max: Duration,
}

impl Latency {
    /// The figures of a distribution of nanoseconds.
    pub fn of_nanos(nanos: &Distribution) -> Self {
        let span = |value: Option<u64>| Duration::from_nanos(value.unwrap_or(0));
        let percentile = |percent| span(nanos.percentile(percent));
        Self {
            count: nanos.count(),
            mean: span(nanos.mean()),
            p50: percentile(50.0),
            p90: percentile(90.0),
            p95: percentile(95.0),
            p99: percentile(99.0),
            max: span(nanos.max()),
        }
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let widest = self.operations.iter().map(|o| o.name.len()).max();
        let width = widest.unwrap_or(0).max("OPERATION".len());
        write!(
            f,
            "{:<width$}  {:>10}  {:>8}",
            "OPERATION", "CALLS", "FAILED"
        )?;
        for heading in ["MEAN", "P50", "P90", "P95", "P99", "MAX"] {
            write!(f, "  {heading:>9}")?;
        }
        for operation in &self.operations {
            let (all, failed) = (&operation.ever, operation.failed());
            write!(
                f,
                "\n{:<width$}  {:>10}  {failed:>8}",
                operation.name, all.count
            )?;
            for span in [all.mean, all.p50, all.p90, all.p95, all.p99, all.max] {
                write!(f, "  {:>9}", format!("{span:.1?}"))?;
            }
        }
        for slow in &self.slow {
            let error = slow.error.as_deref().unwrap_or("done");
            write!(
                f,
                "\nslow: {} took {:.1?}, {:.0?} ago ({error})",
                slow.operation, slow.took, slow.ago
            )?;
        }
        Ok(())
    }
}
