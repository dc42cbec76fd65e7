//! A row of `patterns`.

use super::cells::{Cells, missing};
use super::debug_text::DebugText;
use super::episode::{ContextComplexity, domain};
use super::leftovers::Loss;
use memory_core::limits::SOURCE_EPISODES_MAX;
use memory_core::{
    Domain, EpisodeId, Lesson, Namespace, Pattern, PatternDraft, PatternId, Ratio, Result,
    Timestamp,
};
use serde::Deserialize;
use std::collections::BTreeSet;

/// A pattern and what of it was lost.
pub(super) struct Read {
    pub(super) pattern: Pattern,
    pub(super) lost: Vec<Loss>,
}

/// What `pattern_data` says.
#[derive(Deserialize)]
struct Data {
    context: Context,
    heuristic: Heuristic,
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

#[derive(Deserialize)]
struct Heuristic {
    condition: String,
    action: String,
}

/// What `pattern_type` says: the `Debug` text of the whole pattern.
#[derive(Debug, PartialEq)]
struct Told {
    lesson: Lesson,
    evidence: Vec<EpisodeId>,
    /// How often it was seen, and how often that went well, where the text counts it.
    counts: Option<(u64, u64)>,
    /// How often it was applied, and how often that went well.
    applied: (u64, u64),
}

/// Reads a row; `sources` are the episodes that name it.
pub(super) fn read(
    cells: Cells<'_>,
    namespace: &Namespace,
    mut sources: BTreeSet<EpisodeId>,
) -> Result<Read> {
    let data: Data = cells
        .json("pattern_data")?
        .ok_or_else(|| missing("pattern_data"))?;
    let rate = cells.number("success_rate")?;
    let seen = u64::try_from(cells.integer("occurrence_count")?.unwrap_or(0)).unwrap_or(0);
    let text = cells.text("pattern_type")?.unwrap_or_default();
    let told = told(&text, rate, seen).unwrap_or_else(|| guess(&data.heuristic, rate, seen));

    let mut lost = Vec::new();
    let (occurrences, successes) = told.counts.unwrap_or_default();
    let mut draft = PatternDraft::new(told.lesson, created_at(cells)?);
    draft.id = cells.parsed::<PatternId>("pattern_id")?;
    draft.namespace = namespace.clone();
    draft.updated_at = cells.seconds("updated_at")?.unwrap_or(draft.created_at);
    draft.confidence = ratio(rate);
    (draft.occurrences, draft.successes) = (occurrences, successes);
    draft.effectiveness = share(told.applied);
    draft.domain = scope(&draft.lesson, &data.context, &mut lost)?;
    sources.extend(told.evidence);
    draft.sources = cap_sources(sources, &mut lost);
    Ok(Read {
        pattern: draft.finish()?,
        lost,
    })
}

/// When the row was made.
pub(super) fn created_at(cells: Cells<'_>) -> Result<Timestamp> {
    cells
        .seconds("created_at")?
        .ok_or_else(|| missing("created_at"))
}

/// The domain that the pattern is for. A context pattern has none there: its row holds the default.
fn scope(lesson: &Lesson, context: &Context, lost: &mut Vec<Loss>) -> Result<Option<Domain>> {
    if matches!(lesson, Lesson::ContextPattern { .. }) {
        return Ok(None);
    }
    let usual = context
        .complexity
        .is_none_or(|c| c == ContextComplexity::Moderate);
    if context.language.is_some()
        || context.framework.is_some()
        || !usual
        || !context.tags.is_empty()
    {
        lost.push(Loss::PatternContext);
    }
    domain(&context.domain).map(Some)
}

/// A decision point from the words that every pattern has.
fn guess(heuristic: &Heuristic, rate: f64, seen: u64) -> Told {
    let lesson = Lesson::DecisionPoint {
        condition: heuristic.condition.clone(),
        action: heuristic.action.clone(),
        alternatives: Vec::new(),
    };
    Told {
        lesson,
        evidence: Vec::new(),
        counts: Some((seen, rounded(rate, seen))),
        applied: (0, 0),
    }
}

/// What the text says, if it is one that version 0.1.47 writes.
fn told(text: &str, rate: f64, seen: u64) -> Option<Told> {
    let (kind, _) = text.split_once(" { id: ")?;
    let mut rest = DebugText::new(text);
    rest.skip(kind)?;
    rest.skip(" { id: ")?;
    rest.word::<PatternId>()?;
    let (mut evidence, mut counts) = (Vec::new(), None);
    let lesson = match kind {
        "ToolSequence" => {
            rest.skip(", tools: ")?;
            counts = Some((seen, rounded(rate, seen)));
            Lesson::ToolSequence {
                tools: rest.list(DebugText::text)?,
            }
        }
        "DecisionPoint" => {
            let lesson = decision(&mut rest)?;
            counts = Some(outcomes(&mut rest)?);
            lesson
        }
        // Their column counts the steps or the features, not how often the pattern was seen.
        "ErrorRecovery" => recovery(&mut rest)?,
        "ContextPattern" => {
            let lesson = approach(&mut rest)?;
            rest.skip(", evidence: ")?;
            evidence = rest.list(DebugText::word)?;
            let seen = u64::try_from(evidence.len()).ok()?;
            counts = Some((seen, rounded(rate, seen)));
            lesson
        }
        _ => return None,
    };
    Some(Told {
        lesson,
        evidence,
        counts,
        applied: applications(rest)?,
    })
}

fn decision(rest: &mut DebugText<'_>) -> Option<Lesson> {
    rest.skip(", condition: ")?;
    let condition = rest.text()?;
    rest.skip(", action: ")?;
    let (action, alternatives) = (rest.text()?, Vec::new());
    Some(Lesson::DecisionPoint {
        condition,
        action,
        alternatives,
    })
}

fn outcomes(rest: &mut DebugText<'_>) -> Option<(u64, u64)> {
    rest.skip(", outcome_stats: OutcomeStats { success_count: ")?;
    let successes: u64 = rest.word()?;
    rest.skip(", failure_count: ")?;
    rest.word::<u64>()?;
    rest.skip(", total_count: ")?;
    let total: u64 = rest.word()?;
    Some((total.max(successes), successes))
}

fn recovery(rest: &mut DebugText<'_>) -> Option<Lesson> {
    rest.skip(", error_type: ")?;
    let error = rest.text()?;
    rest.skip(", recovery_steps: ")?;
    Some(Lesson::ErrorRecovery {
        error,
        recovery: rest.list(DebugText::text)?,
    })
}

fn approach(rest: &mut DebugText<'_>) -> Option<Lesson> {
    rest.skip(", context_features: ")?;
    let features = rest.list(DebugText::text)?;
    rest.skip(", recommended_approach: ")?;
    Some(Lesson::ContextPattern {
        features,
        approach: rest.text()?,
    })
}

/// The last field of every kind; what stands before it may hold any text.
fn applications(mut rest: DebugText<'_>) -> Option<(u64, u64)> {
    rest.skip_to_last(", effectiveness: PatternEffectiveness { times_retrieved: ")?;
    rest.word::<u64>()?;
    rest.skip(", times_applied: ")?;
    let applied = rest.word()?;
    rest.skip(", success_when_applied: ")?;
    Some((applied, rest.word()?))
}

/// A ratio from a number that should be one.
pub(super) fn ratio(number: f64) -> Ratio {
    Ratio::new(number.clamp(0.0, 1.0)).unwrap_or_default()
}

#[allow(clippy::cast_precision_loss)] // Counts of what agents did.
fn share((all, part): (u64, u64)) -> Ratio {
    if all == 0 {
        Ratio::default()
    } else {
        ratio(part as f64 / all as f64)
    }
}

/// How many of `all` a rate stands for.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]
pub(super) fn rounded(rate: f64, all: u64) -> u64 {
    // The cast of a float saturates, and the result is at most `all`.
    ((ratio(rate).get() * all as f64).round() as u64).min(all)
}

/// As many sources as a pattern can have.
pub(super) fn cap_sources(
    sources: BTreeSet<EpisodeId>,
    lost: &mut Vec<Loss>,
) -> BTreeSet<EpisodeId> {
    let over = sources.len().saturating_sub(SOURCE_EPISODES_MAX);
    lost.extend(std::iter::repeat_n(Loss::Source, over));
    sources.into_iter().take(SOURCE_EPISODES_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "00a00000-0000-4000-8000-000000000001";
    const USE: &str = "effectiveness: PatternEffectiveness { times_retrieved: 9, times_applied: 4, \
                       success_when_applied: 3, failure_when_applied: 1, avg_reward_delta: 0.1 }";

    #[test]
    fn words_that_look_like_fields_are_words() {
        let tool =
            "x\\\"], context: {}, effectiveness: PatternEffectiveness { times_retrieved: 1, ";
        let text =
            format!("ToolSequence {{ id: {ID}, tools: [\"{tool}\"], context: C {{ }}, {USE} }}");
        let told = told(&text, 0.75, 8).unwrap();
        assert_eq!(told.counts, Some((8, 6)));
        assert_eq!(told.applied, (4, 3));
        let Lesson::ToolSequence { tools } = told.lesson else {
            panic!("{:?}", told.lesson)
        };
        assert_eq!(tools, [tool.replace("\\\"", "\"")]);
    }

    #[test]
    fn a_text_of_another_version_is_not_guessed_at() {
        for text in [
            "",
            "tool_sequence",
            "ToolSequence",
            "Other { id: x }",
            "ToolSequence { id: x, tools: [] }",
        ] {
            assert_eq!(told(text, 0.5, 1), None, "{text}");
        }
        // A field more, or none at the end.
        assert_eq!(
            told(
                &format!("ToolSequence {{ id: {ID}, new: 1, tools: [], {USE} }}"),
                0.5,
                1
            ),
            None
        );
        assert_eq!(
            told(&format!("ToolSequence {{ id: {ID}, tools: [] }}"), 0.5, 1),
            None
        );
    }

    #[test]
    fn rates_become_counts_that_are_not_over_the_whole() {
        assert_eq!(
            [rounded(0.5, 3), rounded(7.0, 3), rounded(f64::NAN, 3)],
            [2, 3, 0]
        );
        assert!((share((4, 3)).get() - 0.75).abs() < 1e-9);
        assert!((share((0, 3)).get()).abs() < 1e-9 && (share((1, 3)).get() - 1.0).abs() < 1e-9);
    }
}
