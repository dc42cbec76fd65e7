use std::time::Duration;

use memory_core::{
    Complexity, Domain, Episode, EpisodeDraft, EpisodeId, ExternalId, Metadata, Outcome, Result,
    RewardScore, Tag, TaskContext, TaskType, Timestamp,
};

use crate::Dice;
use crate::script::Scene;
use crate::words::{AGENTS, DOMAINS, LANGUAGES, MODULES, TAGS, TASK_TYPES};

/// Steps of every episode.
pub const STEPS: usize = crate::script::STEPS.len();
/// No episode is smaller, in bytes of compact JSON.
pub const BYTES_MIN: usize = 6_000;
/// No episode is larger, in bytes of compact JSON.
pub const BYTES_MAX: usize = 8_000;

/// When the first episode of a seed began: 2026-01-01, in microseconds.
const EPOCH_MICROS: i64 = 1_767_225_600_000_000;
/// From one episode to the next.
const GAP_MICROS: i64 = 90_000_000;
/// From one step to the next.
const STEP_MICROS: i64 = 4_000_000;

/// Episodes of software work without end, the same ones for the same seed.
///
/// Each has 10 steps and 6 to 8 KB of JSON, and deflates about as well as real
/// episodes of that size. Ids grow with time as those of a real agent do.
#[derive(Debug, Clone)]
pub struct Episodes {
    dice: Dice,
    seed: u64,
    index: u32,
}

impl Episodes {
    /// The episodes that belong to `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed),
            seed,
            index: 0,
        }
    }

    /// The next episode.
    ///
    /// # Errors
    ///
    /// None with the words of this crate: they keep the limits of the model.
    pub fn make(&mut self) -> Result<Episode> {
        let index = self.index;
        self.index = self.index.wrapping_add(1);
        let dice = Dice::new(self.dice.bits());
        let began = EPOCH_MICROS + GAP_MICROS * i64::from(index);
        let mut draft = draft(dice, Timestamp::from_micros(began)?)?;
        draft.external_id = Some(ExternalId::new(format!("bench/{}/{index}", self.seed))?);
        draft
            .metadata
            .insert("run", format!("run-{}", index / 100))?;
        draft.finish()
    }
}

impl Iterator for Episodes {
    type Item = Episode;

    fn next(&mut self) -> Option<Episode> {
        self.make().ok()
    }
}

fn draft(mut dice: Dice, began: Timestamp) -> Result<EpisodeDraft> {
    let (language, framework, ending) = language(&mut dice);
    let module = dice.pick(MODULES);
    let mut draft = EpisodeDraft::new(TaskType::new(dice.pick(TASK_TYPES))?, "", began);
    draft.id = id(&mut dice, began);
    draft.context = TaskContext {
        domain: Domain::new(dice.pick(DOMAINS))?,
        language: Some(language.to_owned()),
        framework: Some(framework.to_owned()),
        complexity: complexity(&mut dice),
    };
    draft.metadata = Metadata::new()
        .with("agent", dice.pick(AGENTS))?
        .with("module", module)?;
    for _ in 0..dice.between(1, 4) {
        draft.tags.insert(Tag::new(dice.pick(TAGS))?);
    }
    let bytes = dice.between(1_200, 2_300);
    let scene = Scene {
        dice,
        module,
        ending,
    };
    play(&mut draft, scene, bytes, began)?;
    Ok(draft)
}

/// Fills in what happened: the task, the steps, the outcome and what follows
/// from them. The observations have about `bytes` bytes together.
fn play(draft: &mut EpisodeDraft, mut scene: Scene, bytes: u64, began: Timestamp) -> Result<()> {
    draft.description = format!(
        "Somebody reports {} Find out why and repair it.",
        scene.sentence()
    );
    let each = usize::try_from(bytes).unwrap_or(0) / STEPS;
    let mut now = began.as_micros();
    for index in 0..STEPS {
        let mut step = scene.step(index, each);
        step.started_at = Some(Timestamp::from_micros(now)?);
        step.latency = Some(Duration::from_micros(scene.dice.between(900, 3_900_000)));
        draft.steps.push(step);
        now += STEP_MICROS;
    }
    let (outcome, reward) = outcome(&mut scene);
    draft.outcome = Some(outcome);
    draft.reward = Some(reward);
    draft
        .reflections
        .push(format!("Next time, begin with {}", scene.sentence()));
    draft.completed_at = Some(Timestamp::from_micros(now)?);
    draft.updated_at = Timestamp::from_micros(now)?;
    Ok(())
}

fn outcome(scene: &mut Scene) -> (Outcome, RewardScore) {
    let reason = scene.sentence();
    match scene.dice.below(10) {
        0..=5 => (
            Outcome::success(format!("Repaired {reason}")),
            RewardScore::new(1.0),
        ),
        6..=7 => (
            Outcome::partial(format!("Half of it: {reason}")),
            RewardScore::new(0.5),
        ),
        _ => (
            Outcome::failure(format!("Not found: {reason}")),
            RewardScore::new(0.0),
        ),
    }
}

fn language(dice: &mut Dice) -> (&'static str, &'static str, &'static str) {
    let index = usize::try_from(dice.below(LANGUAGES.len() as u64)).unwrap_or(0);
    LANGUAGES.get(index).copied().unwrap_or(("", "", ""))
}

fn complexity(dice: &mut Dice) -> Complexity {
    match dice.below(3) {
        0 => Complexity::Simple,
        1 => Complexity::Moderate,
        _ => Complexity::Complex,
    }
}

/// A UUID of version 7 (RFC 9562): milliseconds, then random bits.
fn id(dice: &mut Dice, now: Timestamp) -> EpisodeId {
    let millis = u128::try_from(now.as_micros() / 1_000).unwrap_or(0);
    let random = u128::from(dice.bits()) << 64 | u128::from(dice.bits());
    let fixed = 0x7_u128 << 76 | 0b10_u128 << 62;
    let free = (0x0FFF_u128 << 64) | ((1_u128 << 62) - 1);
    EpisodeId::from_bytes((millis << 80 | fixed | (random & free)).to_be_bytes())
}
