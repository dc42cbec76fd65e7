use std::fmt;
use std::time::{Duration, Instant};

use crate::cpu_time;

/// Compares several ways of doing the same thing within one run.
///
/// Every round runs each side once, and every round begins with another side,
/// so that a machine that slows down slows down all of them alike. Ratios are
/// taken within a round; the report has their median, with the first side as 1, and how far the
/// middle half of them lies around it.
pub struct Sides<'a> {
    name: String,
    rounds: usize,
    operations: u32,
    entries: Vec<Side<'a>>,
}

struct Side<'a> {
    name: String,
    run: Box<dyn FnMut() -> Sample + 'a>,
    samples: Vec<Sample>,
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    wall: Duration,
    cpu: Duration,
}

impl<'a> Sides<'a> {
    /// A comparison without sides: 20 rounds of one operation each.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            rounds: 20,
            operations: 1,
            entries: Vec::new(),
        }
    }

    /// How many rounds are measured, at least 1. One more goes before, to warm up.
    #[must_use]
    pub fn rounds(mut self, rounds: usize) -> Self {
        self.rounds = rounds.max(1);
        self
    }

    /// How many operations one run of a side does, at least 1; times are
    /// reported for one.
    #[must_use]
    pub fn operations(mut self, operations: u32) -> Self {
        self.operations = operations.max(1);
        self
    }

    /// Adds a side. What must not be measured is to be done before, or in
    /// whatever drops later than `run` returns.
    #[must_use]
    pub fn side(self, name: &str, mut run: impl FnMut() + 'a) -> Self {
        self.push(name, move || {
            let (begin, cpu) = (Instant::now(), cpu_time());
            run();
            Sample {
                wall: begin.elapsed(),
                cpu: cpu_time().saturating_sub(cpu),
            }
        })
    }

    /// Adds a side that measures itself, since another process does its work: `run` returns the
    /// time and the processor time that it took.
    #[must_use]
    pub fn measured_side(
        self,
        name: &str,
        mut run: impl FnMut() -> (Duration, Duration) + 'a,
    ) -> Self {
        self.push(name, move || {
            let (wall, cpu) = run();
            Sample { wall, cpu }
        })
    }

    fn push(mut self, name: &str, run: impl FnMut() -> Sample + 'a) -> Self {
        self.entries.push(Side {
            name: name.to_owned(),
            run: Box::new(run),
            samples: Vec::new(),
        });
        self
    }

    /// Runs all rounds.
    pub fn run(mut self) -> Report {
        self.round(0);
        self.entries
            .iter_mut()
            .for_each(|side| side.samples.clear());
        for round in 0..self.rounds {
            self.round(round);
        }
        let base = self
            .entries
            .first()
            .map(|side| side.samples.clone())
            .unwrap_or_default();
        let rows = self
            .entries
            .iter()
            .map(|side| side.row(&base, self.operations))
            .collect();
        Report {
            name: self.name,
            rows,
        }
    }

    fn round(&mut self, round: usize) {
        let first = round % self.entries.len().max(1);
        let (late, early) = self.entries.split_at_mut(first);
        early.iter_mut().chain(late).for_each(Side::measure);
    }
}

impl fmt::Debug for Sides<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.entries.iter().map(|side| &side.name).collect();
        f.debug_struct("Sides")
            .field("name", &self.name)
            .field("sides", &names)
            .finish()
    }
}

impl Side<'_> {
    fn measure(&mut self) {
        let sample = (self.run)();
        self.samples.push(sample);
    }

    fn row(&self, base: &[Sample], operations: u32) -> Row {
        let ratios = |of: fn(&Sample) -> Duration| -> Vec<f64> {
            let pairs = self.samples.iter().zip(base);
            pairs
                .map(|(own, first)| share(of(own), of(first)))
                .collect()
        };
        let one = |of: fn(&Sample) -> Duration| {
            let seconds = median(
                self.samples
                    .iter()
                    .map(|sample| of(sample).as_secs_f64())
                    .collect(),
            );
            Duration::from_secs_f64(seconds).div_f64(f64::from(operations))
        };
        Row {
            name: self.name.clone(),
            wall: one(|sample| sample.wall),
            wall_ratio: median(ratios(|sample| sample.wall)),
            cpu: one(|sample| sample.cpu),
            cpu_ratio: median(ratios(|sample| sample.cpu)),
            spread: spread(ratios(|sample| sample.cpu)),
        }
    }
}

fn share(own: Duration, first: Duration) -> f64 {
    own.as_secs_f64() / first.as_secs_f64().max(1e-9)
}

/// The middle of the values, the upper one of two; 0 when there is none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Half the distance between the quartiles, as a share of the median; 0 when there is none.
fn spread(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let quarter = |nth: usize| values.get(values.len() * nth / 4).copied().unwrap_or(0.0);
    let middle = quarter(2);
    if middle > 0.0 {
        (quarter(3) - quarter(1)) / 2.0 / middle
    } else {
        0.0
    }
}

/// What a comparison found. `Display` gives a Markdown table.
#[derive(Debug, Clone)]
pub struct Report {
    name: String,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Row {
    name: String,
    wall: Duration,
    wall_ratio: f64,
    cpu: Duration,
    cpu_ratio: f64,
    spread: f64,
}

impl Report {
    /// The median time of one operation of a side.
    pub fn time(&self, side: &str) -> Option<Duration> {
        self.rows
            .iter()
            .find(|row| row.name == side)
            .map(|row| row.wall)
    }

    /// How long a side takes, with the first side as 1.
    pub fn ratio(&self, side: &str) -> Option<f64> {
        self.rows
            .iter()
            .find(|row| row.name == side)
            .map(|row| row.wall_ratio)
    }

    /// How much processor time a side takes, with the first side as 1.
    pub fn cpu_ratio(&self, side: &str) -> Option<f64> {
        let mut rows = self.rows.iter();
        rows.find(|row| row.name == side).map(|row| row.cpu_ratio)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| {} | time | ratio | CPU | ratio | spread |", self.name)?;
        writeln!(f, "|---|--:|--:|--:|--:|--:|")?;
        for row in &self.rows {
            let Row {
                name,
                wall,
                wall_ratio,
                cpu,
                cpu_ratio,
                spread,
            } = row;
            let spread = spread * 100.0;
            writeln!(
                f,
                "| {name} | {wall:.2?} | {wall_ratio:.2} | {cpu:.2?} | {cpu_ratio:.2} | {spread:.0} % |"
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    #[test]
    fn sides_take_turns_at_being_first() {
        let order = RefCell::new(String::new());
        let note = |letter| order.borrow_mut().push(letter);
        let sides = Sides::new("x").rounds(3);
        let sides = sides
            .side("a", || note('a'))
            .side("b", || note('b'))
            .side("c", || note('c'));
        drop(sides.run());
        assert_eq!(order.into_inner(), "abcabcbcacab");
    }

    #[test]
    fn ratios_are_those_of_the_rounds() {
        let sample = |millis| Sample {
            wall: Duration::from_millis(millis),
            cpu: Duration::ZERO,
        };
        let base = [10, 20, 40].map(sample);
        let side = Side {
            name: "b".into(),
            run: Box::new(|| sample(0)),
            samples: [30, 60, 40].map(sample).into(),
        };
        let row = side.row(&base, 10);
        assert!((row.wall_ratio - 3.0).abs() < 1e-9);
        assert_eq!(row.wall, Duration::from_millis(4));
        assert!(row.cpu_ratio.abs() < 1e-9);
    }

    #[test]
    fn what_another_process_measured_is_taken_as_it_is() {
        let millis = Duration::from_millis;
        let report = Sides::new("x")
            .rounds(3)
            .operations(10)
            .measured_side("a", || (millis(20), millis(10)))
            .measured_side("b", || (millis(60), millis(40)))
            .run();
        assert_eq!(report.time("b"), Some(millis(6)));
        assert_eq!(report.ratio("b"), Some(3.0));
        assert_eq!(report.cpu_ratio("b"), Some(4.0));
    }

    #[test]
    fn the_spread_is_that_of_the_middle_half() {
        assert!(spread(vec![]).abs() < 1e-9);
        assert!(spread(vec![2.0; 8]).abs() < 1e-9);
        let values = vec![100.0, 1.0, 9.0, 10.0, 11.0, 12.0, 8.0, 0.0];
        assert!((spread(values) - 0.2).abs() < 1e-9);
    }

    #[test]
    fn a_report_is_a_table_with_the_first_side_as_one() {
        let report = Sides::new("sum")
            .rounds(2)
            .side("one", || ())
            .side("two", || ())
            .run();
        let text = report.to_string();
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(
            text.contains("| sum |") && text.contains("| two |"),
            "{text}"
        );
        assert_eq!(report.ratio("one"), Some(1.0));
        assert!(report.cpu_ratio("two").is_some() && report.cpu_ratio("three").is_none());
        assert!(report.time("two").is_some() && report.time("three").is_none());
    }
}
