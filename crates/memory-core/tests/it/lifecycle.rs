use crate::{draft, kind, pattern_draft, time};
use memory_core::ErrorKind::{Limit, Misuse};
use memory_core::{
    Episode, ExecutionStep, Outcome, OutcomeKind, Revision, RewardScore, StepStatus, TaskType,
};
use serde_json::{Value, json};

fn started() -> Episode {
    Episode::start(TaskType::new("t").unwrap(), "a task", time(1)).unwrap()
}

#[test]
fn an_episode_starts_runs_and_ends() {
    let mut episode = started();
    assert_eq!(episode.outcome_kind(), OutcomeKind::Running);
    assert_eq!(
        (episode.started_at, episode.created_at, episode.updated_at),
        (time(1), time(1), time(1))
    );
    let step = ExecutionStep::new("grep", "x").ended(StepStatus::Timeout, "3 hits");
    episode.add_step(step, time(2)).unwrap();
    assert_eq!(episode.updated_at, time(2));
    assert_eq!(episode.steps[0].observation_text(), Some("3 hits"));
    episode
        .complete(
            Outcome::success("done"),
            Some(RewardScore::new(1.0)),
            time(3),
        )
        .unwrap();
    assert_eq!(episode.outcome_kind(), OutcomeKind::Success);
    assert_eq!(
        (episode.completed_at, episode.updated_at),
        (Some(time(3)), time(3))
    );
    assert_eq!((episode.started_at, episode.created_at), (time(1), time(1)));
    assert_eq!(
        episode.revision,
        Revision::FIRST,
        "the storage counts revisions"
    );
}

#[test]
fn a_complete_episode_takes_no_step_and_no_second_end() {
    let mut episode = started();
    episode
        .complete(Outcome::failure("x"), None, time(2))
        .unwrap();
    let before = episode.clone();
    assert_eq!(
        kind(episode.add_step(ExecutionStep::default(), time(3))),
        Some(Misuse)
    );
    assert_eq!(
        kind(episode.complete(Outcome::success(""), None, time(3))),
        Some(Misuse)
    );
    assert_eq!(episode, before);
}

#[test]
fn a_change_that_fails_leaves_the_record_as_it_was() {
    let mut episode = started();
    let before = episode.clone();
    let nan = Some(RewardScore::new(f64::NAN));
    assert_eq!(
        kind(episode.complete(Outcome::success(""), nan, time(2))),
        Some(Misuse)
    );
    let step = ExecutionStep {
        reward: Some(f64::INFINITY),
        ..ExecutionStep::default()
    };
    assert_eq!(kind(episode.add_step(step, time(2))), Some(Misuse));
    let long = "x".repeat(4_500_000);
    assert_eq!(
        kind(episode.edit(time(2), |d| d.description = long)),
        Some(Limit)
    );
    assert_eq!(episode, before);
    let mut pattern = pattern_draft().finish().unwrap();
    let before = pattern.clone();
    assert_eq!(
        kind(pattern.edit(time(2), |d| d.successes = 1)),
        Some(Misuse)
    );
    assert_eq!(pattern, before);
}

#[test]
fn an_edit_cannot_set_the_revision() {
    let mut episode = draft()
        .finish()
        .unwrap()
        .at_revision(Revision::new(4).unwrap());
    episode
        .edit(time(5), |d| d.revision = Revision::new(9).unwrap())
        .unwrap();
    assert_eq!((episode.revision.get(), episode.updated_at), (4, time(5)));
    let mut pattern = pattern_draft()
        .finish()
        .unwrap()
        .at_revision(Revision::new(4).unwrap());
    pattern
        .edit(time(5), |d| d.revision = Revision::new(9).unwrap())
        .unwrap();
    assert_eq!((pattern.revision.get(), pattern.updated_at), (4, time(5)));
}

#[test]
fn a_null_argument_becomes_none_when_the_step_is_added() {
    let null = || ExecutionStep {
        arguments: Some(Value::Null),
        observation: Some(Value::Null),
        ..ExecutionStep::default()
    };
    let mut added = started();
    added.add_step(null(), time(2)).unwrap();
    added.edit(time(2), |d| d.steps.push(null())).unwrap();
    assert_eq!(
        added.steps,
        [ExecutionStep::default(), ExecutionStep::default()]
    );
    // Inside of something a null is a value.
    let inside = ExecutionStep {
        arguments: Some(json!([null])),
        ..ExecutionStep::default()
    };
    added.add_step(inside.clone(), time(2)).unwrap();
    assert_eq!(added.steps[2], inside);
}
