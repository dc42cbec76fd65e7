use bincode::{BorrowDecode, Encode};
use memory_core::{
    Complexity, EpisodeDraft, ExecutionStep, Outcome, Result, RewardScore, StepStatus, Timestamp,
};
use serde_json::Value;
use std::borrow::Cow;
use std::time::Duration;

/// The part of an episode that is not queried. Frozen.
#[derive(Encode, BorrowDecode)]
pub(crate) struct EpisodeV1<'a> {
    description: &'a str,
    language: Option<&'a str>,
    framework: Option<&'a str>,
    complexity: ComplexityV1,
    steps: Vec<StepV1<'a>>,
    outcome: Option<OutcomeV1<'a>>,
    reward: Option<RewardV1<'a>>,
    reflections: Vec<&'a str>,
}

#[derive(Clone, Copy, Encode, BorrowDecode)]
enum ComplexityV1 {
    Simple,
    Moderate,
    Complex,
}

#[derive(Encode, BorrowDecode)]
struct StepV1<'a> {
    tool: Option<&'a str>,
    action: Option<&'a str>,
    thought: Option<&'a str>,
    arguments: Option<JsonV1<'a>>,
    observation: Option<JsonV1<'a>>,
    status: Option<StatusV1>,
    latency_ns: Option<u64>,
    tokens: Option<u64>,
    reward: Option<f64>,
    started_at: Option<i64>,
}

/// A JSON value: texts, by far the most frequent, stand as they are.
#[derive(Encode, BorrowDecode)]
enum JsonV1<'a> {
    Text(&'a str),
    Json(Cow<'a, str>),
}

#[derive(Clone, Copy, Encode, BorrowDecode)]
enum StatusV1 {
    Success,
    Error,
    Timeout,
}

#[derive(Encode, BorrowDecode)]
enum OutcomeV1<'a> {
    Success {
        verdict: &'a str,
        artifacts: Vec<&'a str>,
    },
    Partial {
        verdict: &'a str,
        completed: Vec<&'a str>,
        failed: Vec<&'a str>,
    },
    Failure {
        reason: &'a str,
    },
}

#[derive(Encode, BorrowDecode)]
struct RewardV1<'a> {
    total: f64,
    components: Vec<(&'a str, f64)>,
}

impl<'a> EpisodeV1<'a> {
    /// The payload of `episode`, borrowing its texts.
    pub(crate) fn of(episode: &'a EpisodeDraft) -> Self {
        Self {
            description: &episode.description,
            language: episode.context.language.as_deref(),
            framework: episode.context.framework.as_deref(),
            complexity: episode.context.complexity.into(),
            steps: episode.steps.iter().map(StepV1::of).collect(),
            outcome: episode.outcome.as_ref().map(OutcomeV1::of),
            reward: episode.reward.as_ref().map(RewardV1::of),
            reflections: episode.reflections.iter().map(String::as_str).collect(),
        }
    }

    /// Writes what is stored here into `draft`.
    pub(crate) fn restore(self, draft: &mut EpisodeDraft) -> Result<()> {
        self.description.clone_into(&mut draft.description);
        draft.context.language = self.language.map(str::to_owned);
        draft.context.framework = self.framework.map(str::to_owned);
        draft.context.complexity = self.complexity.into();
        draft.steps = self
            .steps
            .into_iter()
            .map(StepV1::restore)
            .collect::<Result<_>>()?;
        draft.outcome = self.outcome.map(OutcomeV1::restore);
        draft.reward = self.reward.map(RewardV1::restore);
        draft.reflections = owned(self.reflections);
        Ok(())
    }
}

pub(super) fn owned(texts: Vec<&str>) -> Vec<String> {
    texts.into_iter().map(str::to_owned).collect()
}

pub(super) fn borrowed(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

impl<'a> StepV1<'a> {
    fn of(step: &'a ExecutionStep) -> Self {
        Self {
            tool: step.tool.as_deref(),
            action: step.action.as_deref(),
            thought: step.thought.as_deref(),
            arguments: step.arguments.as_ref().map(JsonV1::of),
            observation: step.observation.as_ref().map(JsonV1::of),
            status: step.status.map(StatusV1::from),
            // The model admits no latency of more nanoseconds than this.
            latency_ns: step
                .latency
                .map(|l| u64::try_from(l.as_nanos()).unwrap_or(u64::MAX)),
            tokens: step.tokens,
            reward: step.reward,
            started_at: step.started_at.map(Timestamp::as_micros),
        }
    }

    fn restore(self) -> Result<ExecutionStep> {
        Ok(ExecutionStep {
            tool: self.tool.map(str::to_owned),
            action: self.action.map(str::to_owned),
            thought: self.thought.map(str::to_owned),
            arguments: self.arguments.map(JsonV1::restore).transpose()?,
            observation: self.observation.map(JsonV1::restore).transpose()?,
            status: self.status.map(StatusV1::into),
            latency: self.latency_ns.map(Duration::from_nanos),
            tokens: self.tokens,
            reward: self.reward,
            started_at: self.started_at.map(Timestamp::from_micros).transpose()?,
        })
    }
}

impl<'a> JsonV1<'a> {
    fn of(value: &'a Value) -> Self {
        match value {
            Value::String(text) => Self::Text(text),
            // The same text as that of Display, in half the time.
            other => Self::Json(Cow::Owned(
                serde_json::to_string(other).unwrap_or_else(|_| other.to_string()),
            )),
        }
    }

    fn restore(self) -> Result<Value> {
        match self {
            Self::Text(text) => Ok(Value::String(text.to_owned())),
            Self::Json(json) => serde_json::from_str(&json).map_err(|e| {
                crate::error::corrupt("a stored JSON value cannot be read").with_source(e)
            }),
        }
    }
}

impl<'a> OutcomeV1<'a> {
    fn of(outcome: &'a Outcome) -> Self {
        match outcome {
            Outcome::Success { verdict, artifacts } => Self::Success {
                verdict,
                artifacts: borrowed(artifacts),
            },
            Outcome::Partial {
                verdict,
                completed,
                failed,
            } => Self::Partial {
                verdict,
                completed: borrowed(completed),
                failed: borrowed(failed),
            },
            Outcome::Failure { reason } => Self::Failure { reason },
        }
    }

    fn restore(self) -> Outcome {
        match self {
            Self::Success { verdict, artifacts } => Outcome::Success {
                verdict: verdict.to_owned(),
                artifacts: owned(artifacts),
            },
            Self::Partial {
                verdict,
                completed,
                failed,
            } => Outcome::Partial {
                verdict: verdict.to_owned(),
                completed: owned(completed),
                failed: owned(failed),
            },
            Self::Failure { reason } => Outcome::Failure {
                reason: reason.to_owned(),
            },
        }
    }
}

impl<'a> RewardV1<'a> {
    fn of(reward: &'a RewardScore) -> Self {
        let components = reward
            .components
            .iter()
            .map(|(name, value)| (name.as_str(), *value));
        Self {
            total: reward.total,
            components: components.collect(),
        }
    }

    fn restore(self) -> RewardScore {
        let components = self
            .components
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        RewardScore {
            total: self.total,
            components: components.collect(),
        }
    }
}

impl From<Complexity> for ComplexityV1 {
    fn from(complexity: Complexity) -> Self {
        match complexity {
            Complexity::Simple => Self::Simple,
            Complexity::Moderate => Self::Moderate,
            Complexity::Complex => Self::Complex,
        }
    }
}

impl From<ComplexityV1> for Complexity {
    fn from(complexity: ComplexityV1) -> Self {
        match complexity {
            ComplexityV1::Simple => Self::Simple,
            ComplexityV1::Moderate => Self::Moderate,
            ComplexityV1::Complex => Self::Complex,
        }
    }
}

impl From<StepStatus> for StatusV1 {
    fn from(status: StepStatus) -> Self {
        match status {
            StepStatus::Success => Self::Success,
            StepStatus::Error => Self::Error,
            StepStatus::Timeout => Self::Timeout,
        }
    }
}

impl From<StatusV1> for StepStatus {
    fn from(status: StatusV1) -> Self {
        match status {
            StatusV1::Success => Self::Success,
            StatusV1::Error => Self::Error,
            StatusV1::Timeout => Self::Timeout,
        }
    }
}
