use crate::check::{finite, json_depth, json_len};
use crate::{Error, ErrorKind, Result, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepStatus {
    /// The tool did what it was asked to do.
    Success,
    /// The tool reported an error; the observation says which.
    Error,
    /// The tool did not answer in time; the observation holds what came until then.
    Timeout,
}

/// One step of an episode. Every field is optional: not every agent knows each of them.
///
/// A JSON `null` in `arguments` or `observation` means the same as none, and
/// becomes none when the step is added to an episode. Texts are kept byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExecutionStep {
    /// The tool that was called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// What was asked of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<String>,
    /// Why the agent took this step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thought: Option<String>,
    /// What the tool was called with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
    /// What the tool answered: most often a text, sometimes a structure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observation: Option<Value>,
    /// How the step ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<StepStatus>,
    /// How long the tool took, in nanoseconds in JSON; at most 584 years.
    #[serde(
        rename = "latency_ns",
        with = "nanos",
        skip_serializing_if = "Option::is_none"
    )]
    pub latency: Option<Duration>,
    /// Tokens used by the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// The reward of this step alone; finite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward: Option<f64>,
    /// When the step began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
}

impl ExecutionStep {
    /// A step that calls `tool` to do `action`.
    pub fn new(tool: impl Into<String>, action: impl Into<String>) -> Self {
        Self {
            tool: Some(tool.into()),
            action: Some(action.into()),
            ..Self::default()
        }
    }

    /// The same step, which ended in `status` with `observation`.
    #[must_use]
    pub fn ended(mut self, status: StepStatus, observation: impl Into<Value>) -> Self {
        self.status = Some(status);
        self.observation = Some(observation.into());
        self
    }

    /// The observation, when it is a text.
    pub fn observation_text(&self) -> Option<&str> {
        self.observation.as_ref().and_then(Value::as_str)
    }

    pub(crate) fn normalise(&mut self) {
        for value in [&mut self.arguments, &mut self.observation] {
            if value.as_ref().is_some_and(Value::is_null) {
                *value = None;
            }
        }
    }

    pub(crate) fn check(&self) -> Result<()> {
        if let Some(value) = &self.arguments {
            json_depth("a step's arguments", value)?;
        }
        if let Some(value) = &self.observation {
            json_depth("a step's observation", value)?;
        }
        if self
            .latency
            .is_some_and(|latency| u64::try_from(latency.as_nanos()).is_err())
        {
            return Err(Error::new(
                ErrorKind::Limit,
                "a step's latency is over 584 years",
            ));
        }
        self.reward
            .map_or(Ok(()), |reward| finite("a step's reward", reward))
    }

    pub(crate) fn size_bytes(&self) -> usize {
        let text = |t: &Option<String>| t.as_ref().map_or(0, String::len);
        let json = |v: &Option<Value>| v.as_ref().map_or(0, json_len);
        96 + text(&self.tool)
            + text(&self.action)
            + text(&self.thought)
            + json(&self.arguments)
            + json(&self.observation)
    }
}

/// A duration as a number of nanoseconds.
mod nanos {
    use super::{Deserialize, Duration};
    use serde::{Deserializer, Serializer, ser::Error as _};

    #[allow(clippy::ref_option)] // The signature that serde calls.
    pub(super) fn serialize<S: Serializer>(
        latency: &Option<Duration>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let Some(latency) = latency else {
            return serializer.serialize_none();
        };
        let nanos = u64::try_from(latency.as_nanos())
            .map_err(|_| S::Error::custom("a latency over 584 years"))?;
        serializer.serialize_some(&nanos)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_nanos))
    }
}
