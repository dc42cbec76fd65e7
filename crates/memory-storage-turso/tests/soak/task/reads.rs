//! The reads: what they answer must be what the task knows.

use super::calls::KIND;
use super::{Stuck, Task};
use crate::history::{Op, Outcome};
use crate::model::Held;
use crate::shared::{self, COUNTERS};
use memory_storage_turso::{
    Direction, Episode, EpisodeQuery, PageRequest, RelationshipQuery, Result as Answer,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

type Ended = Result<(), Stuck>;

impl Task {
    /// A counter, if it can be read; if it must be, however long that takes.
    pub(super) async fn read_counter(
        &mut self,
        number: usize,
        must: bool,
    ) -> Result<Answer<Arc<Episode>>, Stuck> {
        let (storage, namespace) = (Arc::clone(&self.storage), shared::namespace());
        let call = || storage.get_episode(&namespace, shared::counter(number));
        let read = match self.settle(must, call).await? {
            Ok(Some(read)) => read,
            Ok(None) => {
                self.wrong(format!("counter {number} is gone"));
                return Err(Stuck);
            }
            Err(error) => {
                self.refused("reading a counter", &error);
                return Ok(Err(error));
            }
        };
        if let Some(wrong) = shared::contradiction(&read) {
            self.wrong(wrong);
        }
        let mine = usize::try_from(self.owner.task).unwrap() % COUNTERS == number;
        let seen = shared::entry(&read, self.owner);
        if let Some(counted) = self.counted.filter(|counted| mine && *counted != seen) {
            self.wrong(format!("counted to {counted}, but {seen} is stored"));
        }
        Ok(Ok(read))
    }

    pub(super) async fn look(&mut self) -> Ended {
        let counter = usize::try_from(self.dice.below(COUNTERS as u64)).unwrap();
        let op = self.begin(Op::Look { counter });
        let outcome = match self.read_counter(counter, false).await? {
            Ok(read) => Outcome::Revision(read.revision.get()),
            Err(error) => Outcome::Refused(format!("{:?}", error.kind())),
        };
        self.end(&op, outcome);
        Ok(())
    }

    /// One of its own, or one that is deleted or never was.
    pub(super) async fn read_one(&mut self) -> Ended {
        let number = match self.any_number() {
            Some((number, _)) if self.dice.percent(80) => number,
            _ => u32::try_from(self.dice.below(u64::from(self.numbers) + 2)).unwrap(),
        };
        let (storage, namespace) = (Arc::clone(&self.storage), self.owner.namespace());
        let id = self.owner.id(number);
        let call = || storage.get_episode(&namespace, id);
        match self.settle(false, call).await? {
            Ok(found) => {
                let held = self.model.episodes.get(&number).copied();
                self.compare(number, held, found.as_deref());
            }
            Err(error) => drop(self.refused("reading", &error)),
        }
        Ok(())
    }

    fn compare(&self, number: u32, held: Option<Held>, found: Option<&Episode>) {
        let right = match (held, found) {
            (None, None) => true,
            (Some(held), Some(found)) => held.is(self.owner, number, found),
            _ => false,
        };
        if !right {
            let found = found.map(|found| (&found.description, found.revision));
            self.wrong(format!(
                "episode {number}: {held:?} was stored, {found:?} is read"
            ));
        }
    }

    /// All of its own, in pages, and their number.
    pub(super) async fn read_all(&mut self) -> Ended {
        let limit = usize::try_from(self.dice.between(3, 30)).unwrap();
        let query = EpisodeQuery::all(self.owner.namespace());
        let storage = Arc::clone(&self.storage);
        let mut request = PageRequest::first(limit).unwrap();
        let mut found = BTreeMap::new();
        loop {
            let call = || storage.query_episodes(&query, &request);
            let page = match self.settle(false, call).await? {
                Ok(page) => page,
                Err(error) => {
                    self.refused("querying", &error);
                    return Ok(());
                }
            };
            for episode in page.items {
                let name = episode.external_id.as_ref().unwrap().as_str();
                found.insert(name.parse::<u32>().unwrap(), episode);
            }
            let Some(next) = page.next else { break };
            request = PageRequest::first(limit).unwrap().after(next);
        }
        let numbers: BTreeSet<u32> = found
            .keys()
            .chain(self.model.episodes.keys())
            .copied()
            .collect();
        for number in numbers {
            let held = self.model.episodes.get(&number).copied();
            self.compare(number, held, found.get(&number).map(Arc::as_ref));
        }
        match self
            .settle(false, || storage.count_episodes(&query))
            .await?
        {
            Ok(count) if count == self.model.episodes.len() as u64 => {}
            Ok(count) => self.wrong(format!(
                "{count} counted, not {}",
                self.model.episodes.len()
            )),
            Err(error) => drop(self.refused("counting", &error)),
        }
        Ok(())
    }

    /// The edges that begin at one of its own.
    pub(super) async fn read_edges(&mut self) -> Ended {
        let Some((number, _)) = self.any_number() else {
            return Ok(());
        };
        let query = RelationshipQuery {
            direction: Direction::Outgoing,
            ..RelationshipQuery::of(self.owner.namespace(), self.owner.id(number))
        };
        let storage = Arc::clone(&self.storage);
        let request = PageRequest::first(1_000).unwrap();
        let call = || storage.query_relationships(&query, &request);
        match self.settle(false, call).await? {
            Ok(page) => {
                let found: BTreeSet<_> = page.items.iter().map(|e| (e.kind(), e.to())).collect();
                let edges = self.model.edges.iter().filter(|(from, _)| *from == number);
                let right = edges.map(|(_, to)| (KIND, self.owner.id(*to))).collect();
                if found != right {
                    self.wrong(format!(
                        "edges of {number}: {right:?} stored, {found:?} read"
                    ));
                }
            }
            Err(error) => drop(self.refused("querying edges", &error)),
        }
        Ok(())
    }

    /// Its tag of the shared episode.
    pub(super) async fn read_tag(&mut self) -> Ended {
        let (storage, namespace) = (Arc::clone(&self.storage), shared::namespace());
        let board = shared::board(self.owner.task);
        let call = || storage.get_episode(&namespace, board);
        match self.settle(false, call).await? {
            Ok(found) => {
                let tag = shared::tag(self.owner);
                let seen = found.is_some_and(|board| board.tags.contains(&tag));
                if self.model.tag.is_some_and(|there| there != seen) {
                    self.wrong(format!("the tag {tag}: {seen} read, which it is not"));
                }
            }
            Err(error) => drop(self.refused("reading tags", &error)),
        }
        Ok(())
    }
}
