//! Prometheus text.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// Upper bounds of the buckets of durations, in seconds: from a point read in memory to
/// a deadline.
const SECONDS: [f64; 16] = [
    0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025,
    0.05, 0.1, 0.5, 1.0, 10.0,
];

/// Upper bounds of the buckets of numbers of rows.
const ROWS: [f64; 8] = [0.0, 1.0, 2.0, 5.0, 10.0, 100.0, 1_000.0, 10_000.0];

/// The recorder of this process, which renders Prometheus text (version 0.0.4).
///
/// Dots in names become underscores, and names get their unit and `_total` as suffixes.
/// Observations are kept until they are rendered or [`upkeep`](Self::upkeep) runs, so one
/// of the two must happen every few seconds.
#[derive(Clone)]
pub struct Prometheus {
    handle: PrometheusHandle,
}

impl Prometheus {
    /// Installs the recorder. It hears of what is opened after this.
    ///
    /// # Errors
    /// When this process has a recorder already.
    pub fn install() -> io::Result<Self> {
        let builder = PrometheusBuilder::new();
        let handle = buckets(builder)
            .and_then(PrometheusBuilder::install_recorder)
            .map_err(io::Error::other)?;
        Ok(Self { handle })
    }

    /// Everything recorded so far, as text.
    pub fn render(&self) -> String {
        self.handle.render()
    }

    /// Sorts observations into their buckets, which takes less room.
    pub fn upkeep(&self) {
        // A panic in here must not end whoever calls it from time to time.
        let _ = catch_unwind(AssertUnwindSafe(|| self.handle.run_upkeep()));
    }
}

fn buckets(
    builder: PrometheusBuilder,
) -> Result<PrometheusBuilder, metrics_exporter_prometheus::BuildError> {
    builder
        .with_recommended_naming(true)
        .set_buckets(&SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("returned_rows".into()), &ROWS)
}

impl fmt::Debug for Prometheus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prometheus").finish_non_exhaustive()
    }
}
