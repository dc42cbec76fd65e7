//! A row of `episodes`.

use super::cells::{Cells, missing};
use super::leftovers::{Leftovers, Loss};
use memory_core::limits::TAGS_MAX;
use memory_core::{
    Complexity, Domain, Episode, EpisodeDraft, EpisodeId, ExecutionStep, Namespace, Outcome,
    PatternId, Result, RewardScore, StepStatus, Tag, Tags, TaskContext, Timestamp,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// An episode, what of it was lost, and what was learnt from it.
pub(super) struct Read {
    pub(super) episode: Episode,
    pub(super) lost: Vec<Loss>,
    /// Patterns, and heuristics, which become patterns.
    pub(super) learnt: Vec<PatternId>,
}

#[derive(Deserialize)]
struct Context {
    language: Option<String>,
    framework: Option<String>,
    complexity: Option<ContextComplexity>,
    #[serde(default)]
    domain: String,
    #[serde(default)]
    tags: Vec<String>,
}

/// How do-memory writes a complexity.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
pub(super) enum ContextComplexity {
    Simple,
    Moderate,
    Complex,
}

#[derive(Deserialize)]
struct Step {
    timestamp: Option<Timestamp>,
    tool: String,
    action: String,
    parameters_json: Option<String>,
    /// Where versions before had them.
    parameters: Option<Value>,
    result: Option<StepResult>,
    latency_ms: Option<u64>,
    tokens_used: Option<u64>,
    #[serde(default)]
    metadata: BTreeMap<String, String>,
}

#[derive(Deserialize)]
enum StepResult {
    Success { output: String },
    Error { message: String },
    Timeout,
}

#[derive(Deserialize)]
enum TaskOutcome {
    Success {
        verdict: String,
        artifacts: Vec<String>,
    },
    PartialSuccess {
        verdict: String,
        completed: Vec<String>,
        failed: Vec<String>,
    },
    Failure {
        reason: String,
        error_details: Option<String>,
    },
    Abstained {
        reason: String,
        stopped_at_step: u64,
        infeasibility_signals: Vec<String>,
    },
}

#[derive(Deserialize)]
struct Reflection {
    successes: Vec<String>,
    improvements: Vec<String>,
    insights: Vec<String>,
    generated_at: Option<String>,
}

#[derive(Deserialize)]
struct Summary {
    text: String,
    key_concepts: Option<String>,
    key_steps: Option<String>,
    has_embedding: bool,
}

/// Reads a row.
pub(super) fn read(cells: Cells<'_>, namespace: &Namespace) -> Result<Read> {
    let id: EpisodeId = cells.parsed("episode_id")?;
    let started_at = cells
        .seconds("start_time")?
        .ok_or_else(|| missing("start_time"))?;
    let task_type = cells.parsed("task_type")?;
    let description = cells.text("task_description")?.unwrap_or_default();
    let mut draft = EpisodeDraft::new(task_type, description, started_at);
    draft.id = id;
    draft.namespace = namespace.clone();
    draft.completed_at = cells.seconds("end_time")?;
    draft.created_at = cells.seconds("created_at")?.unwrap_or(started_at);
    draft.updated_at = cells
        .time("modified_at_ms", 1_000)?
        .unwrap_or(draft.created_at);
    draft.reward = cells.json("reward")?.and_then(reward);

    let mut left = metadata(cells)?;
    read_context(cells, &mut draft, &mut left)?;
    draft.steps = steps(cells, &mut left)?;
    draft.patterns = cells.json("applied")?.unwrap_or_default();
    draft.outcome = cells
        .json("outcome")?
        .map(|ended| outcome(ended, &mut left));
    draft.reflections = reflections(cells, &mut left)?;
    draft.metadata = left.metadata;
    Ok(Read {
        episode: draft.finish()?,
        lost: left.lost,
        learnt: learnt(cells)?,
    })
}

/// The metadata of the episode, and what of its row has no other place.
fn metadata(cells: Cells<'_>) -> Result<Leftovers> {
    let mut left = Leftovers::default();
    let entries: Option<BTreeMap<String, String>> = cells.json("metadata")?;
    for (key, value) in entries.unwrap_or_default() {
        left.entry(key, value);
    }
    let checkpoints: Option<Vec<Value>> = cells.json("checkpoints")?;
    if let Some(checkpoints) = checkpoints.filter(|list| !list.is_empty()) {
        left.keep("checkpoints", &checkpoints);
    }
    if let Some(time) = cells.seconds("archived_at")? {
        left.keep("archived_at", &time);
    }
    Ok(left)
}

fn read_context(cells: Cells<'_>, draft: &mut EpisodeDraft, left: &mut Leftovers) -> Result<()> {
    let context: Option<Context> = cells.json("context")?;
    let mut tags: Vec<String> = cells.json("tags")?.unwrap_or_default();
    if let Some(context) = context {
        tags.extend(context.tags);
        draft.context = TaskContext {
            domain: domain(&context.domain)?,
            language: context.language,
            framework: context.framework,
            complexity: context.complexity.map(Complexity::from).unwrap_or_default(),
        };
    }
    draft.tags = take_tags(tags, left);
    Ok(())
}

/// A domain; one that is empty is the default.
pub(super) fn domain(text: &str) -> Result<Domain> {
    if text.is_empty() {
        Ok(Domain::default())
    } else {
        Domain::new(text)
    }
}

fn take_tags(texts: Vec<String>, left: &mut Leftovers) -> Tags {
    let (mut tags, mut unfit) = (Tags::new(), Vec::new());
    for text in texts {
        match Tag::new(&text) {
            Ok(tag) if tags.contains(&tag) || tags.len() < TAGS_MAX => drop(tags.insert(tag)),
            Ok(_) => left.lost.push(Loss::Tag),
            Err(_) => unfit.push(text),
        }
    }
    if !unfit.is_empty() {
        left.keep("tags", &unfit);
    }
    tags
}

fn steps(cells: Cells<'_>, left: &mut Leftovers) -> Result<Vec<ExecutionStep>> {
    let steps: Vec<Step> = cells.json("steps")?.ok_or_else(|| missing("steps"))?;
    let place = |index: usize| (index + 1).to_string();
    let metadata: BTreeMap<String, &BTreeMap<String, String>> = steps
        .iter()
        .enumerate()
        .filter(|(_, step)| !step.metadata.is_empty())
        .map(|(index, step)| (place(index), &step.metadata))
        .collect();
    if !metadata.is_empty() {
        left.keep("step_metadata", &metadata);
    }
    Ok(steps.into_iter().map(ExecutionStep::from).collect())
}

impl From<Step> for ExecutionStep {
    fn from(step: Step) -> Self {
        // What is no JSON is kept as a text.
        let parsed = step
            .parameters_json
            .map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text)));
        let new = Self {
            arguments: parsed.or(step.parameters),
            latency: step.latency_ms.map(Duration::from_millis),
            tokens: step.tokens_used,
            started_at: step.timestamp,
            ..Self::new(step.tool, step.action)
        };
        match step.result {
            None => new,
            Some(StepResult::Success { output }) => new.ended(StepStatus::Success, output),
            Some(StepResult::Error { message }) => new.ended(StepStatus::Error, message),
            Some(StepResult::Timeout) => Self {
                status: Some(StepStatus::Timeout),
                ..new
            },
        }
    }
}

impl From<ContextComplexity> for Complexity {
    fn from(complexity: ContextComplexity) -> Self {
        match complexity {
            ContextComplexity::Simple => Self::Simple,
            ContextComplexity::Moderate => Self::Moderate,
            ContextComplexity::Complex => Self::Complex,
        }
    }
}

fn outcome(ended: TaskOutcome, left: &mut Leftovers) -> Outcome {
    match ended {
        TaskOutcome::Success { verdict, artifacts } => Outcome::Success { verdict, artifacts },
        TaskOutcome::PartialSuccess {
            verdict,
            completed,
            failed,
        } => Outcome::Partial {
            verdict,
            completed,
            failed,
        },
        TaskOutcome::Failure {
            reason,
            error_details: None,
        } => Outcome::failure(reason),
        TaskOutcome::Failure {
            reason,
            error_details: Some(details),
        } => Outcome::failure(format!("{reason}\n{details}")),
        TaskOutcome::Abstained {
            reason,
            stopped_at_step,
            infeasibility_signals,
        } => {
            let more = json!({ "stopped_at_step": stopped_at_step, "infeasibility_signals": infeasibility_signals });
            left.keep("abstained", &more);
            Outcome::failure(format!("abstained: {reason}"))
        }
    }
}

/// A number that is not finite was written as null and is left out; without a total there is no reward.
fn reward(mut numbers: BTreeMap<String, Option<f64>>) -> Option<RewardScore> {
    let total = numbers.remove("total")??;
    let components = numbers
        .into_iter()
        .filter_map(|(name, number)| Some((name, number?)))
        .collect();
    Some(RewardScore { total, components })
}

fn reflections(cells: Cells<'_>, left: &mut Leftovers) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    let mut add = |kind: &str, list: &[String]| {
        texts.extend(list.iter().map(|text| format!("{kind}: {text}")));
    };
    if let Some(reflection) = cells.json::<Reflection>("reflection")? {
        add("success", &reflection.successes);
        add("improvement", &reflection.improvements);
        add("insight", &reflection.insights);
        if let Some(time) = reflection.generated_at {
            left.keep("reflected_at", &time);
        }
    }
    if let Some(summary) = cells.json::<Summary>("summary")? {
        add("summary", &[summary.text]);
        for (name, list) in [
            ("key_concepts", summary.key_concepts),
            ("key_steps", summary.key_steps),
        ] {
            if let Some(list) = list.filter(|list| list != "[]") {
                let json = serde_json::from_str(&list).unwrap_or(Value::String(list));
                left.keep(name, &json);
            }
        }
        left.lost
            .extend(summary.has_embedding.then_some(Loss::SummaryEmbedding));
    }
    Ok(texts)
}

fn learnt(cells: Cells<'_>) -> Result<Vec<PatternId>> {
    let mut ids: Vec<PatternId> = cells.json("patterns")?.unwrap_or_default();
    ids.extend(
        cells
            .json::<Vec<PatternId>>("heuristics")?
            .unwrap_or_default(),
    );
    Ok(ids)
}
