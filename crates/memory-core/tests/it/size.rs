//! `size_bytes` bounds what a record holds, so that the limits of batches and pages mean something.

use crate::{draft, time};
use memory_core::testing::{any_episode, any_pattern, any_step};
use memory_core::{Episode, Lesson, Outcome, Pattern};
use proptest::prelude::*;

fn len(text: Option<&String>) -> usize {
    text.map_or(0, String::len)
}

fn json_len(text: &str) -> usize {
    serde_json::to_string(text).unwrap().len()
}

/// The bytes of every text in an episode, JSON values as JSON.
fn held(episode: &Episode) -> usize {
    let steps = episode.steps.iter().map(|step| {
        let values = [&step.arguments, &step.observation].into_iter().flatten();
        let values = values.map(|value| match value.as_str() {
            Some(text) => text.len(),
            None => value.to_string().len(),
        });
        len(step.tool.as_ref())
            + len(step.action.as_ref())
            + len(step.thought.as_ref())
            + values.sum::<usize>()
            // latency, tokens, reward, time, status
            + 40
    });
    let outcome = episode.outcome.as_ref().map_or(0, |outcome| {
        let texts: Vec<&String> = match outcome {
            Outcome::Success { artifacts, .. } => artifacts.iter().collect(),
            Outcome::Partial {
                completed, failed, ..
            } => completed.iter().chain(failed).collect(),
            Outcome::Failure { .. } => Vec::new(),
        };
        outcome.text().len() + texts.iter().map(|text| text.len() + 8).sum::<usize>()
    });
    let reward = episode.reward.as_ref().map_or(0, |reward| {
        8 + reward
            .components
            .keys()
            .map(|name| name.len() + 16)
            .sum::<usize>()
    });
    let names = len(episode.external_id.clone().map(String::from).as_ref())
        + episode.namespace.as_str().len()
        + episode.task_type.as_str().len()
        + episode.context.domain.as_str().len()
        + len(episode.context.language.as_ref())
        + len(episode.context.framework.as_ref());
    names
        + episode.description.len()
        + steps.sum::<usize>()
        + outcome
        + reward
        + episode
            .reflections
            .iter()
            .map(|text| text.len() + 8)
            .sum::<usize>()
        + 16 * episode.patterns.len()
        + episode
            .tags
            .iter()
            .map(|tag| tag.as_str().len())
            .sum::<usize>()
        + episode
            .metadata
            .iter()
            .map(|(key, value)| json_len(key) + json_len(value) + 16)
            .sum::<usize>()
}

fn held_by(pattern: &Pattern) -> usize {
    let texts: Vec<&String> = match &pattern.lesson {
        Lesson::ToolSequence { tools } => tools.iter().collect(),
        Lesson::DecisionPoint {
            condition,
            action,
            alternatives,
        } => [condition, action]
            .into_iter()
            .chain(alternatives)
            .collect(),
        Lesson::ErrorRecovery { error, recovery } => [error].into_iter().chain(recovery).collect(),
        Lesson::ContextPattern { features, approach } => {
            features.iter().chain([approach]).collect()
        }
    };
    texts.iter().map(|text| text.len()).sum::<usize>() + 16 * pattern.sources.len()
}

proptest! {
    #[test]
    fn it_is_no_less_than_what_an_episode_holds(episode in any_episode()) {
        prop_assert!(held(&episode) <= episode.size_bytes());
        // Nor is it much more: a page of small episodes is not cut short for nothing.
        let overhead = 700 + 130 * episode.steps.len() + 40 * episode.metadata.len();
        prop_assert!(episode.size_bytes() <= 2 * held(&episode) + overhead);
    }

    #[test]
    fn it_is_no_less_than_what_a_pattern_holds(pattern in any_pattern()) {
        prop_assert!(held_by(&pattern) <= pattern.size_bytes());
    }

    #[test]
    fn adding_a_step_counts_as_finishing_with_it(step in any_step()) {
        let mut added = draft().finish().unwrap();
        added.add_step(step.clone(), time(0)).unwrap();
        let mut whole = draft();
        whole.id = added.id;
        whole.steps = vec![step];
        let whole = whole.finish().unwrap();
        prop_assert_eq!(added.size_bytes(), whole.size_bytes());
        prop_assert!(added.same_content(&whole));
    }
}
