//! Our episode as one of theirs, with everything that theirs has a place for.

use chrono::{DateTime, Utc};
use do_memory_core::episode::ExecutionStep;
use do_memory_core::{
    ComplexityLevel, Episode, ExecutionResult, Reflection, RewardScore, TaskContext, TaskOutcome,
    TaskType,
};
use memory_core as ours;
use uuid::Uuid;

pub fn id(id: ours::EpisodeId) -> Uuid {
    Uuid::from_bytes(*id.as_bytes())
}

fn time(time: ours::Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time.as_micros()).unwrap_or_default()
}

pub fn episode(made: &ours::Episode) -> Episode {
    let mut episode = Episode::new(made.description.clone(), context(&made.context), kind(made));
    episode.episode_id = id(made.id);
    episode.start_time = time(made.started_at);
    episode.end_time = made.completed_at.map(time);
    episode.steps = (1..).zip(&made.steps).map(step).collect();
    episode.outcome = made.outcome.as_ref().map(outcome);
    episode.reward = made.reward.as_ref().map(|reward| RewardScore {
        total: reward.total as f32,
        ..RewardScore::default()
    });
    episode.reflection = Some(Reflection {
        successes: Vec::new(),
        improvements: Vec::new(),
        insights: made.reflections.clone(),
        generated_at: time(made.updated_at),
    });
    let metadata = made.metadata.iter();
    episode.metadata = metadata
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect();
    if let Some(external) = &made.external_id {
        let external = external.as_str().to_owned();
        episode.metadata.insert("external_id".to_owned(), external);
    }
    episode.tags = made
        .tags
        .iter()
        .map(|tag| tag.as_str().to_owned())
        .collect();
    episode
}

fn kind(made: &ours::Episode) -> TaskType {
    match made.task_type.as_str() {
        "bug_fix" => TaskType::Debugging,
        "feature" => TaskType::CodeGeneration,
        "refactoring" => TaskType::Refactoring,
        "test_repair" => TaskType::Testing,
        "investigation" => TaskType::Analysis,
        _ => TaskType::Other,
    }
}

fn context(made: &ours::TaskContext) -> TaskContext {
    TaskContext {
        language: made.language.clone(),
        framework: made.framework.clone(),
        complexity: match made.complexity {
            ours::Complexity::Simple => ComplexityLevel::Simple,
            ours::Complexity::Moderate => ComplexityLevel::Moderate,
            ours::Complexity::Complex => ComplexityLevel::Complex,
        },
        domain: made.domain.as_str().to_owned(),
        tags: Vec::new(),
    }
}

fn step((number, made): (usize, &ours::ExecutionStep)) -> ExecutionStep {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut step = ExecutionStep::new(number, text(&made.tool), text(&made.action));
    let output = made.observation_text().unwrap_or_default().to_owned();
    step.timestamp = made.started_at.map(time).unwrap_or_default();
    step.parameters_json = made
        .arguments
        .as_ref()
        .map(ToString::to_string)
        .unwrap_or_default();
    step.result = made.status.map(|status| match status {
        ours::StepStatus::Error => ExecutionResult::Error { message: output },
        // Theirs has no room for what came before the time was over.
        ours::StepStatus::Timeout => ExecutionResult::Timeout,
        ours::StepStatus::Success => ExecutionResult::Success { output },
    });
    let latency = made.latency.unwrap_or_default().as_millis();
    step.latency_ms = u64::try_from(latency).unwrap_or(u64::MAX);
    step.tokens_used = made.tokens.and_then(|tokens| usize::try_from(tokens).ok());
    step.metadata
        .insert("thought".to_owned(), text(&made.thought));
    step
}

fn outcome(made: &ours::Outcome) -> TaskOutcome {
    match made {
        ours::Outcome::Success { verdict, artifacts } => TaskOutcome::Success {
            verdict: verdict.clone(),
            artifacts: artifacts.clone(),
        },
        ours::Outcome::Partial {
            verdict,
            completed,
            failed,
        } => TaskOutcome::PartialSuccess {
            verdict: verdict.clone(),
            completed: completed.clone(),
            failed: failed.clone(),
        },
        ours::Outcome::Failure { reason } => TaskOutcome::Failure {
            reason: reason.clone(),
            error_details: None,
        },
    }
}
