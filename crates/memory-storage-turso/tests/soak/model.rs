//! What the database must hold of one task, by its own history.

use crate::episodes::Owner;
use crate::history::{Op, Outcome};
use memory_storage_turso::Episode;
use std::collections::{BTreeMap, BTreeSet};

/// An episode that is stored: who made its content, and how often it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub attempt: u32,
    pub revision: u64,
}

impl Held {
    /// Whether `found` is episode `number` of `owner` as it is held here.
    pub fn is(self, owner: Owner, number: u32, found: &Episode) -> bool {
        found.revision.get() == self.revision
            && found.same_content(&owner.episode(number, self.attempt))
    }
}

/// What a task owns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Model {
    pub episodes: BTreeMap<u32, Held>,
    pub edges: BTreeSet<(u32, u32)>,
    /// Whether its tag stands at the shared episode; unknown at first.
    pub tag: Option<bool>,
}

impl Model {
    /// The same after `op` was done.
    pub fn apply(&mut self, op: &Op) {
        match op {
            Op::Put(pairs) => pairs.iter().for_each(|&(number, attempt)| {
                let revision = self
                    .episodes
                    .get(&number)
                    .map_or(1, |held| held.revision + 1);
                self.episodes.insert(number, Held { attempt, revision });
            }),
            Op::Drop(numbers) => {
                self.episodes.retain(|number, _| !numbers.contains(number));
                self.edges
                    .retain(|(from, to)| !numbers.contains(from) && !numbers.contains(to));
            }
            Op::Link { from, to, there } => {
                if *there {
                    self.edges.insert((*from, *to));
                } else {
                    self.edges.remove(&(*from, *to));
                }
            }
            Op::Tag { there } => self.tag = Some(*there),
            Op::Bump { .. } | Op::Look { .. } => {}
        }
    }

    /// The same after `op` ended so.
    pub fn conclude(&mut self, op: &Op, outcome: &Outcome) {
        if !matches!(outcome, Outcome::Refused(_)) {
            self.apply(op);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_call_changes_nothing_and_a_deletion_takes_the_edges() {
        let mut model = Model::default();
        model.conclude(&Op::Put(vec![(1, 1), (2, 2)]), &Outcome::Done);
        model.conclude(&Op::Put(vec![(1, 3)]), &Outcome::Refused("Busy".into()));
        let edge = Op::Link {
            from: 1,
            to: 2,
            there: true,
        };
        model.conclude(&edge, &Outcome::Done);
        assert_eq!(
            model.episodes[&1],
            Held {
                attempt: 1,
                revision: 1
            }
        );
        assert_eq!(model.edges.len(), 1);
        model.conclude(&Op::Put(vec![(1, 4)]), &Outcome::Done);
        assert_eq!(
            model.episodes[&1],
            Held {
                attempt: 4,
                revision: 2
            }
        );
        model.conclude(&Op::Drop(vec![2]), &Outcome::Done);
        assert!(model.edges.is_empty() && model.episodes.len() == 1);
    }
}
