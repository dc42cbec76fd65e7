use crate::check::{at_most, ids_len, list};
use crate::limits::{PATTERN_BYTES_MAX, SOURCE_EPISODES_MAX};
use crate::outcome::texts_bytes;
use crate::{
    Domain, EpisodeId, Error, Namespace, PatternId, Result, Revision, TaskType, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Deref;

/// A number from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Ratio(f64);

impl Ratio {
    /// Checks `value`.
    ///
    /// # Errors
    /// `Misuse` unless it is a number from 0 to 1.
    pub fn new(value: f64) -> Result<Self> {
        if (0.0..=1.0).contains(&value) {
            return Ok(Self(value));
        }
        Err(Error::misuse("a ratio is a number from 0 to 1"))
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Ratio {
    type Error = Error;

    fn try_from(value: f64) -> Result<Self> {
        Self::new(value)
    }
}

impl From<Ratio> for f64 {
    fn from(ratio: Ratio) -> Self {
        ratio.0
    }
}

/// What was learnt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Lesson {
    /// Tools that work well one after the other.
    ToolSequence {
        /// The tools, in order.
        tools: Vec<String>,
    },
    /// What to do when something holds.
    DecisionPoint {
        /// What holds.
        condition: String,
        /// What to do then.
        action: String,
        /// What else was considered.
        #[serde(default)]
        alternatives: Vec<String>,
    },
    /// How to get out of an error.
    ErrorRecovery {
        /// The error.
        error: String,
        /// What helps, in order.
        recovery: Vec<String>,
    },
    /// An approach that suits a kind of context.
    ContextPattern {
        /// By what the context is recognised.
        features: Vec<String>,
        /// The approach.
        approach: String,
    },
}

/// What a pattern can be queried by: its lesson without the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PatternKind {
    /// [`Lesson::ToolSequence`].
    ToolSequence,
    /// [`Lesson::DecisionPoint`].
    DecisionPoint,
    /// [`Lesson::ErrorRecovery`].
    ErrorRecovery,
    /// [`Lesson::ContextPattern`].
    ContextPattern,
}

impl Lesson {
    /// The lesson without the words.
    pub const fn kind(&self) -> PatternKind {
        match self {
            Self::ToolSequence { .. } => PatternKind::ToolSequence,
            Self::DecisionPoint { .. } => PatternKind::DecisionPoint,
            Self::ErrorRecovery { .. } => PatternKind::ErrorRecovery,
            Self::ContextPattern { .. } => PatternKind::ContextPattern,
        }
    }

    fn parts(&self) -> (&[String], usize) {
        match self {
            Self::ToolSequence { tools } => (tools, 0),
            Self::DecisionPoint {
                condition,
                action,
                alternatives,
            } => (alternatives, condition.len() + action.len()),
            Self::ErrorRecovery { error, recovery } => (recovery, error.len()),
            Self::ContextPattern { features, approach } => (features, approach.len()),
        }
    }
}

/// The fields of a [`Pattern`], before they are checked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternDraft {
    /// Whose memory it belongs to.
    #[serde(default)]
    pub namespace: Namespace,
    /// Its id within the namespace.
    pub id: PatternId,
    /// What was learnt.
    pub lesson: Lesson,
    /// For which sort of task; none for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task_type: Option<TaskType>,
    /// In which field; none for any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<Domain>,
    /// How sure the lesson is.
    #[serde(default)]
    pub confidence: Ratio,
    /// How often it was seen or applied.
    #[serde(default)]
    pub occurrences: u64,
    /// How often that went well; at most `occurrences`.
    #[serde(default)]
    pub successes: u64,
    /// How much applying it helps.
    #[serde(default)]
    pub effectiveness: Ratio,
    /// The episodes it was learnt from; at most 4,096. A deleted episode vanishes from here.
    #[serde(default)]
    pub sources: BTreeSet<EpisodeId>,
    /// When the record was made. Kept when other content replaces it. Pages are ordered by it.
    pub created_at: Timestamp,
    /// When the content last changed.
    pub updated_at: Timestamp,
    /// 1 at first; grows by one with every change that is stored.
    #[serde(default)]
    pub revision: Revision,
}

impl PatternDraft {
    /// A pattern with a new id, seen never yet.
    pub fn new(lesson: Lesson, now: Timestamp) -> Self {
        Self {
            namespace: Namespace::default(),
            id: PatternId::new(),
            lesson,
            task_type: None,
            domain: None,
            confidence: Ratio::default(),
            occurrences: 0,
            successes: 0,
            effectiveness: Ratio::default(),
            sources: BTreeSet::new(),
            created_at: now,
            updated_at: now,
            revision: Revision::FIRST,
        }
    }

    /// Checks every field against the [`limits`](crate::limits).
    ///
    /// # Errors
    /// `Limit` when something is too long or too many, `Misuse` when there are
    /// more successes than occurrences.
    pub fn finish(self) -> Result<Pattern> {
        list("a list of the pattern", self.lesson.parts().0.len())?;
        at_most(
            "the pattern",
            self.sources.len(),
            SOURCE_EPISODES_MAX,
            "source episodes",
        )?;
        if self.successes > self.occurrences {
            return Err(Error::misuse(
                "the pattern has more successes than occurrences",
            ));
        }
        if i64::try_from(self.occurrences).is_err() {
            return Err(Error::new(
                crate::ErrorKind::Limit,
                "the pattern occurred over 2^63 - 1 times",
            ));
        }
        at_most("the pattern", self.size_bytes(), PATTERN_BYTES_MAX, "bytes")?;
        Ok(Pattern(self))
    }

    fn size_bytes(&self) -> usize {
        let (list, rest) = self.lesson.parts();
        let names = self.task_type.as_ref().map_or(0, |t| t.as_str().len())
            + self.domain.as_ref().map_or(0, |d| d.as_str().len());
        512 + self.namespace.as_str().len()
            + names
            + texts_bytes(list)
            + rest
            + ids_len(self.sources.len())
    }
}

/// What was learnt from episodes: a checked [`PatternDraft`], whose fields it shows read-only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "PatternDraft", into = "PatternDraft")]
pub struct Pattern(PatternDraft);

impl Pattern {
    /// Changes any field and sets `updated_at` to `now`. The revision is the
    /// storage's to set: what is written to it here is undone.
    ///
    /// # Errors
    /// As [`PatternDraft::finish`]. The pattern is then unchanged.
    pub fn edit(&mut self, now: Timestamp, change: impl FnOnce(&mut PatternDraft)) -> Result<()> {
        let mut draft = self.0.clone();
        change(&mut draft);
        draft.revision = self.revision;
        draft.updated_at = now;
        *self = draft.finish()?;
        Ok(())
    }

    /// The same pattern under the revision that the storage gave it.
    #[must_use]
    pub fn at_revision(mut self, revision: Revision) -> Self {
        self.0.revision = revision;
        self
    }

    /// The same pattern after a change that no limit concerns: ids, times, the
    /// revision, fewer sources.
    pub(crate) fn amended(mut self, change: impl FnOnce(&mut PatternDraft)) -> Self {
        change(&mut self.0);
        self
    }

    /// The fields, to be changed and [`finish`](PatternDraft::finish)ed again.
    pub fn into_draft(self) -> PatternDraft {
        self.0
    }

    /// The lesson without the words.
    pub fn kind(&self) -> PatternKind {
        self.lesson.kind()
    }

    /// An upper bound of what the pattern takes up uncompressed, in bytes: what limits count.
    pub fn size_bytes(&self) -> usize {
        self.0.size_bytes()
    }
}

impl Deref for Pattern {
    type Target = PatternDraft;

    fn deref(&self) -> &PatternDraft {
        &self.0
    }
}

impl TryFrom<PatternDraft> for Pattern {
    type Error = Error;

    fn try_from(draft: PatternDraft) -> Result<Self> {
        draft.finish()
    }
}

impl From<Pattern> for PatternDraft {
    fn from(pattern: Pattern) -> Self {
        pattern.0
    }
}
