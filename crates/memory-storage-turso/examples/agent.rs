//! An agent loop that remembers: before each task it looks up what was learnt from tasks like
//! it, and afterwards it keeps what it did.
//!
//! usage: agent [DATABASE]
#![allow(clippy::print_stdout)]

use memory_storage_turso::{
    Episode, EpisodeQuery, EpisodeStore as _, ExecutionStep, Lesson, Outcome, OutcomeKind,
    PageRequest, Pattern, PatternDraft, PatternQuery, PatternStore as _, Result, RewardScore,
    StepStatus, Tag, TaskType, Timestamp, TursoStorage,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let place = std::env::args()
        .nth(1)
        .unwrap_or_else(|| ":memory:".to_owned());
    let memory = TursoStorage::open(&place).await?;
    for task in [
        "Login fails on Sunday",
        "Login fails on Monday",
        "Login fails in July",
    ] {
        let advice = remember(&memory).await?;
        println!(
            "{task}: {}",
            advice.as_deref().unwrap_or("nothing is known yet")
        );
        let episode = work(task, advice.is_some())?;
        memory.store_episode(&episode).await?;
        if episode.outcome_kind() == OutcomeKind::Success {
            memory.store_pattern(&lesson(&episode)?).await?;
        }
    }
    let solved = EpisodeQuery {
        outcome: Some(OutcomeKind::Success),
        ..bug_fixes()?
    };
    let (all, solved) = (
        memory.count_episodes(&bug_fixes()?).await?,
        memory.count_episodes(&solved).await?,
    );
    println!("{solved} of {all} solved");
    Ok(())
}

/// Episodes of the sort that this agent works on.
fn bug_fixes() -> Result<EpisodeQuery> {
    Ok(EpisodeQuery {
        task_type: Some(TaskType::new("bug_fix")?),
        ..EpisodeQuery::default()
    })
}

/// The latest lesson from a bug fix.
async fn remember(memory: &TursoStorage) -> Result<Option<String>> {
    let query = PatternQuery {
        task_type: Some(TaskType::new("bug_fix")?),
        ..PatternQuery::default()
    };
    let page = memory
        .query_patterns(&query, &PageRequest::first(1)?)
        .await?;
    Ok(page
        .items
        .first()
        .and_then(|pattern| match &pattern.lesson {
            Lesson::DecisionPoint {
                condition, action, ..
            } => Some(format!("when {condition}: {action}")),
            _ => None,
        }))
}

/// Works on the task; stands for a model and its tools.
fn work(task: &str, knows_where_to_look: bool) -> Result<Episode> {
    let mut episode = Episode::start(TaskType::new("bug_fix")?, task, Timestamp::now())?;
    let grep = ExecutionStep::new("grep", "weekday").ended(StepStatus::Success, "3 hits");
    episode.add_step(grep, Timestamp::now())?;
    let reward = RewardScore::new(if knows_where_to_look { 1.0 } else { 0.5 });
    episode.complete(
        Outcome::success("a weekday was off by one"),
        Some(reward),
        Timestamp::now(),
    )?;
    let tag = Tag::new("dates")?;
    episode.edit(Timestamp::now(), |draft| {
        draft.tags.insert(tag);
    })?;
    Ok(episode)
}

/// What is to be kept of a success.
fn lesson(episode: &Episode) -> Result<Pattern> {
    let lesson = Lesson::DecisionPoint {
        condition: "a login fails on certain days".to_owned(),
        action: "look at dates first".to_owned(),
        alternatives: Vec::new(),
    };
    let mut draft = PatternDraft::new(lesson, Timestamp::now());
    draft.task_type = Some(episode.task_type.clone());
    draft.sources = [episode.id].into();
    (draft.occurrences, draft.successes) = (1, 1);
    draft.finish()
}
