use memory_storage_turso::{
    Domain, EpisodeDraft, ExecutionStep, ExternalId, Metadata, Namespace, Outcome, OutcomeKind,
    RelationshipKind, Result, RewardScore, StepStatus, Tags, TaskContext, TaskType, Timestamp,
};
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

/// An attempt at a task as trajectory files describe it. It has no times and
/// no id of ours; an unknown field is refused rather than lost.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attempt {
    pub(crate) external_id: ExternalId,
    task: String,
    task_type: Option<TaskType>,
    domain: Option<Domain>,
    source: Option<String>,
    task_key: Option<String>,
    agent: Option<String>,
    run: Option<String>,
    trial: Option<Number>,
    #[serde(default, deserialize_with = "null_as_default")]
    steps: Vec<Step>,
    outcome: Option<OutcomeKind>,
    reward: Option<f64>,
    #[serde(default, deserialize_with = "null_as_default")]
    reflection: Vec<String>,
    #[serde(default, deserialize_with = "null_as_default")]
    tags: Tags,
    #[serde(default, deserialize_with = "null_as_default")]
    pub(crate) relations: Vec<Relation>,
}

/// A relation to another attempt.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Relation {
    #[serde(rename = "type")]
    pub(crate) kind: RelationshipKind,
    pub(crate) to: ExternalId,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    tool: Option<String>,
    action: Option<String>,
    args: Option<Value>,
    thought: Option<String>,
    observation: Option<Value>,
    success: Option<bool>,
    reward: Option<f64>,
}

fn null_as_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

impl Attempt {
    /// The episode that the line describes, as if it began `now`.
    pub(crate) fn into_draft(self, namespace: Namespace, now: Timestamp) -> Result<EpisodeDraft> {
        let metadata = self.metadata()?;
        let task_type = self.task_type()?;
        Ok(EpisodeDraft {
            namespace,
            external_id: Some(self.external_id),
            context: TaskContext {
                domain: self.domain.unwrap_or_default(),
                ..TaskContext::default()
            },
            steps: self.steps.into_iter().map(ExecutionStep::from).collect(),
            outcome: self.outcome.and_then(outcome),
            reward: self.reward.map(RewardScore::new),
            reflections: self.reflection,
            tags: self.tags,
            metadata,
            ..EpisodeDraft::new(task_type, self.task, now)
        })
    }

    /// The set of tasks that it belongs to, unless the line says better.
    fn task_type(&self) -> Result<TaskType> {
        let domain = || self.domain.as_ref().map(Domain::as_str);
        match &self.task_type {
            Some(task_type) => Ok(task_type.clone()),
            None => TaskType::new(self.source.as_deref().or_else(domain).unwrap_or("general")),
        }
    }

    fn metadata(&self) -> Result<Metadata> {
        let trial = self.trial.as_ref().map(Number::to_string);
        let entries = [
            ("source", &self.source),
            ("task_key", &self.task_key),
            ("agent", &self.agent),
            ("run", &self.run),
            ("trial", &trial),
        ];
        let mut metadata = Metadata::new();
        for (key, value) in entries {
            if let Some(value) = value {
                metadata.insert(key, value)?;
            }
        }
        Ok(metadata)
    }
}

fn outcome(kind: OutcomeKind) -> Option<Outcome> {
    match kind {
        OutcomeKind::Running => None,
        OutcomeKind::Success => Some(Outcome::success("")),
        OutcomeKind::Partial => Some(Outcome::partial("")),
        OutcomeKind::Failure => Some(Outcome::failure("")),
    }
}

impl From<Step> for ExecutionStep {
    fn from(step: Step) -> Self {
        let status = |success| {
            if success {
                StepStatus::Success
            } else {
                StepStatus::Error
            }
        };
        Self {
            tool: step.tool,
            action: step.action,
            thought: step.thought,
            arguments: step.args,
            observation: step.observation,
            status: step.success.map(status),
            reward: step.reward,
            ..Self::default()
        }
    }
}
