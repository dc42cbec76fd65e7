//! Operations that took long.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Which operations are remembered as slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Slow {
    /// Those that took at least so long. Default 100 ms: what a person notices, and ten times
    /// what a durable write to a disk takes.
    pub threshold: Duration,
    /// So many of them, the latest. Default 64.
    pub kept: usize,
}

impl Default for Slow {
    fn default() -> Self {
        Self {
            threshold: Duration::from_millis(100),
            kept: 64,
        }
    }
}

/// An operation that took long. Its parameters are not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowOperation {
    /// Its name.
    pub operation: String,
    /// How long it took.
    pub took: Duration,
    /// How long ago it ended.
    pub ago: Duration,
    /// What went wrong, if something did.
    pub error: Option<String>,
}

#[derive(Debug)]
struct Entry {
    operation: &'static str,
    took: Duration,
    ended: Instant,
    error: Option<&'static str>,
}

#[derive(Debug, Default)]
pub(crate) struct SlowList {
    config: Slow,
    entries: Mutex<VecDeque<Entry>>,
}

impl SlowList {
    pub(crate) fn new(config: Slow) -> Self {
        Self {
            config,
            entries: Mutex::default(),
        }
    }

    pub(crate) fn see(
        &self,
        operation: &'static str,
        took: Duration,
        ended: Instant,
        error: Option<&'static str>,
    ) {
        if took < self.config.threshold || self.config.kept == 0 {
            return;
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        while entries.len() >= self.config.kept {
            entries.pop_front();
        }
        entries.push_back(Entry {
            operation,
            took,
            ended,
            error,
        });
    }

    /// The list at `now`, the latest first.
    pub(crate) fn list(&self, now: Instant) -> Vec<SlowOperation> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let entries = entries.iter().rev();
        entries
            .map(|entry| SlowOperation {
                operation: entry.operation.to_owned(),
                took: entry.took,
                ago: now.saturating_duration_since(entry.ended),
                error: entry.error.map(str::to_owned),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_bounded_and_has_the_latest() {
        let config = Slow {
            threshold: Duration::from_millis(10),
            kept: 2,
        };
        let (list, now) = (SlowList::new(config), Instant::now());
        for millis in [9, 10, 11, 12] {
            list.see("x", Duration::from_millis(millis), now, Some("busy"));
        }
        let took: Vec<_> = list.list(now).iter().map(|s| s.took.as_millis()).collect();
        assert_eq!(took, [12, 11]);
    }

    #[test]
    fn none_are_kept_on_request() {
        let list = SlowList::new(Slow {
            threshold: Duration::ZERO,
            kept: 0,
        });
        list.see("x", Duration::from_secs(1), Instant::now(), None);
        assert!(list.list(Instant::now()).is_empty());
    }
}
