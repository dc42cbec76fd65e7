//! What makes two records say the same.

use crate::{
    Domain, Episode, EpisodeDraft, EpisodeId, ExecutionStep, ExternalId, Lesson, Metadata,
    Namespace, Outcome, Pattern, PatternDraft, PatternId, Ratio, RewardScore, Tags, TaskContext,
    TaskType, Timestamp,
};
use serde_json::Value;
use std::collections::BTreeSet;

#[derive(PartialEq)]
struct EpisodeContent<'a> {
    namespace: &'a Namespace,
    external_id: &'a Option<ExternalId>,
    task_type: &'a TaskType,
    description: &'a str,
    context: &'a TaskContext,
    steps: &'a [ExecutionStep],
    outcome: &'a Option<Outcome>,
    reward: &'a Option<RewardScore>,
    reflections: &'a [String],
    patterns: &'a BTreeSet<PatternId>,
    tags: &'a Tags,
    metadata: &'a Metadata,
    started_at: Timestamp,
    completed_at: Option<Timestamp>,
}

impl<'a> From<&'a EpisodeDraft> for EpisodeContent<'a> {
    // Every field is named, so that a new one cannot be forgotten here.
    fn from(draft: &'a EpisodeDraft) -> Self {
        let EpisodeDraft {
            namespace,
            id: _,
            external_id,
            task_type,
            description,
            context,
            steps,
            outcome,
            reward,
            reflections,
            patterns,
            tags,
            metadata,
            started_at,
            completed_at,
            created_at: _,
            updated_at: _,
            revision: _,
        } = draft;
        Self {
            namespace,
            external_id,
            task_type,
            description,
            context,
            steps,
            outcome,
            reward,
            reflections,
            patterns,
            tags,
            metadata,
            started_at: *started_at,
            completed_at: *completed_at,
        }
    }
}

#[derive(PartialEq)]
struct PatternContent<'a> {
    namespace: &'a Namespace,
    lesson: &'a Lesson,
    task_type: &'a Option<TaskType>,
    domain: &'a Option<Domain>,
    confidence: Ratio,
    occurrences: u64,
    successes: u64,
    effectiveness: Ratio,
    sources: &'a BTreeSet<EpisodeId>,
}

impl<'a> From<&'a PatternDraft> for PatternContent<'a> {
    fn from(draft: &'a PatternDraft) -> Self {
        let PatternDraft {
            namespace,
            id: _,
            lesson,
            task_type,
            domain,
            confidence,
            occurrences,
            successes,
            effectiveness,
            sources,
            created_at: _,
            updated_at: _,
            revision: _,
        } = draft;
        Self {
            namespace,
            lesson,
            task_type,
            domain,
            confidence: *confidence,
            occurrences: *occurrences,
            successes: *successes,
            effectiveness: *effectiveness,
            sources,
        }
    }
}

/// The bits of every number that is not an integer, in a fixed order: of two equal
/// records they differ where a zero has another sign, which `==` does not see.
trait Bits {
    fn bits(&self, bits: &mut Vec<u64>);
}

fn same<'a, T, C: PartialEq + From<&'a T>>(a: &'a T, b: &'a T) -> bool
where
    T: Bits,
{
    let bits = |value: &T| {
        let mut bits = Vec::new();
        value.bits(&mut bits);
        bits
    };
    C::from(a) == C::from(b) && bits(a) == bits(b)
}

impl Bits for EpisodeDraft {
    fn bits(&self, bits: &mut Vec<u64>) {
        if let Some(reward) = &self.reward {
            bits.push(reward.total.to_bits());
            bits.extend(reward.components.values().map(|value| value.to_bits()));
        }
        for step in &self.steps {
            bits.extend(step.reward.map(f64::to_bits));
            for value in [&step.arguments, &step.observation].into_iter().flatten() {
                value.bits(bits);
            }
        }
    }
}

impl Bits for PatternDraft {
    fn bits(&self, bits: &mut Vec<u64>) {
        bits.extend([self.confidence, self.effectiveness].map(|ratio| ratio.get().to_bits()));
    }
}

impl Bits for Value {
    // Recursion ends, because the depth of a value in a record is limited.
    fn bits(&self, bits: &mut Vec<u64>) {
        match self {
            Self::Number(number) if number.is_f64() => {
                bits.extend(number.as_f64().map(f64::to_bits));
            }
            Self::Array(items) => items.iter().for_each(|item| item.bits(bits)),
            Self::Object(map) => map.values().for_each(|value| value.bits(bits)),
            _ => {}
        }
    }
}

impl Episode {
    /// Whether both say the same: everything is equal but `id`, `created_at`,
    /// `updated_at` and `revision`. Numbers are compared exactly, -0.0 is not 0.0.
    pub fn same_content(&self, other: &Self) -> bool {
        same::<EpisodeDraft, EpisodeContent>(self, other)
    }
}

impl Pattern {
    /// Whether both say the same: everything is equal but `id`, `created_at`,
    /// `updated_at` and `revision`. Numbers are compared exactly, -0.0 is not 0.0.
    pub fn same_content(&self, other: &Self) -> bool {
        same::<PatternDraft, PatternContent>(self, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn episode(change: impl FnOnce(&mut EpisodeDraft)) -> Episode {
        let time = Timestamp::from_micros(0).unwrap();
        let mut draft = EpisodeDraft::new(TaskType::new("t").unwrap(), "", time);
        change(&mut draft);
        draft.finish().unwrap()
    }

    #[test]
    fn ids_the_times_of_the_record_and_revisions_are_no_content() {
        let other = |draft: &mut EpisodeDraft| {
            draft.created_at = Timestamp::MAX;
            draft.updated_at = Timestamp::MAX;
            draft.revision = draft.revision.next();
        };
        assert!(episode(|_| ()).same_content(&episode(other)));
        assert!(!episode(|_| ()).same_content(&episode(|d| d.completed_at = Some(d.created_at))));
    }

    #[test]
    fn f68_a_negative_zero_is_other_content_than_zero() {
        let scored = |total| episode(|d| d.reward = Some(RewardScore::new(total)));
        assert_eq!(scored(0.0).reward, scored(-0.0).reward);
        assert!(!scored(0.0).same_content(&scored(-0.0)));
        assert!(scored(-0.0).same_content(&scored(-0.0)));
    }

    #[test]
    fn f68_a_negative_zero_deep_inside_is_seen() {
        let given = |value: f64| {
            episode(|d| {
                d.steps = vec![ExecutionStep {
                    arguments: Some(serde_json::json!([{"k": [1, "x", value]}])),
                    ..ExecutionStep::default()
                }];
            })
        };
        assert!(!given(0.0).same_content(&given(-0.0)));
        assert!(given(0.5).same_content(&given(0.5)));
        let sure = |value| {
            let lesson = Lesson::ToolSequence { tools: Vec::new() };
            let mut draft = PatternDraft::new(lesson, Timestamp::MIN);
            draft.effectiveness = Ratio::new(value).unwrap();
            draft.finish().unwrap()
        };
        assert!(!sure(0.0).same_content(&sure(-0.0)));
        assert!(sure(0.0).same_content(&sure(0.0)));
    }
}
