//! The histories of all processes against each other, and against what is stored.

use crate::episodes::Owner;
use crate::history::{Event, Line, Op, Outcome, read};
use crate::model::Model;
use crate::shared::COUNTERS;
use crate::worker::is_cached;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

mod order;
mod stored;

use order::Order;

/// Most complaints that are told.
const TOLD_MAX: usize = 30;

/// What is known of one task.
#[derive(Debug, Default)]
struct Known {
    model: Model,
    /// What it had begun when it was killed, and when.
    pending: Option<(u64, Op)>,
}

/// All histories, replayed.
#[derive(Debug, Default)]
pub struct Verdict {
    tasks: BTreeMap<Owner, Known>,
    /// How far each entry of a counter may have counted, by its slot and task.
    entries: BTreeMap<(u64, u64), BTreeSet<u64>>,
    orders: [Order; COUNTERS],
    /// The same as one process with a cache sees it: what others do may reach it late, what its own
    /// tasks do may not.
    cached: BTreeMap<(u64, u64, usize), Order>,
    pub done: u64,
    pub refused: BTreeMap<String, u64>,
    pub unknown: u64,
    wrong: Vec<String>,
}

impl Verdict {
    /// Replays the histories, those of one slot in the order of its lives.
    pub fn over(histories: &[PathBuf]) -> Self {
        let mut verdict = Self::default();
        for history in histories {
            read(history).for_each(|event| verdict.take(event));
        }
        let orders = verdict.orders.iter().chain(verdict.cached.values());
        let wrong = orders.flat_map(Order::violations);
        verdict.wrong.extend(wrong.collect::<Vec<_>>());
        verdict
    }

    pub fn complain(&mut self, complaint: impl Into<String>) {
        self.wrong.push(complaint.into());
    }

    /// What is wrong, in lines; empty if nothing is.
    pub fn complaints(&self) -> String {
        let mut lines = self
            .wrong
            .iter()
            .take(TOLD_MAX)
            .cloned()
            .collect::<Vec<_>>();
        if self.wrong.len() > TOLD_MAX {
            lines.push(format!("and {} more", self.wrong.len() - TOLD_MAX));
        }
        lines.join("\n")
    }

    fn take(&mut self, event: Event) {
        let owner = event.owner;
        match event.line {
            Line::Wrong(what) => self.complain(format!("{owner} at {}: {what}", event.at)),
            Line::Unknown(count) => self.unknown += count,
            Line::Begin(op) => {
                if let Op::Bump { value, .. } = op {
                    self.counts(owner, value);
                }
                self.tasks.entry(owner).or_default().pending = Some((event.at, op));
            }
            Line::End(outcome) => self.end(owner, event.at, &outcome),
        }
    }

    fn end(&mut self, owner: Owner, at: u64, outcome: &Outcome) {
        let known = self.tasks.entry(owner).or_default();
        let Some((began, op)) = known.pending.take() else {
            self.complain(format!("{owner}: an end without a beginning"));
            return;
        };
        known.model.conclude(&op, outcome);
        if let Outcome::Refused(why) = outcome {
            *self.refused.entry(why.clone()).or_default() += 1;
        } else {
            self.done += 1;
        }
        match (&op, outcome) {
            (Op::Bump { counter, value }, outcome) => {
                let refused = matches!(outcome, Outcome::Refused(_));
                let value = *value - u64::from(refused);
                self.entries
                    .insert((owner.slot, owner.task), [value].into());
                if let Outcome::Revision(revision) = outcome {
                    self.orders[*counter].changed(began, at, *revision);
                    let own = (owner.slot, owner.life, *counter);
                    let own = self.cached.entry(own).or_default();
                    own.changed(began, at, *revision);
                }
            }
            (Op::Look { counter }, Outcome::Revision(revision)) => {
                let order = if is_cached(owner.slot) {
                    let own = (owner.slot, owner.life, *counter);
                    self.cached.entry(own).or_default()
                } else {
                    &mut self.orders[*counter]
                };
                order.seen(began, *revision);
            }
            _ => {}
        }
    }

    /// A task begins to count to `value`: it has seen the value before it.
    fn counts(&mut self, owner: Owner, value: u64) {
        let entry = self.entries.entry((owner.slot, owner.task));
        let possible = entry.or_insert_with(|| [0].into());
        let seen = value - 1;
        if possible.contains(&seen) {
            *possible = [seen, value].into();
        } else {
            let text =
                format!("{owner} saw its entry at {seen}, which can be at {possible:?} only");
            self.complain(text);
        }
    }
}
