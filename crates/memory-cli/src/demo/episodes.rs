use super::random::Random;
use super::tasks::{Call, KINDS, Kind};
use memory_storage_turso::{
    Complexity, Domain, Episode, EpisodeDraft, EpisodeRelationship, ExecutionStep, ExternalId,
    Metadata, Outcome, OutcomeKind, RelationshipKind, RelationshipMetadata, Result, RewardScore,
    StepStatus, Tag, TaskContext, TaskType, Timestamp,
};
use serde_json::json;
use std::time::Duration;

/// Tasks that the agent was given. With the attempts repeated after a failure
/// it makes some 300 episodes.
const TASKS: u64 = 220;
const MINUTE: i64 = 60_000_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// The agents that tried; a later one does better.
const AGENTS: [(&str, u64); 2] = [("atlas-1", 55), ("atlas-2", 75)];

/// The invented past: 30 days that end at a given time.
#[derive(Debug, Default)]
pub(crate) struct Past {
    pub(crate) episodes: Vec<Episode>,
    pub(crate) relationships: Vec<EpisodeRelationship>,
}

impl Past {
    /// The same past for the same seed, but for its ids and its times.
    pub(crate) fn invent(seed: u64, end: Timestamp) -> Result<Self> {
        let (mut past, mut random) = (Self::default(), Random::new(seed));
        let begin = end.as_micros() - 30 * DAY;
        for task in 0..TASKS {
            let share =
                i64::try_from(task).unwrap_or(0) * 30 * DAY / i64::try_from(TASKS).unwrap_or(1);
            let Some(kind) = random.pick(&KINDS) else {
                continue;
            };
            past.work_on(task, kind, begin + share, &mut random)?;
        }
        past.tie(&mut random)?;
        Ok(past)
    }

    /// Up to three attempts at a task, until one succeeds.
    fn work_on(&mut self, task: u64, kind: &Kind, begin: i64, random: &mut Random) -> Result<()> {
        let description = description(kind, random);
        for attempt in 1..=3 {
            let now = Timestamp::from_micros(begin + attempt * 20 * MINUTE)?;
            let trial = Trial {
                task,
                attempt,
                kind,
                description: &description,
                now,
            };
            let episode = trial.episode(random)?;
            let outcome = episode.outcome_kind();
            let former = self.episodes.last().map(|former| former.id);
            if let Some(former) = former.filter(|_| attempt > 1) {
                self.relate(RelationshipKind::Follows, &episode, former, "tried again")?;
            }
            self.episodes.push(episode);
            if outcome == OutcomeKind::Success || random.chance(25) {
                break;
            }
        }
        Ok(())
    }

    fn relate(
        &mut self,
        kind: RelationshipKind,
        from: &Episode,
        to: memory_storage_turso::EpisodeId,
        reason: &str,
    ) -> Result<()> {
        let metadata = RelationshipMetadata {
            reason: Some(reason.to_owned()),
            created_by: Some("demo".to_owned()),
            ..RelationshipMetadata::default()
        };
        let namespace = from.namespace.clone();
        let edge = EpisodeRelationship::new(namespace, kind, from.id, to, from.started_at)?;
        self.relationships.push(edge.with_metadata(metadata)?);
        Ok(())
    }

    /// Deployments depend on a bug fix before them.
    fn tie(&mut self, random: &mut Random) -> Result<()> {
        let mut fix: Option<Episode> = None;
        for episode in self.episodes.clone() {
            match (episode.task_type.as_str(), episode.outcome_kind()) {
                ("bug_fix", OutcomeKind::Success) => fix = Some(episode),
                ("deployment", _) if random.chance(60) => {
                    if let Some(fix) = &fix {
                        self.relate(
                            RelationshipKind::DependsOn,
                            &episode,
                            fix.id,
                            "ships the fix",
                        )?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn description(kind: &Kind, random: &mut Random) -> String {
    let (before, after) = random.pick(kind.descriptions).copied().unwrap_or_default();
    let subject = random.pick(kind.subjects).copied().unwrap_or_default();
    format!("{before}{subject}{after}")
}

/// One attempt at a task.
struct Trial<'a> {
    task: u64,
    attempt: i64,
    kind: &'a Kind,
    description: &'a str,
    now: Timestamp,
}

impl Trial<'_> {
    fn episode(&self, random: &mut Random) -> Result<Episode> {
        let kind = self.kind;
        let (agent, skill) = random.pick(&AGENTS).copied().unwrap_or_default();
        let succeeds = random.chance(skill);
        let (steps, took) = steps(kind.calls, succeeds, random);
        let outcome = self.outcome(succeeds, random);
        let total = match &outcome {
            Outcome::Success { .. } => 1.0,
            Outcome::Partial { .. } => 0.5,
            Outcome::Failure { .. } => 0.0,
        };
        let reflections = if succeeds {
            Vec::new()
        } else {
            vec![kind.reflection.to_owned()]
        };
        let completed_at = Timestamp::from_micros(self.now.as_micros() + took)?;
        EpisodeDraft {
            external_id: Some(ExternalId::new(self.external_id())?),
            context: context(kind)?,
            steps,
            outcome: Some(outcome),
            reward: Some(RewardScore::new(total)),
            reflections,
            tags: kind.tags.iter().map(Tag::new).collect::<Result<_>>()?,
            metadata: self.metadata(agent)?,
            completed_at: Some(completed_at),
            updated_at: completed_at,
            ..EpisodeDraft::new(TaskType::new(kind.task_type)?, self.description, self.now)
        }
        .finish()
    }

    fn task_key(&self) -> String {
        format!("{}/{:03}", self.kind.task_type, self.task)
    }

    fn external_id(&self) -> String {
        format!("demo/{}/attempt-{}", self.task_key(), self.attempt)
    }

    fn metadata(&self, agent: &str) -> Result<Metadata> {
        Metadata::new()
            .with("agent", agent)?
            .with("task_key", self.task_key())
    }

    fn outcome(&self, succeeds: bool, random: &mut Random) -> Outcome {
        let kind = self.kind;
        if succeeds {
            let (verdict, artifacts) = (kind.verdict.to_owned(), vec![kind.artifact.to_owned()]);
            return Outcome::Success { verdict, artifacts };
        }
        if random.chance(20) {
            let last = kind.calls.last().map_or("", |call| call.tool);
            return Outcome::Partial {
                verdict: "all but the last step".to_owned(),
                completed: kind
                    .calls
                    .iter()
                    .map(|call| call.tool.to_owned())
                    .take(2)
                    .collect(),
                failed: vec![last.to_owned()],
            };
        }
        Outcome::failure(kind.reason)
    }
}

fn context(kind: &Kind) -> Result<TaskContext> {
    Ok(TaskContext {
        domain: Domain::new(kind.domain)?,
        language: kind.language.map(str::to_owned),
        framework: kind.framework.map(str::to_owned),
        complexity: match kind.calls.len() {
            0..=3 => Complexity::Moderate,
            _ => Complexity::Complex,
        },
    })
}

/// The steps of an attempt and how long they took, in microseconds. Some go
/// wrong and are repeated; in an attempt that fails, the last one does.
fn steps(calls: &[Call], succeeds: bool, random: &mut Random) -> (Vec<ExecutionStep>, i64) {
    let mut steps = Vec::new();
    for call in calls {
        if random.chance(20) {
            steps.push(step(call, false, random));
        }
        steps.push(step(call, true, random));
    }
    if let Some(last) = calls.last().filter(|_| !succeeds) {
        steps.pop();
        steps.push(step(last, false, random));
    }
    let took: Duration = steps.iter().filter_map(|step| step.latency).sum();
    (steps, i64::try_from(took.as_micros()).unwrap_or(0))
}

fn step(call: &Call, well: bool, random: &mut Random) -> ExecutionStep {
    let (status, observation) = match well {
        true => (StepStatus::Success, call.good),
        false if observation_is_timeout(call.bad) => (StepStatus::Timeout, call.bad),
        false => (StepStatus::Error, call.bad),
    };
    ExecutionStep {
        thought: Some(call.thought.to_owned()),
        arguments: Some(json!({ "timeout_s": 30, "retries": 0 })),
        latency: Some(Duration::from_millis(40 + random.below(9_000))),
        tokens: Some(200 + random.below(1_800)),
        ..ExecutionStep::new(call.tool, call.action).ended(status, observation)
    }
}

fn observation_is_timeout(observation: &str) -> bool {
    observation.starts_with("timed out")
}
