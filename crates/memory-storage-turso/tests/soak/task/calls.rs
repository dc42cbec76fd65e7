//! The writes.

use super::{OWNED_MAX, Stuck, Task};
use crate::history::{Op, Outcome};
use crate::shared::{self, COUNTERS};
use memory_storage_turso::{
    Atomicity, Episode, EpisodeRelationship, Error, ErrorKind, RelationshipKey, RelationshipKind,
    TagChange, Timestamp,
};
use std::sync::Arc;
use std::time::Duration;

/// The kind of all edges; circles are allowed in it.
pub const KIND: RelationshipKind = RelationshipKind::RelatedTo;

/// How often a change is redone because somebody else was faster.
const CONFLICTS_MAX: usize = 20;

type Ended = Result<(), Stuck>;

impl Task {
    /// Stores some new episodes, and new content for some old ones, all or nothing.
    pub(super) async fn put(&mut self) -> Ended {
        let mut numbers: Vec<u32> = Vec::new();
        if self.model.episodes.len() < OWNED_MAX {
            for _ in 0..self.dice.between(1, 4) {
                self.numbers += 1;
                numbers.push(self.numbers);
            }
        }
        for _ in 0..self.dice.between(u64::from(numbers.is_empty()), 2) {
            let old = self.any_number().map(|(number, _)| number);
            numbers.extend(old.filter(|old| !numbers.contains(old)));
        }
        self.attempts += 1;
        let attempt = self.attempts;
        let op = self.begin(Op::Put(numbers.iter().map(|n| (*n, attempt)).collect()));
        let wanted: Vec<Episode> = numbers
            .iter()
            .map(|number| self.owner.episode(*number, attempt))
            .collect();
        let storage = Arc::clone(&self.storage);
        let call = || storage.store_episodes(&wanted, Atomicity::AllOrNothing);
        let outcome = match self.settle(false, call).await? {
            Ok(stored) => {
                self.end(&op, Outcome::Done);
                for (number, stored) in numbers.iter().zip(stored) {
                    let told = (stored.id, stored.revision.get());
                    let right = (self.owner.id(*number), self.model.episodes[number].revision);
                    if told != right {
                        self.wrong(format!("a store answered {told:?}, not {right:?}"));
                    }
                }
                return Ok(());
            }
            Err(error) => self.refused("storing", &error),
        };
        self.end(&op, outcome);
        Ok(())
    }

    pub(super) async fn drop_some(&mut self) -> Ended {
        let mut numbers: Vec<u32> = Vec::new();
        for _ in 0..self.dice.between(1, 6) {
            let one = self.any_number().map(|(number, _)| number);
            numbers.extend(one.filter(|one| !numbers.contains(one)));
        }
        let op = self.begin(Op::Drop(numbers.clone()));
        let ids: Vec<_> = numbers
            .iter()
            .map(|number| self.owner.id(*number))
            .collect();
        let (storage, namespace) = (Arc::clone(&self.storage), self.owner.namespace());
        let call = || storage.delete_episodes(&namespace, &ids);
        let outcome = match self.settle(false, call).await? {
            Ok(_) => Outcome::Done,
            Err(error) => self.refused("deleting", &error),
        };
        self.end(&op, outcome);
        Ok(())
    }

    pub(super) async fn link(&mut self) -> Ended {
        let ends = (self.any_number(), self.any_number());
        let (Some((from, _)), Some((to, _))) = ends else {
            return Ok(());
        };
        if from == to {
            return Ok(());
        }
        let there = !self.model.edges.contains(&(from, to));
        let op = self.begin(Op::Link { from, to, there });
        let (storage, namespace) = (Arc::clone(&self.storage), self.owner.namespace());
        let key = RelationshipKey {
            from: self.owner.id(from),
            to: self.owner.id(to),
            kind: KIND,
        };
        let now = Timestamp::now();
        let edge =
            EpisodeRelationship::new(namespace.clone(), KIND, key.from, key.to, now).unwrap();
        let settled = if there {
            let call = || storage.add_relationship(&edge);
            self.settle(false, call).await?.map(drop)
        } else {
            let call = || storage.remove_relationship(&namespace, key);
            self.settle(false, call).await?.map(drop)
        };
        let outcome = match settled {
            Ok(()) => Outcome::Done,
            Err(error) => self.refused("changing an edge", &error),
        };
        self.end(&op, outcome);
        Ok(())
    }

    pub(super) async fn toggle_tag(&mut self) -> Ended {
        let there = !self.model.tag.unwrap_or(true);
        let op = self.begin(Op::Tag { there });
        let tag = shared::tag(self.owner);
        let change = if there {
            TagChange::add(tag)
        } else {
            TagChange::remove(tag)
        };
        let (storage, namespace) = (Arc::clone(&self.storage), shared::namespace());
        let (board, now) = (shared::board(self.owner.task), Timestamp::now());
        let call = || storage.change_tags(&namespace, board, &change, now);
        let outcome = match self.settle(false, call).await? {
            Ok(_) => Outcome::Done,
            Err(error) => self.refused("changing a tag", &error),
        };
        self.end(&op, outcome);
        Ok(())
    }

    /// Counts its entry up; again, when somebody else has changed the counter meanwhile.
    pub(super) async fn bump(&mut self) -> Ended {
        let counter = usize::try_from(self.owner.task).unwrap() % COUNTERS;
        let Ok(mut read) = self.read_counter(counter, false).await? else {
            return Ok(());
        };
        let value = shared::entry(&read, self.owner) + 1;
        let op = self.begin(Op::Bump { counter, value });
        let mut outcome = Outcome::Refused("Contended".into());
        for _ in 0..CONFLICTS_MAX {
            let (unknown, result) = self.count_to(&read, value).await?;
            match result {
                Ok(revision) => {
                    outcome = Outcome::Revision(revision);
                    break;
                }
                Err(error) if error.kind() != ErrorKind::Conflict => {
                    outcome = self.refused("updating", &error);
                    break;
                }
                Err(_) => {}
            }
            // Nobody can go on before this is known.
            self.counted = None;
            let Ok(again) = self.read_counter(counter, true).await? else {
                return Err(Stuck);
            };
            read = again;
            if unknown && shared::entry(&read, self.owner) == value {
                outcome = Outcome::Done;
                break;
            }
        }
        self.counted = Some(match outcome {
            Outcome::Refused(_) => value - 1,
            _ => value,
        });
        self.end(&op, outcome);
        Ok(())
    }

    /// One attempt to set its entry: whether it may have been done although it failed, and the
    /// new revision.
    async fn count_to(
        &mut self,
        read: &Episode,
        value: u64,
    ) -> Result<(bool, Result<u64, Error>), Stuck> {
        let update = shared::counted(read, self.owner, value);
        let storage = Arc::clone(&self.storage);
        let call = || storage.update_episode(&update);
        let cancelled = self.dice.percent(10);
        if cancelled {
            let patience = Duration::from_micros(self.dice.below(3_000));
            // The caller goes away: the update may be done, now or a little later.
            let _ = tokio::time::timeout(patience, call()).await;
        }
        let before = self.unknown;
        let result = self.settle(cancelled, call).await?;
        if let Ok(revision) = &result
            && *revision != read.revision.next()
        {
            self.wrong(format!(
                "an update from {} answered {revision}",
                read.revision
            ));
        }
        let unknown = cancelled || self.unknown > before;
        Ok((unknown, result.map(memory_storage_turso::Revision::get)))
    }
}
