use crate::caches;
use crate::output::{self, Table};
use memory_storage_turso::PerformanceSnapshot;
use memory_storage_turso::metrics::Distribution;
use serde::Serialize;
use std::io::{self, Write};
use std::time::Duration;

/// Characters of the longest bar.
const WIDTH: u64 = 50;

/// What was measured.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    pub(super) seconds: f64,
    pub(super) concurrency: usize,
    pub(super) operations: u64,
    pub(super) operations_per_second: f64,
    pub(super) performance: PerformanceSnapshot,
    /// Upper ends in nanoseconds, and how many operations took that long.
    pub(super) histogram: Vec<(u64, u64)>,
}

impl Report {
    pub(super) fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        self.operations().write_to(out)?;
        let (n, rate) = (output::count(self.operations), self.operations_per_second);
        writeln!(
            out,
            "\n{n} operations in {:.1} s by {} at once: {rate:.0} per second\n",
            self.seconds, self.concurrency
        )?;
        if let Some(cache) = &self.performance.cache {
            caches::table(&caches::own(cache)).write_to(out)?;
            writeln!(out)?;
        }
        self.write_histogram(out)
    }

    fn operations(&self) -> Table<10> {
        let mut table = Table::new([
            "OPERATION",
            ">CALLS",
            ">PER SECOND",
            ">FAILED",
            ">MEAN",
            ">P50",
            ">P90",
            ">P95",
            ">P99",
            ">MAX",
        ]);
        for operation in &self.performance.storage.operations {
            let all = &operation.ever;
            let rate = rate(all.count, self.seconds);
            let span = |span: Duration| format!("{span:.1?}");
            table.row([
                operation.name.clone(),
                output::count(all.count),
                output::number(rate),
                output::count(operation.failed()),
                span(all.mean),
                span(all.p50),
                span(all.p90),
                span(all.p95),
                span(all.p99),
                span(all.max),
            ]);
        }
        table
    }

    fn write_histogram(&self, out: &mut dyn Write) -> io::Result<()> {
        let most = self.histogram.iter().map(|(_, n)| *n).max().unwrap_or(1);
        for (end, n) in &self.histogram {
            let end = format!("{:.1?}", Duration::from_nanos(*end));
            let length = n.saturating_mul(WIDTH).div_ceil(most);
            let bar = "#".repeat(usize::try_from(length).unwrap_or(0));
            writeln!(out, "up to {end:>9}  {:>10}  {bar}", output::count(*n))?;
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate needs no 53 bits")]
pub(super) fn rate(n: u64, seconds: f64) -> f64 {
    (n as f64 / seconds).round()
}

/// The buckets of a distribution, joined to one for each doubling.
pub(super) fn doublings(seen: &Distribution) -> Vec<(u64, u64)> {
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (end, n) in seen.buckets() {
        let end = end.checked_next_power_of_two().unwrap_or(u64::MAX);
        match joined.last_mut() {
            Some((last, all)) if *last == end => *all = all.saturating_add(n),
            _ => joined.push((end, n)),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use memory_storage_turso::metrics::Histogram;

    #[test]
    fn buckets_are_joined_to_doublings() {
        let seen = Histogram::new();
        for value in [100, 120, 128, 200, 5_000] {
            seen.record(value);
        }
        let seen = doublings(&seen.distribution());
        assert_eq!(seen, [(128, 2), (256, 2), (8_192, 1)]);
    }
}
