use crate::check::{finite, list};
use crate::name::check_short;
use crate::{Result, limits::LIST_ENTRIES_MAX};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How an episode ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// The task was done.
    Success {
        /// The judgement in words; may be empty.
        #[serde(default)]
        verdict: String,
        /// What was made: paths, links, names.
        #[serde(default)]
        artifacts: Vec<String>,
    },
    /// Some of the task was done.
    Partial {
        /// The judgement in words; may be empty.
        #[serde(default)]
        verdict: String,
        /// What is done.
        #[serde(default)]
        completed: Vec<String>,
        /// What failed.
        #[serde(default)]
        failed: Vec<String>,
    },
    /// The task was not done.
    Failure {
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
}

/// What an episode can be queried by: its outcome without the words, or that it still runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeKind {
    /// No outcome yet.
    Running,
    /// [`Outcome::Success`].
    Success,
    /// [`Outcome::Partial`].
    Partial,
    /// [`Outcome::Failure`].
    Failure,
}

impl Outcome {
    /// A success with a verdict and nothing else.
    pub fn success(verdict: impl Into<String>) -> Self {
        Self::Success {
            verdict: verdict.into(),
            artifacts: Vec::new(),
        }
    }

    /// A partial success with a verdict and nothing else.
    pub fn partial(verdict: impl Into<String>) -> Self {
        Self::Partial {
            verdict: verdict.into(),
            completed: Vec::new(),
            failed: Vec::new(),
        }
    }

    /// A failure with its reason.
    pub fn failure(reason: impl Into<String>) -> Self {
        Self::Failure {
            reason: reason.into(),
        }
    }

    /// The outcome without the words.
    pub const fn kind(&self) -> OutcomeKind {
        match self {
            Self::Success { .. } => OutcomeKind::Success,
            Self::Partial { .. } => OutcomeKind::Partial,
            Self::Failure { .. } => OutcomeKind::Failure,
        }
    }

    /// The verdict or the reason.
    pub fn text(&self) -> &str {
        match self {
            Self::Success { verdict, .. } | Self::Partial { verdict, .. } => verdict,
            Self::Failure { reason } => reason,
        }
    }

    fn lists(&self) -> [&[String]; 2] {
        match self {
            Self::Success { artifacts, .. } => [artifacts, &[]],
            Self::Partial {
                completed, failed, ..
            } => [completed, failed],
            Self::Failure { .. } => [&[], &[]],
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        self.lists()
            .iter()
            .try_for_each(|entries| list("a list of the outcome", entries.len()))
    }

    pub(crate) fn size_bytes(&self) -> usize {
        self.text().len() + 32 + self.lists().into_iter().map(texts_bytes).sum::<usize>()
    }
}

pub(crate) fn texts_bytes(texts: &[String]) -> usize {
    texts.iter().map(|text| text.len() + 16).sum()
}

/// What an attempt was worth: a total, and what it is made of where that is known.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RewardScore {
    /// The whole reward; finite.
    pub total: f64,
    /// Its parts by name, for instance `efficiency`; finite, at most 1,000.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub components: BTreeMap<String, f64>,
}

const COMPONENT_BYTES_MAX: usize = 128;

impl RewardScore {
    /// A total without components.
    pub const fn new(total: f64) -> Self {
        Self {
            total,
            components: BTreeMap::new(),
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        finite("the reward", self.total)?;
        crate::check::at_most(
            "the reward",
            self.components.len(),
            LIST_ENTRIES_MAX,
            "components",
        )?;
        self.components.iter().try_for_each(|(name, value)| {
            check_short("a reward component's name", name, COMPONENT_BYTES_MAX)?;
            finite("a reward component", *value)
        })
    }

    pub(crate) fn size_bytes(&self) -> usize {
        32 + self
            .components
            .keys()
            .map(|name| name.len() + 24)
            .sum::<usize>()
    }
}
