//! What a process is asked to do and measure, and what it answers: a line each.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Stores new episodes in one batch.
    Batch,
    /// Stores new episodes one after another.
    Store,
    /// Reads every one of the first stored episodes once.
    Each,
    /// Reads stored episodes in any order, and times each of them.
    Get,
    /// The same without a clock for each: for what takes less than a microsecond.
    Hit,
    /// The 20 newest episodes of one type of task, again and again.
    Page,
    /// The 20 newest episodes of one agent, which is in their metadata.
    Search,
}

const WORKS: [(&str, Work); 7] = [
    ("batch", Work::Batch),
    ("store", Work::Store),
    ("each", Work::Each),
    ("get", Work::Get),
    ("hit", Work::Hit),
    ("page", Work::Page),
    ("search", Work::Search),
];

/// Work for so many tasks at once, so many times for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub work: Work,
    pub tasks: usize,
    pub each: usize,
    /// Reads keep to so many of the episodes that were stored first.
    pub span: usize,
}

impl Order {
    /// `work` so many times, by one task.
    pub fn new(work: Work, each: usize) -> Self {
        Self {
            work,
            tasks: 1,
            each,
            span: usize::MAX,
        }
    }

    /// The same by so many tasks at once.
    #[must_use]
    pub fn tasks(mut self, tasks: usize) -> Self {
        self.tasks = tasks;
        self
    }

    /// The same among the first `span` of the stored episodes.
    #[must_use]
    pub fn among(mut self, span: usize) -> Self {
        self.span = span;
        self
    }

    /// How often the work is done in all.
    pub fn times(&self) -> usize {
        self.tasks * self.each
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, _) = WORKS[self.work as usize];
        write!(f, "{name} {} {} {}", self.tasks, self.each, self.span)
    }
}

impl FromStr for Order {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let wrong = || format!("not an order: {line:?}");
        let mut words = line.split_whitespace();
        let name = words.next().ok_or_else(wrong)?;
        let work = WORKS.iter().find(|(known, _)| *known == name);
        let (_, work) = *work.ok_or_else(wrong)?;
        let mut number = || {
            words
                .next()
                .and_then(|word| word.parse().ok())
                .ok_or_else(wrong)
        };
        Ok(Self {
            work,
            tasks: number()?,
            each: number()?,
            span: number()?,
        })
    }
}

/// What an order took.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub wall: Duration,
    /// Of the whole process.
    pub cpu: Duration,
    /// The median of one operation, where each was timed.
    pub median: Duration,
    pub errors: usize,
    /// What the first of them said.
    pub first: String,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = [self.wall, self.cpu, self.median];
        let [wall, cpu, median] = times.map(|time| time.as_nanos());
        let first = self.first.replace('\n', " ");
        write!(f, "{wall} {cpu} {median} {} {first}", self.errors)
    }
}

impl FromStr for Answer {
    type Err = String;

    fn from_str(line: &str) -> Result<Self, String> {
        let wrong = || format!("not an answer: {line:?}");
        let mut words = line.trim_end().splitn(5, ' ');
        let mut number = || {
            words
                .next()
                .and_then(|word| word.parse().ok())
                .ok_or_else(wrong)
        };
        let [wall, cpu, median, errors] = [number()?, number()?, number()?, number()?];
        Ok(Self {
            wall: Duration::from_nanos(wall),
            cpu: Duration::from_nanos(cpu),
            median: Duration::from_nanos(median),
            errors: usize::try_from(errors).map_err(|_| wrong())?,
            first: words.next().unwrap_or_default().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_survives_the_pipe() {
        for (_, work) in WORKS {
            let order = Order::new(work, 200).tasks(16).among(100);
            assert_eq!(order.to_string().parse(), Ok(order));
        }
        assert!("steal 1 2 3".parse::<Order>().is_err());
        assert!("get 1".parse::<Order>().is_err());
    }

    #[test]
    fn an_answer_survives_the_pipe() {
        let answer = Answer {
            wall: Duration::from_nanos(12),
            cpu: Duration::from_nanos(7),
            median: Duration::from_nanos(3),
            errors: 2,
            first: "database is locked".to_owned(),
        };
        assert_eq!(answer.to_string().parse(), Ok(answer));
        let fine = Answer::default();
        assert_eq!(fine.to_string().parse(), Ok(fine));
    }
}
