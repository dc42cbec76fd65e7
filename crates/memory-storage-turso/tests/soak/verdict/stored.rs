//! What the database holds in the end.

use super::{Known, Verdict};
use crate::episodes::Owner;
use crate::history::Op;
use crate::model::Model;
use crate::shared::{self, COUNTERS};
use memory_storage_turso::{
    Episode, EpisodeQuery, EpisodeStore, PageRequest, RelationshipQuery, RelationshipStore,
    TursoStorage,
};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What is stored of one task.
struct Found {
    episodes: BTreeMap<u32, Arc<Episode>>,
    edges: BTreeSet<(u32, u32)>,
    /// Episodes of which there are two.
    doubled: Vec<u32>,
    tag: bool,
}

impl Verdict {
    /// Compares all that is stored with all that was said.
    pub async fn compare(&mut self, storage: &TursoStorage, tasks: u64) {
        let (mut episodes, mut edges) = (COUNTERS as u64 + tasks, 0);
        let latest = self.latest_tags();
        let mut wrong = Vec::new();
        for (owner, known) in &self.tasks {
            let found = find(storage, *owner).await;
            episodes += found.episodes.len() as u64;
            edges += found.edges.len() as u64;
            wrong.extend(
                found
                    .doubled
                    .iter()
                    .map(|n| format!("{owner}: episode {n} is there twice")),
            );
            wrong.extend(differences(*owner, known, &found, latest.contains(owner)));
        }
        self.wrong.extend(wrong);
        let report = storage.check().await.unwrap();
        self.wrong
            .extend(report.problems.iter().map(ToString::to_string));
        if (report.episodes, report.relationships) != (episodes, edges) {
            self.complain(format!(
                "{} episodes and {} edges are stored, {episodes} and {edges} belong to somebody",
                report.episodes, report.relationships
            ));
        }
        self.compare_counters(storage).await;
    }

    /// The last lives, which alone say something about a tag.
    fn latest_tags(&self) -> BTreeSet<Owner> {
        let last: BTreeMap<_, Owner> = self
            .tasks
            .keys()
            .map(|owner| ((owner.slot, owner.task), *owner))
            .collect();
        last.into_values().collect()
    }

    async fn compare_counters(&mut self, storage: &TursoStorage) {
        for number in 0..COUNTERS {
            let namespace = shared::namespace();
            let counter = storage.get_episode(&namespace, shared::counter(number));
            let counter = counter.await.unwrap().unwrap();
            self.wrong.extend(shared::contradiction(&counter));
            let told = self.orders[number].highest();
            if counter.revision.get() < told {
                self.complain(format!(
                    "counter {number} is at {}, {told} was acknowledged",
                    counter.revision
                ));
            }
            let mine = self
                .entries
                .iter()
                .filter(|((_, task), _)| usize::try_from(*task).unwrap() % COUNTERS == number);
            let wrong = mine.filter_map(|((slot, task), possible)| {
                let owner = Owner {
                    slot: *slot,
                    life: 0,
                    task: *task,
                };
                let entry = shared::entry(&counter, owner);
                (!possible.contains(&entry)).then(|| {
                    format!(
                        "the entry {slot}.{task} is at {entry}, and can be at {possible:?} only"
                    )
                })
            });
            let wrong: Vec<_> = wrong.collect();
            self.wrong.extend(wrong);
        }
    }
}

/// How what is stored differs from what is known, whether a call at which the task was killed
/// was done or not.
fn differences(owner: Owner, known: &Known, found: &Found, with_tag: bool) -> Vec<String> {
    let without = differences_from(owner, &known.model, found, with_tag);
    let Some((_, op)) = &known.pending else {
        return without;
    };
    let mut done = known.model.clone();
    done.apply(op);
    if without.is_empty() || differences_from(owner, &done, found, with_tag).is_empty() {
        return Vec::new();
    }
    let mut told = without;
    told.push(format!("{owner}: and it was killed in {op:?}"));
    told
}

fn differences_from(owner: Owner, model: &Model, found: &Found, with_tag: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let numbers: BTreeSet<u32> = model
        .episodes
        .keys()
        .chain(found.episodes.keys())
        .copied()
        .collect();
    for number in numbers {
        let held = model.episodes.get(&number);
        let stored = found.episodes.get(&number);
        let right = held
            .zip(stored)
            .is_some_and(|(held, stored)| held.is(owner, number, stored));
        if !right {
            let stored = stored.map(|stored| (&stored.description, stored.revision));
            wrong.push(format!(
                "{owner}: episode {number} is {stored:?}, and should be {held:?}"
            ));
        }
    }
    if model.edges != found.edges {
        wrong.push(format!(
            "{owner}: edges {:?}, not {:?}",
            found.edges, model.edges
        ));
    }
    if let Some(there) = model.tag.filter(|there| with_tag && *there != found.tag) {
        wrong.push(format!("{owner}: its tag should be there: {there}"));
    }
    wrong
}

async fn find(storage: &TursoStorage, owner: Owner) -> Found {
    let mut found = Found {
        episodes: BTreeMap::new(),
        edges: BTreeSet::new(),
        doubled: Vec::new(),
        tag: false,
    };
    let query = EpisodeQuery::all(owner.namespace());
    let mut request = PageRequest::first(100).unwrap();
    let mut numbers = BTreeMap::new();
    loop {
        let page = storage.query_episodes(&query, &request).await.unwrap();
        for episode in page.items {
            let name = episode.external_id.as_ref().unwrap().as_str();
            let number: u32 = name.parse().unwrap();
            numbers.insert(episode.id, number);
            if found.episodes.insert(number, episode).is_some() {
                found.doubled.push(number);
            }
        }
        let Some(next) = page.next else { break };
        request = PageRequest::first(100).unwrap().after(next);
    }
    // A task has 24 episodes at most, so fewer edges than a page holds.
    let query = RelationshipQuery::all(owner.namespace());
    let request = PageRequest::first(1_000).unwrap();
    let edges = storage.query_relationships(&query, &request).await.unwrap();
    assert!(edges.next.is_none());
    let ends = edges
        .items
        .iter()
        .map(|edge| (numbers[&edge.from()], numbers[&edge.to()]));
    found.edges = ends.collect();
    let namespace = shared::namespace();
    let board = storage.get_episode(&namespace, shared::board(owner.task));
    let board = board.await.unwrap().unwrap();
    found.tag = board.tags.contains(&shared::tag(owner));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use memory_storage_turso::Revision;

    const OWNER: Owner = Owner {
        slot: 1,
        life: 0,
        task: 2,
    };

    fn found(numbers: &[(u32, u32, u64)]) -> Found {
        let episodes = numbers.iter().map(|(number, attempt, revision)| {
            let episode = OWNER.episode(*number, *attempt);
            let episode = episode.at_revision(Revision::new(*revision).unwrap());
            (*number, Arc::new(episode))
        });
        Found {
            episodes: episodes.collect(),
            edges: BTreeSet::new(),
            doubled: Vec::new(),
            tag: false,
        }
    }

    fn known(done: &[Op], pending: Option<Op>) -> Known {
        let mut model = Model::default();
        for op in done {
            model.apply(op);
        }
        Known {
            model,
            pending: pending.map(|op| (0, op)),
        }
    }

    #[test]
    fn what_is_lost_changed_twice_or_nobody_stored_is_found() {
        let known = known(&[Op::Put(vec![(1, 1), (2, 1)])], None);
        let count = |stored: &[_]| differences(OWNER, &known, &found(stored), true).len();
        assert_eq!(count(&[(1, 1, 1), (2, 1, 1)]), 0);
        assert_eq!(count(&[(1, 1, 1)]), 1);
        assert_eq!(count(&[(1, 1, 2), (2, 1, 1)]), 1);
        assert_eq!(count(&[(1, 1, 1), (2, 2, 1)]), 1);
        assert_eq!(count(&[(1, 1, 1), (2, 1, 1), (3, 1, 1)]), 1);
    }

    #[test]
    fn a_call_in_which_it_was_killed_is_whole_or_absent() {
        let known = known(&[], Some(Op::Put(vec![(1, 1), (2, 1)])));
        let count = |stored: &[_]| differences(OWNER, &known, &found(stored), true).len();
        assert_eq!(count(&[]), 0);
        assert_eq!(count(&[(1, 1, 1), (2, 1, 1)]), 0);
        assert!(count(&[(1, 1, 1)]) > 0);
    }
}
