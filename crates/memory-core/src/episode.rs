use crate::check::{at_most, ids_len, list};
use crate::limits::{APPLIED_PATTERNS_MAX, EPISODE_BYTES_MAX, STEPS_MAX};
use crate::outcome::texts_bytes;
use crate::tag::{TAGS_BYTES_MAX, check_tags, tags_len};
use crate::{
    EpisodeId, Error, ExecutionStep, ExternalId, Metadata, Namespace, Outcome, OutcomeKind,
    PatternId, Result, Revision, RewardScore, Tags, TaskContext, TaskType, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::ops::Deref;

/// The fields of an [`Episode`], before they are checked.
///
/// Fill it in and call [`finish`](Self::finish). In JSON only `id`, `task_type`,
/// `started_at`, `created_at` and `updated_at` are required.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpisodeDraft {
    /// Whose memory it belongs to.
    #[serde(default)]
    pub namespace: Namespace,
    /// Its id within the namespace.
    pub id: EpisodeId,
    /// The caller's own key: storing another episode with it replaces this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<ExternalId>,
    /// What sort of task it was.
    pub task_type: TaskType,
    /// The task in words.
    #[serde(default)]
    pub description: String,
    /// Where it was attempted.
    #[serde(default)]
    pub context: TaskContext,
    /// What was done, in order; at most 10,000.
    #[serde(default)]
    pub steps: Vec<ExecutionStep>,
    /// How it ended; none while it runs.
    #[serde(default)]
    pub outcome: Option<Outcome>,
    /// What it was worth.
    #[serde(default)]
    pub reward: Option<RewardScore>,
    /// What the agent thought of it afterwards, in order; at most 1,000.
    #[serde(default)]
    pub reflections: Vec<String>,
    /// The patterns that were applied; at most 1,000. A deleted pattern vanishes from here.
    #[serde(default)]
    pub patterns: BTreeSet<PatternId>,
    /// At most 64.
    #[serde(default)]
    pub tags: Tags,
    /// Texts to find it by.
    #[serde(default)]
    pub metadata: Metadata,
    /// When the attempt began. Pages are ordered by it.
    pub started_at: Timestamp,
    /// When it ended.
    #[serde(default)]
    pub completed_at: Option<Timestamp>,
    /// When the record was made. Kept when other content replaces it.
    pub created_at: Timestamp,
    /// When the content last changed.
    pub updated_at: Timestamp,
    /// 1 at first; grows by one with every change that is stored.
    #[serde(default)]
    pub revision: Revision,
}

impl EpisodeDraft {
    /// A running episode with a new id and nothing else, which begins `now`.
    pub fn new(task_type: TaskType, description: impl Into<String>, now: Timestamp) -> Self {
        Self {
            namespace: Namespace::default(),
            id: EpisodeId::new(),
            external_id: None,
            task_type,
            description: description.into(),
            context: TaskContext::default(),
            steps: Vec::new(),
            outcome: None,
            reward: None,
            reflections: Vec::new(),
            patterns: BTreeSet::new(),
            tags: Tags::new(),
            metadata: Metadata::new(),
            started_at: now,
            completed_at: None,
            created_at: now,
            updated_at: now,
            revision: Revision::FIRST,
        }
    }

    /// Checks every field against the [`limits`](crate::limits).
    ///
    /// # Errors
    /// `Limit` when something is too long or too many, `Misuse` when a number is not finite.
    pub fn finish(mut self) -> Result<Episode> {
        self.steps.iter_mut().for_each(ExecutionStep::normalise);
        let untagged_bytes = self.check()?;
        Ok(Episode {
            draft: self,
            untagged_bytes,
        })
    }

    /// Checks every field, and returns [`untagged_bytes`](Self::untagged_bytes).
    fn check(&self) -> Result<usize> {
        self.context.check()?;
        at_most("the episode", self.steps.len(), STEPS_MAX, "steps")?;
        self.steps.iter().try_for_each(ExecutionStep::check)?;
        self.outcome.as_ref().map_or(Ok(()), Outcome::check)?;
        self.reward.as_ref().map_or(Ok(()), RewardScore::check)?;
        list("the reflections", self.reflections.len())?;
        at_most(
            "the episode",
            self.patterns.len(),
            APPLIED_PATTERNS_MAX,
            "applied patterns",
        )?;
        check_tags(&self.tags)?;
        let untagged_bytes = self.untagged_bytes();
        check_size(untagged_bytes)?;
        Ok(untagged_bytes)
    }

    fn untagged_bytes(&self) -> usize {
        let steps = self.steps.iter().map(ExecutionStep::size_bytes);
        512 + self.namespace.as_str().len()
            + self.external_id.as_ref().map_or(0, |id| id.as_str().len())
            + self.task_type.as_str().len()
            + self.description.len()
            + self.context.size_bytes()
            + steps.sum::<usize>()
            + self.outcome.as_ref().map_or(0, Outcome::size_bytes)
            + self.reward.as_ref().map_or(0, RewardScore::size_bytes)
            + texts_bytes(&self.reflections)
            + ids_len(self.patterns.len())
            + self.metadata.size_bytes()
    }
}

/// Checks the size of an episode with room for any tags, so that no change of
/// tags can make a stored episode too large.
fn check_size(untagged: usize) -> Result<()> {
    let size = untagged + TAGS_BYTES_MAX;
    at_most("the episode", size, EPISODE_BYTES_MAX, "bytes")
}

/// One attempt of an agent at a task: a checked [`EpisodeDraft`], whose fields
/// it shows read-only.
///
/// ```
/// # fn main() -> memory_core::Result<()> {
/// use memory_core::{Episode, ExecutionStep, Outcome, RewardScore, StepStatus, TaskType, Timestamp};
///
/// let now = Timestamp::now();
/// let mut episode = Episode::start(TaskType::new("bug_fix")?, "Login fails on Sunday", now)?;
/// episode.add_step(ExecutionStep::new("grep", "weekday").ended(StepStatus::Success, "3 hits"), now)?;
/// episode.complete(Outcome::success("fixed"), Some(RewardScore::new(1.0)), now)?;
/// assert_eq!(episode.steps.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "EpisodeDraft", into = "EpisodeDraft")]
pub struct Episode {
    draft: EpisodeDraft,
    /// Kept, since counting writes out every JSON value.
    untagged_bytes: usize,
}

impl Episode {
    /// A running episode with a new id in the default namespace.
    ///
    /// # Errors
    /// `Limit` when the description is too long.
    pub fn start(
        task_type: TaskType,
        description: impl Into<String>,
        now: Timestamp,
    ) -> Result<Self> {
        EpisodeDraft::new(task_type, description, now).finish()
    }

    /// Adds a step to a running episode.
    ///
    /// # Errors
    /// `Misuse` when the episode is complete, else as [`EpisodeDraft::finish`].
    /// The episode is then unchanged.
    pub fn add_step(&mut self, mut step: ExecutionStep, now: Timestamp) -> Result<()> {
        self.require_running()?;
        step.normalise();
        step.check()?;
        at_most("the episode", self.steps.len() + 1, STEPS_MAX, "steps")?;
        let untagged_bytes = self.untagged_bytes + step.size_bytes();
        check_size(untagged_bytes)?;
        self.untagged_bytes = untagged_bytes;
        self.draft.steps.push(step);
        self.draft.updated_at = now;
        Ok(())
    }

    /// Ends a running episode.
    ///
    /// # Errors
    /// `Misuse` when it is complete already, else as [`EpisodeDraft::finish`].
    /// The episode is then unchanged.
    pub fn complete(
        &mut self,
        outcome: Outcome,
        reward: Option<RewardScore>,
        now: Timestamp,
    ) -> Result<()> {
        self.require_running()?;
        self.edit(now, |draft| {
            draft.outcome = Some(outcome);
            draft.reward = reward;
            draft.completed_at = Some(now);
        })
    }

    /// Changes any field and sets `updated_at` to `now`. The revision is the
    /// storage's to set: what is written to it here is undone.
    ///
    /// # Errors
    /// As [`EpisodeDraft::finish`]. The episode is then unchanged.
    pub fn edit(&mut self, now: Timestamp, change: impl FnOnce(&mut EpisodeDraft)) -> Result<()> {
        let mut draft = self.draft.clone();
        change(&mut draft);
        draft.revision = self.revision;
        draft.updated_at = now;
        *self = draft.finish()?;
        Ok(())
    }

    /// The same episode under the revision that the storage gave it.
    #[must_use]
    pub fn at_revision(mut self, revision: Revision) -> Self {
        self.draft.revision = revision;
        self
    }

    /// The fields, to be changed and [`finish`](EpisodeDraft::finish)ed again.
    pub fn into_draft(self) -> EpisodeDraft {
        self.draft
    }

    /// The outcome without the words, `Running` when there is none.
    pub fn outcome_kind(&self) -> OutcomeKind {
        self.outcome
            .as_ref()
            .map_or(OutcomeKind::Running, Outcome::kind)
    }

    /// An upper bound of what the episode takes up uncompressed, in bytes: what limits count.
    pub fn size_bytes(&self) -> usize {
        self.untagged_bytes + tags_len(&self.tags)
    }

    /// The same episode after a change that no limit concerns: ids, times, the
    /// revision, tags within their number, fewer patterns.
    pub(crate) fn amended(mut self, change: impl FnOnce(&mut EpisodeDraft)) -> Self {
        change(&mut self.draft);
        self.untagged_bytes = self.draft.untagged_bytes();
        self
    }

    fn require_running(&self) -> Result<()> {
        match self.outcome {
            None => Ok(()),
            Some(_) => Err(Error::misuse("the episode is complete: edit it instead")),
        }
    }
}

impl Deref for Episode {
    type Target = EpisodeDraft;

    fn deref(&self) -> &EpisodeDraft {
        &self.draft
    }
}

impl TryFrom<EpisodeDraft> for Episode {
    type Error = Error;

    fn try_from(draft: EpisodeDraft) -> Result<Self> {
        draft.finish()
    }
}

impl From<Episode> for EpisodeDraft {
    fn from(episode: Episode) -> Self {
        episode.draft
    }
}
