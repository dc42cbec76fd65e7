//! The changes of one counter, by all processes, in time.

/// A change that was acknowledged.
#[derive(Debug, Clone, Copy)]
struct Change {
    began: u64,
    ended: u64,
    revision: u64,
}

/// Changes and reads of one counter.
#[derive(Debug, Default)]
pub struct Order {
    changes: Vec<Change>,
    /// When a read began, and what it saw.
    reads: Vec<(u64, u64)>,
}

impl Order {
    /// A change that ended with this revision.
    pub fn changed(&mut self, began: u64, ended: u64, revision: u64) {
        self.changes.push(Change {
            began,
            ended,
            revision,
        });
    }

    /// A read that saw this revision.
    pub fn seen(&mut self, began: u64, revision: u64) {
        self.reads.push((began, revision));
    }

    /// The highest revision that anybody was told.
    pub fn highest(&self) -> u64 {
        let changes = self.changes.iter().map(|change| change.revision);
        changes.max().unwrap_or(0)
    }

    /// Two changes with one revision, a change before one that had ended already, and a read
    /// that missed one that had.
    pub fn violations(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut changes = self.changes.clone();
        changes.sort_unstable_by_key(|change| change.revision);
        let mut latest_begin = 0;
        for pair in changes.windows(2) {
            if pair[0].revision == pair[1].revision {
                wrong.push(format!("two changes made revision {}", pair[0].revision));
            }
        }
        for change in &changes {
            if change.ended < latest_begin {
                wrong.push(format!(
                    "revision {} ended before a lower one began",
                    change.revision
                ));
            }
            latest_begin = latest_begin.max(change.began);
        }
        wrong.extend(self.stale_reads(changes));
        wrong
    }

    fn stale_reads(&self, mut changes: Vec<Change>) -> Vec<String> {
        changes.sort_unstable_by_key(|change| change.ended);
        let mut highest = 0;
        // For each end of a change, the highest revision that had been told by then.
        let told: Vec<(u64, u64)> = changes
            .iter()
            .map(|change| {
                highest = highest.max(change.revision);
                (change.ended, highest)
            })
            .collect();
        let least = |began: u64| {
            let before = told.partition_point(|(ended, _)| *ended < began);
            before.checked_sub(1).map_or(0, |last| told[last].1)
        };
        let stale = self
            .reads
            .iter()
            .filter(|(began, seen)| *seen < least(*began));
        stale
            .map(|(began, seen)| {
                format!(
                    "a read at {began} saw revision {seen} after {}",
                    least(*began)
                )
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(changes: &[(u64, u64, u64)], reads: &[(u64, u64)]) -> Order {
        let mut order = Order::default();
        for (began, ended, revision) in changes {
            order.changed(*began, *ended, *revision);
        }
        for (began, seen) in reads {
            order.seen(*began, *seen);
        }
        order
    }

    #[test]
    fn changes_that_overlap_may_come_in_either_order() {
        let both = order(&[(1, 5, 3), (2, 6, 2)], &[(7, 3), (3, 1)]);
        assert_eq!(both.violations(), [""; 0]);
        assert_eq!(both.highest(), 3);
    }

    #[test]
    fn a_lost_update_a_wrong_order_and_a_stale_read_are_found() {
        let lost = order(&[(1, 2, 2), (1, 3, 2)], &[]);
        assert!(lost.violations()[0].contains("two changes"));
        let order_of_two = order(&[(1, 2, 3), (4, 5, 2)], &[]);
        assert!(order_of_two.violations()[0].contains("before a lower one"));
        let stale = order(&[(1, 2, 2), (3, 4, 3)], &[(5, 2)]);
        assert!(stale.violations()[0].contains("a read at 5"));
    }
}
