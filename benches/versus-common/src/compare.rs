//! Sides that take turns with one order.

use std::cell::RefCell;

use crate::places::short;
use crate::{Answer, Child, Measured, Memory, Order, Report, Sides, figure};

/// What can be asked to do something and to measure it.
pub trait Side {
    /// Does it, and says what it took.
    fn order(&mut self, order: Order) -> Answer;
}

impl Side for Child {
    fn order(&mut self, order: Order) -> Answer {
        Child::order(self, order)
    }
}

impl<M: Memory> Side for Measured<M> {
    fn order(&mut self, order: Order) -> Answer {
        Measured::order(self, order)
    }
}

/// What came of a comparison.
pub struct Compared {
    name: String,
    report: Report,
    order: Order,
    /// Of every round, for every side.
    answers: Vec<(String, Vec<Answer>)>,
}

/// Gives all sides the same order in turns, so often and once more before, and prints the table. The
/// first side is 1.
pub fn compare(
    name: &str,
    rounds: usize,
    order: Order,
    sides: &mut [(&str, &mut dyn Side)],
) -> Compared {
    let answers: Vec<_> = sides.iter().map(|_| RefCell::new(Vec::new())).collect();
    let times = u32::try_from(order.times()).expect("a small number");
    let mut all = Sides::new(name).rounds(rounds).operations(times);
    let mut names = Vec::new();
    for ((side, subject), answers) in sides.iter_mut().zip(&answers) {
        names.push((*side).to_owned());
        all = all.measured_side(side, move || {
            let answer = subject.order(order);
            let time = (answer.wall, answer.cpu);
            answers.borrow_mut().push(answer);
            time
        });
    }
    let report = all.run();
    println!("{report}");
    let answers = answers.into_iter().map(|answers| {
        let mut answers = answers.into_inner();
        answers.remove(0); // It only warmed up.
        answers
    });
    let compared = Compared {
        name: name.to_owned(),
        report,
        order,
        answers: names.into_iter().zip(answers).collect(),
    };
    compared.errors();
    compared
}

impl Compared {
    /// How many errors there were, of all rounds.
    fn errors(&self) {
        for (side, answers) in &self.answers {
            let errors: usize = answers.iter().map(|answer| answer.errors).sum();
            let of = match self.order.work {
                crate::Work::Batch => answers.len(),
                _ => self.order.times() * answers.len(),
            };
            if errors > 0 || self.order.tasks > 1 {
                figure(
                    &format!("{}, errors of {side}", self.name),
                    errors as f64,
                    &format!("of {of}"),
                );
            }
            if let Some(answer) = answers.iter().find(|answer| !answer.first.is_empty()) {
                println!("the first error of {side}: {}", answer.first);
            }
        }
    }

    /// Prints how many a second each side does.
    pub fn each(&self) -> &Self {
        for (name, _) in &self.answers {
            let time = self.report.time(name).expect("a side").as_secs_f64();
            figure(&format!("{}, {name}", self.name), 1.0 / time, "episodes/s");
        }
        self
    }

    /// Prints how many times as many `side` does in a time as each other one.
    pub fn rates(&self, side: &str) -> &Self {
        for other in self.others(side) {
            let name = format!("{}, {side} to {other}", self.name);
            ratios(
                &name,
                self.pairs(other, side, |answer| answer.wall.as_secs_f64()),
                "times as many",
            );
        }
        self
    }

    /// Prints the median time of one operation of each side.
    pub fn each_median(&self) -> &Self {
        let seconds = |answer: &Answer| answer.median.as_secs_f64();
        for (name, answers) in &self.answers {
            let p50 = middle(answers.iter().map(seconds).collect());
            figure(&format!("{}, p50 of {name}", self.name), p50 * 1e6, "µs");
        }
        self
    }

    /// Prints which share of every other's median time of one operation `side` takes.
    pub fn medians(&self, side: &str) -> &Self {
        let seconds = |answer: &Answer| answer.median.as_secs_f64();
        for other in self.others(side) {
            let name = format!("{}, p50 of {side} to {other}", self.name);
            ratios(&name, self.pairs(side, other, seconds), "×");
        }
        self
    }

    /// Prints which share of every other's time `side` takes.
    pub fn means(&self, side: &str) -> &Self {
        for other in self.others(side) {
            let name = format!("{}, time of {side} to {other}", self.name);
            ratios(
                &name,
                self.pairs(side, other, |answer| answer.wall.as_secs_f64()),
                "×",
            );
        }
        self
    }

    /// Prints which share of every other's processor time `side` takes.
    pub fn shares(&self, side: &str) -> &Self {
        for other in self.others(side) {
            let name = format!("{}, CPU of {side} to {other}", self.name);
            ratios(
                &name,
                self.pairs(side, other, |answer| answer.cpu.as_secs_f64()),
                "×",
            );
        }
        self
    }

    fn others<'a>(&'a self, side: &'a str) -> impl Iterator<Item = &'a str> {
        let names = self.answers.iter().map(|(name, _)| name.as_str());
        names.filter(move |name| *name != side)
    }

    /// What `of` says of `above`, divided by what it says of `below`, in every round.
    fn pairs(&self, above: &str, below: &str, of: impl Fn(&Answer) -> f64) -> Vec<f64> {
        let find = |side: &str| {
            let mut answers = self.answers.iter();
            let (_, answers) = answers.find(|(name, _)| name == side).expect("a side");
            answers
        };
        let pairs = find(above).iter().zip(find(below));
        pairs
            .map(|(above, below)| of(above) / of(below).max(1e-9))
            .collect()
    }
}

/// The median of the ratios, the least and the greatest.
fn ratios(name: &str, mut values: Vec<f64>, unit: &str) {
    values.sort_by(f64::total_cmp);
    let least = values.first().copied().unwrap_or(0.0);
    let most = values.last().copied().unwrap_or(0.0);
    let unit = format!("{unit} ({} to {})", short(least), short(most));
    figure(name, middle(values), &unit);
}

/// The middle of the values, the upper one of two; 0 when there is none.
fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
