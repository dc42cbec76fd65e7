use super::json::any_json;
use super::scalar::{any_finite, any_timestamp};
use super::text::nasty_text;
use crate::{ExecutionStep, StepStatus};
use proptest::option::of;
use proptest::prelude::*;
use std::time::Duration;

/// Any step. A JSON null becomes none when the step is added to an episode.
pub fn any_step() -> BoxedStrategy<ExecutionStep> {
    let words = (of(nasty_text(40)), of(nasty_text(80)), of(nasty_text(80)));
    let values = (of(any_json()), of(any_json()));
    let count = prop_oneof![Just(0), Just(u64::MAX), any::<u64>()];
    let facts = (
        of(any_status()),
        of(count.clone().prop_map(Duration::from_nanos)),
        of(count),
        of(any_finite()),
        of(any_timestamp()),
    );
    (words, values, facts)
        .prop_map(|(words, values, facts)| ExecutionStep {
            tool: words.0,
            action: words.1,
            thought: words.2,
            arguments: values.0,
            observation: values.1,
            status: facts.0,
            latency: facts.1,
            tokens: facts.2,
            reward: facts.3,
            started_at: facts.4,
        })
        .boxed()
}

fn any_status() -> BoxedStrategy<StepStatus> {
    prop_oneof![
        Just(StepStatus::Success),
        Just(StepStatus::Error),
        Just(StepStatus::Timeout),
    ]
    .boxed()
}
