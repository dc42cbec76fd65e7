//! What one task does: it decides by its dice, writes down, calls, and compares.

use crate::dice;
use crate::episodes::Owner;
use crate::history::{History, Line, Op, Outcome};
use crate::model::{Held, Model};
use memory_storage_turso::{Error, ErrorKind, Result, StorageBackend};
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};
use testkit::Dice;

mod calls;
mod reads;

/// A call that has not succeeded for so long never will.
const PATIENCE: Duration = Duration::from_mins(2);

/// Most episodes that a task keeps, so that the database stops growing.
const OWNED_MAX: usize = 24;

/// Somebody who owns some episodes, and shares others.
pub struct Task {
    storage: Arc<dyn StorageBackend>,
    history: Arc<History>,
    owner: Owner,
    dice: Dice,
    model: Model,
    numbers: u32,
    attempts: u32,
    /// How far its entry has counted, once it is known.
    counted: Option<u64>,
    unknown: u64,
}

/// A call did not come to an end: what it did is not known, and the task cannot go on.
pub struct Stuck;

impl Task {
    pub fn new(
        storage: Arc<dyn StorageBackend>,
        history: Arc<History>,
        owner: Owner,
        seed: u64,
    ) -> Self {
        Self {
            storage,
            history,
            owner,
            dice: dice(seed, &[owner.slot, owner.life, owner.task]),
            model: Model::default(),
            numbers: 0,
            attempts: 0,
            counted: None,
            unknown: 0,
        }
    }

    /// One operation, whichever the dice say.
    pub async fn step(&mut self) -> std::result::Result<(), Stuck> {
        match self.dice.below(100) {
            0..30 => self.put().await,
            30..38 => self.drop_some().await,
            38..53 => self.bump().await,
            53..60 => self.look().await,
            60..67 => self.toggle_tag().await,
            67..75 => self.link().await,
            75..87 => self.read_one().await,
            87..93 => self.read_all().await,
            93..97 => self.read_edges().await,
            _ => self.read_tag().await,
        }
    }

    /// Says how often a call ended without an outcome.
    pub fn finish(self) {
        self.say(Line::Unknown(self.unknown));
    }

    fn say(&self, line: Line) {
        self.history.say(self.owner, line);
    }

    fn wrong(&self, what: impl Into<String>) {
        self.say(Line::Wrong(what.into()));
    }

    /// An episode that it owns.
    fn any_number(&mut self) -> Option<(u32, Held)> {
        let count = self.model.episodes.len() as u64;
        let nth = usize::try_from(self.dice.below(count)).unwrap();
        let nth = self.model.episodes.iter().nth(nth);
        nth.map(|(number, held)| (*number, *held))
    }

    /// Writes down what is begun, and gives it back.
    fn begin(&self, op: Op) -> Op {
        self.say(Line::Begin(op.clone()));
        op
    }

    /// Writes down how it ended, and remembers it.
    fn end(&mut self, op: &Op, outcome: Outcome) {
        self.model.conclude(op, &outcome);
        self.say(Line::End(outcome));
    }

    /// Calls until the outcome is known, and sometimes until there is success. An error means that
    /// nothing was done, unless something was `unknown` already.
    async fn settle<T, F>(
        &mut self,
        mut unknown: bool,
        call: impl Fn() -> F,
    ) -> std::result::Result<Result<T>, Stuck>
    where
        F: Future<Output = Result<T>>,
    {
        let began = Instant::now();
        loop {
            let error = match call().await {
                Ok(value) => return Ok(Ok(value)),
                Err(error) => error,
            };
            if error.kind() == ErrorKind::OutcomeUnknown {
                unknown = true;
                self.unknown += 1;
            } else if !error.is_retryable() || (!unknown && self.dice.percent(50)) {
                return Ok(Err(error));
            }
            if began.elapsed() > PATIENCE {
                self.wrong(format!("no success for {PATIENCE:?}: {}", told(&error)));
                return Err(Stuck);
            }
            let pause = Duration::from_millis(self.dice.between(1, 50));
            tokio::time::sleep(pause).await;
        }
    }

    /// An error that is no surprise while things go wrong is a refusal; another is wrong.
    fn refused(&self, doing: &str, error: &Error) -> Outcome {
        if !error.is_retryable() {
            self.wrong(format!("{doing}: {}", told(error)));
        }
        Outcome::Refused(format!("{:?}", error.kind()))
    }
}

/// An error with all its causes.
fn told(error: &Error) -> String {
    let mut text = format!("{:?}: {error}", error.kind());
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
