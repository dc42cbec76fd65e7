//! What makes two records say the same.

use crate::{
    Domain, Episode, EpisodeDraft, EpisodeId, ExecutionStep, ExternalId, Lesson, Metadata,
    Namespace, Outcome, Pattern, PatternDraft, PatternId, Ratio, RewardScore, Tags, TaskContext,
    TaskType, Timestamp,
};
use serde::Serialize;
use std::collections::BTreeSet;

#[derive(PartialEq, Serialize)]
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

#[derive(PartialEq, Serialize)]
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

/// Equality that tells -0.0 from 0.0: their JSON differs where `==` does not.
fn same<T: PartialEq + Serialize>(a: &T, b: &T) -> bool {
    a == b && serde_json::to_vec(a).ok() == serde_json::to_vec(b).ok()
}

impl Episode {
    /// Whether both say the same: everything is equal but `id`, `created_at`,
    /// `updated_at` and `revision`. Numbers are compared exactly, -0.0 is not 0.0.
    pub fn same_content(&self, other: &Self) -> bool {
        same::<EpisodeContent>(&(&**self).into(), &(&**other).into())
    }
}

impl Pattern {
    /// Whether both say the same: everything is equal but `id`, `created_at`,
    /// `updated_at` and `revision`. Numbers are compared exactly, -0.0 is not 0.0.
    pub fn same_content(&self, other: &Self) -> bool {
        same::<PatternContent>(&(&**self).into(), &(&**other).into())
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
}
