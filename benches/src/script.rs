use memory_core::{ExecutionStep, StepStatus};
use serde_json::{Value, json};

use crate::Dice;
use crate::words::{CONDITIONS, LEVELS, MODULES, NOUNS, THOUGHTS, VERBS};

/// What a step's tool prints.
type Output = fn(&mut Scene) -> String;

/// The tools in the order in which they are used, what is asked of them, and
/// how a line of their output looks.
pub(crate) const STEPS: [(&str, &str, Output); 10] = [
    ("search", "find the place", Scene::hit),
    ("read_file", "read it", Scene::code),
    ("run_tests", "reproduce the failure", Scene::log),
    ("read_file", "read the caller", Scene::code),
    ("shell", "look at the history", Scene::commit),
    ("edit_file", "change it", Scene::change),
    ("run_tests", "try the change", Scene::log),
    ("edit_file", "correct the change", Scene::change),
    ("run_tests", "try again", Scene::log),
    ("finish", "sum up", Scene::sentence),
];

/// The surroundings of one episode, from which its texts are made.
pub(crate) struct Scene {
    pub(crate) dice: Dice,
    pub(crate) module: &'static str,
    pub(crate) ending: &'static str,
}

impl Scene {
    /// The step at `index`, with an observation of at least `bytes` bytes.
    pub(crate) fn step(&mut self, index: usize, bytes: usize) -> ExecutionStep {
        let Some((tool, action, line)) = STEPS.get(index % STEPS.len()) else {
            return ExecutionStep::default();
        };
        let status = self.status(tool);
        let mut step = ExecutionStep::new(*tool, *action).ended(status, self.text(*line, bytes));
        step.thought = Some(format!("{} {}", self.dice.pick(THOUGHTS), self.sentence()));
        step.arguments = Some(self.arguments());
        step.tokens = Some(self.dice.between(80, 1_900));
        step
    }

    fn status(&mut self, tool: &str) -> StepStatus {
        match tool {
            "run_tests" if self.dice.percent(40) => StepStatus::Error,
            "shell" if self.dice.percent(5) => StepStatus::Timeout,
            _ => StepStatus::Success,
        }
    }

    fn arguments(&mut self) -> Value {
        json!({ "path": self.path(), "line": self.dice.between(1, 900), "query": self.name() })
    }

    /// Lines until there are so many bytes.
    fn text(&mut self, line: Output, bytes: usize) -> String {
        let mut text = String::new();
        while text.len() < bytes {
            text.push_str(&line(self));
            text.push('\n');
        }
        text
    }

    pub(crate) fn sentence(&mut self) -> String {
        let (noun, verb) = (self.dice.pick(NOUNS), self.dice.pick(VERBS));
        let (other, when) = (self.name(), self.dice.pick(CONDITIONS));
        format!(
            "the {noun} of {}, which {verb} {other} {when}.",
            self.module
        )
    }

    fn name(&mut self) -> String {
        let (a, b) = (self.dice.pick(NOUNS), self.dice.pick(NOUNS));
        if self.dice.percent(50) {
            format!("{a}_{b}")
        } else {
            format!("{}_{a}", self.module)
        }
    }

    fn path(&mut self) -> String {
        let (folder, file) = (self.dice.pick(MODULES), self.name());
        format!("src/{folder}/{file}.{}", self.ending)
    }

    fn hit(&mut self) -> String {
        format!(
            "{}:{}: {}",
            self.path(),
            self.dice.between(1, 900),
            self.code()
        )
    }

    fn code(&mut self) -> String {
        let (a, b, c) = (self.name(), self.name(), self.name());
        match self.dice.below(5) {
            0 => format!("    let {a} = {b}.{}({c})?;", self.dice.pick(VERBS)),
            1 => format!(
                "    if {a}.len() > {} {{ return Err({b}); }}",
                self.dice.below(512)
            ),
            2 => format!("fn {a}({b}: &str, {c}: u64) {{"),
            3 => format!("    // {}", self.sentence()),
            _ => format!("    self.{a}.insert({b}, {});", self.dice.below(10_000)),
        }
    }

    fn change(&mut self) -> String {
        let sign = self.dice.pick(&["-", "+", "+", " "]);
        format!("{sign}{}", self.code())
    }

    fn commit(&mut self) -> String {
        let hash = self.dice.bits() >> 36;
        let what = self.sentence();
        format!("{hash:07x} {}: {what}", self.module)
    }

    fn log(&mut self) -> String {
        let level = self.dice.pick(LEVELS);
        let (minute, micros) = (self.dice.below(60), self.dice.below(1_000_000));
        let what = if self.dice.percent(30) {
            self.sentence()
        } else {
            self.name()
        };
        let took = self.dice.between(1, 4_000);
        format!(
            "12:{minute:02}:07.{micros:06} {level} {}: {what} took={took}us",
            self.module
        )
    }
}
