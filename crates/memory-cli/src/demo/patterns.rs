use super::tasks::{KINDS, Kind};
use memory_storage_turso::{
    Domain, Episode, EpisodeId, Lesson, OutcomeKind, Pattern, PatternDraft, Ratio, Result,
    TaskType, Timestamp,
};

/// What can be learnt from the invented past: for every sort of task the tools
/// that worked, and three lessons of other kinds.
pub(crate) fn learn(episodes: &[Episode], now: Timestamp) -> Result<Vec<Pattern>> {
    let mut patterns = Vec::new();
    for kind in &KINDS {
        let tools = kind.calls.iter().map(|call| call.tool.to_owned()).collect();
        patterns.push(pattern(
            kind,
            Lesson::ToolSequence { tools },
            episodes,
            now,
        )?);
    }
    for (kind, lesson) in KINDS.iter().zip(others()) {
        patterns.push(pattern(kind, lesson, episodes, now)?);
    }
    Ok(patterns)
}

fn others() -> [Lesson; 3] {
    [
        Lesson::ErrorRecovery {
            error: "hunk failed: the context does not match".to_owned(),
            recovery: vec![
                "read the file again".to_owned(),
                "edit fewer lines at once".to_owned(),
            ],
        },
        Lesson::DecisionPoint {
            condition: "the names of the columns are not known".to_owned(),
            action: "describe the tables before the first query".to_owned(),
            alternatives: vec!["ask the person who gave the task".to_owned()],
        },
        Lesson::ContextPattern {
            features: vec!["production".to_owned(), "kubernetes".to_owned()],
            approach: "roll out one pod at a time and test through the front door".to_owned(),
        },
    ]
}

fn pattern(kind: &Kind, lesson: Lesson, episodes: &[Episode], now: Timestamp) -> Result<Pattern> {
    let of_kind = || {
        episodes
            .iter()
            .filter(|e| e.task_type.as_str() == kind.task_type)
    };
    let good = || of_kind().filter(|e| e.outcome_kind() == OutcomeKind::Success);
    let (occurrences, successes) = (of_kind().count(), good().count());
    let sources = good()
        .map(|episode| episode.id)
        .take(20)
        .collect::<Vec<EpisodeId>>();
    let share = successes * 100 / occurrences.max(1);
    let share = Ratio::new(f64::from(u8::try_from(share).unwrap_or(0)) / 100.0)?;
    PatternDraft {
        task_type: Some(TaskType::new(kind.task_type)?),
        domain: Some(Domain::new(kind.domain)?),
        confidence: share,
        occurrences: occurrences as u64,
        successes: successes as u64,
        effectiveness: share,
        sources: sources.into_iter().collect(),
        ..PatternDraft::new(lesson, now)
    }
    .finish()
}
