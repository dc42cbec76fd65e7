//! What was asked and answered, written down before and after, so that a killed process tells too.

use crate::episodes::Owner;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;

/// Nanoseconds of a clock that all processes of the machine share and that never goes back.
pub fn now() -> u64 {
    let time = clock_gettime(ClockId::Monotonic);
    let nanos = time.tv_sec * 1_000_000_000 + time.tv_nsec;
    nanos.try_into().unwrap()
}

/// Something that a task wants to be done to the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    /// Stores episodes of its own by their numbers, as these attempts make them.
    Put(Vec<(u32, u32)>),
    /// Deletes episodes of its own.
    Drop(Vec<u32>),
    /// Adds or removes an edge between two episodes of its own.
    Link { from: u32, to: u32, there: bool },
    /// Sets its entry of a shared counter to a value one above the last one.
    Bump { counter: usize, value: u64 },
    /// Reads a shared counter.
    Look { counter: usize },
    /// Adds or removes its tag of a shared episode.
    Tag { there: bool },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Done,
    /// A shared counter has, or was seen to have, this revision.
    Revision(u64),
    /// An error that promises that nothing was stored.
    Refused(String),
}

/// A line of a history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    Begin(Op),
    End(Outcome),
    /// Something that must never happen.
    Wrong(String),
    /// So many times a call ended without a known outcome, and was repeated.
    Unknown(u64),
}

/// A line, of whom and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub owner: Owner,
    pub at: u64,
    pub line: Line,
}

/// The history of one process.
#[derive(Debug)]
pub struct History(File);

impl History {
    pub fn create(path: &Path) -> std::io::Result<Self> {
        File::options()
            .create(true)
            .append(true)
            .open(path)
            .map(Self)
    }

    /// Writes a line. It is with the system on return, and no kill takes it back.
    pub fn say(&self, owner: Owner, line: Line) {
        let event = Event {
            owner,
            at: now(),
            line,
        };
        let mut text = serde_json::to_string(&event).unwrap();
        text.push('\n');
        // One call, so that the lines of two tasks do not mix.
        (&self.0).write_all(text.as_bytes()).unwrap();
    }
}

/// Every whole line of a history; a kill may have cut the last one off.
pub fn read(path: &Path) -> impl Iterator<Item = Event> {
    let lines = BufReader::new(File::open(path).unwrap()).lines();
    lines.map_while(|line| serde_json::from_str(&line.ok()?).ok())
}
