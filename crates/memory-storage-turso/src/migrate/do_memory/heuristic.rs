//! A row of `heuristics`: a decision point.

use super::cells::Cells;
use super::leftovers::Loss;
use super::pattern::{Read, cap_sources, ratio, rounded};
use memory_core::{EpisodeId, Lesson, Namespace, PatternDraft, Result};
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct Evidence {
    #[serde(default)]
    episode_ids: Vec<EpisodeId>,
    #[serde(default)]
    success_rate: f64,
    #[serde(default)]
    sample_size: u64,
}

/// Reads a row; `sources` are the episodes that name it.
pub(super) fn read(
    cells: Cells<'_>,
    namespace: &Namespace,
    mut sources: BTreeSet<EpisodeId>,
) -> Result<Read> {
    let lesson = Lesson::DecisionPoint {
        condition: cells.text("condition_text")?.unwrap_or_default(),
        action: cells.text("action_text")?.unwrap_or_default(),
        alternatives: Vec::new(),
    };
    let mut draft = PatternDraft::new(lesson, super::pattern::created_at(cells)?);
    draft.id = cells.parsed("heuristic_id")?;
    draft.namespace = namespace.clone();
    draft.updated_at = cells.seconds("updated_at")?.unwrap_or(draft.created_at);
    draft.confidence = ratio(cells.number("confidence")?);
    if let Some(evidence) = cells.json::<Evidence>("evidence")? {
        draft.occurrences = evidence.sample_size;
        draft.successes = rounded(evidence.success_rate, evidence.sample_size);
        sources.extend(evidence.episode_ids);
    }
    let mut lost: Vec<Loss> = Vec::new();
    draft.sources = cap_sources(sources, &mut lost);
    Ok(Read {
        pattern: draft.finish()?,
        lost,
    })
}
