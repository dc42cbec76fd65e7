//! What a process holds, by the kernel's account of it.

use std::collections::BTreeMap;
use std::fs;

/// Descriptors by which a process may grow after its first third: a file or two per connection
/// that a pool opens late.
const FILES_SLACK: u64 = 24;

/// Bytes by which it may grow: caches that fill slowly, and what the allocator keeps.
const BYTES_SLACK: u64 = 24 << 20;

/// Descriptors and memory at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    pub files: u64,
    pub bytes: u64,
}

/// What a process holds now; none when it is gone.
pub fn sample(id: u32) -> Option<Sample> {
    let files = fs::read_dir(format!("/proc/{id}/fd")).ok()?.count();
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(Sample {
        files: files as u64,
        bytes: kilobytes << 10,
    })
}

/// Samples of several things, by name, in the order of time.
#[derive(Debug, Default)]
pub struct Record(BTreeMap<String, Vec<Sample>>);

impl Record {
    pub fn add(&mut self, name: &str, sample: Option<Sample>) {
        let samples = self.0.entry(name.to_owned()).or_default();
        samples.extend(sample);
    }

    /// One line for each name.
    pub fn print(&self) {
        for (name, samples) in &self.0 {
            let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
                continue;
            };
            let files = samples.iter().map(|sample| sample.files).max();
            let bytes = samples.iter().map(|sample| sample.bytes).max();
            println!(
                "  {name}: descriptors {} at first, {} at most, {} at last; memory {}, {}, {} MiB",
                first.files,
                files.unwrap_or(0),
                last.files,
                first.bytes >> 20,
                bytes.unwrap_or(0) >> 20,
                last.bytes >> 20
            );
        }
    }

    /// What grows.
    pub fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        for (name, samples) in &self.0 {
            for (what, slack, values) in [
                ("descriptors", FILES_SLACK, values(samples, |s| s.files)),
                ("bytes of memory", BYTES_SLACK, values(samples, |s| s.bytes)),
            ] {
                if let Some((before, after)) = growth(&values, slack) {
                    complaints.push(format!("{name}: from {before} to {after} {what}"));
                }
            }
        }
        complaints
    }
}

fn values(samples: &[Sample], of: impl Fn(&Sample) -> u64) -> Vec<u64> {
    samples.iter().map(of).collect()
}

/// The medians of the second and of the last third, when the last is larger by more than a
/// quarter and `slack`. What is opened or cached in the first third does not count.
fn growth(values: &[u64], slack: u64) -> Option<(u64, u64)> {
    let third = values.len() / 3;
    if third == 0 {
        return None;
    }
    let before = median(&values[third..2 * third]);
    let after = median(&values[2 * third..]);
    (after > before + before / 4 + slack).then_some((before, after))
}

fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_rises_to_the_end_grows_and_what_rises_at_first_does_not() {
        let warm: Vec<u64> = (0..90).map(|nth| nth.min(30) * 10).collect();
        assert_eq!(growth(&warm, 20), None);
        let leak: Vec<u64> = (0..90).map(|nth| nth * 10).collect();
        assert_eq!(growth(&leak, 20), Some((450, 750)));
        let spike: Vec<u64> = (0..90)
            .map(|nth| if nth % 10 == 9 { 900 } else { 10 })
            .collect();
        assert_eq!(growth(&spike, 20), None);
        assert_eq!(growth(&[1, 100], 0), None);
    }

    #[test]
    fn this_process_has_files_and_memory() {
        let sample = sample(std::process::id()).unwrap();
        assert!(sample.files > 2 && sample.bytes > 1 << 20, "{sample:?}");
    }
}
