use std::time::Duration;

/// Prints a single figure, with its unit if it has one, as `scripts/bench_report.py` reads it.
#[expect(clippy::print_stdout, reason = "what a benchmark is for")]
pub fn figure(name: &str, value: f64, unit: &str) {
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    };
    println!("figure: {name} = {value:.4}{unit}");
}

/// In milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// The time at `share` of all, 0.5 for the median; nothing of none.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "fewer than 2^53 times, and a share of at least 0"
)]
pub fn quantile(times: &mut [Duration], share: f64) -> Duration {
    times.sort_unstable();
    let index = (times.len() as f64 * share) as usize;
    let last = times.len().saturating_sub(1);
    times.get(index.min(last)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_times_is_below() {
        let mut times: Vec<_> = (0..100).rev().map(Duration::from_millis).collect();
        let found = [0.5, 0.99, 1.0].map(|share| quantile(&mut times, share));
        assert_eq!(found, [50, 99, 99].map(Duration::from_millis));
        assert_eq!(quantile(&mut [], 0.5), Duration::ZERO);
    }
}
