use super::names::{any_domain, any_episode_id, any_namespace, any_pattern_id, any_task_type};
use super::scalar::{any_ratio, any_revision, any_timestamp};
use super::text::nasty_text;
use crate::{Lesson, Pattern, PatternDraft, PatternKind};
use proptest::collection::{btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;

/// Any lesson: each of the four kinds.
pub fn any_lesson() -> BoxedStrategy<Lesson> {
    let texts = || vec(nasty_text(60), 0..4);
    let text = || nasty_text(80);
    prop_oneof![
        texts().prop_map(|tools| Lesson::ToolSequence { tools }),
        (text(), text(), texts()).prop_map(|(condition, action, alternatives)| {
            Lesson::DecisionPoint {
                condition,
                action,
                alternatives,
            }
        }),
        (text(), texts()).prop_map(|(error, recovery)| Lesson::ErrorRecovery { error, recovery }),
        (texts(), text())
            .prop_map(|(features, approach)| Lesson::ContextPattern { features, approach }),
    ]
    .boxed()
}

/// Any kind of lesson.
pub fn any_pattern_kind() -> BoxedStrategy<PatternKind> {
    prop_oneof![
        Just(PatternKind::ToolSequence),
        Just(PatternKind::DecisionPoint),
        Just(PatternKind::ErrorRecovery),
        Just(PatternKind::ContextPattern),
    ]
    .boxed()
}

/// Any pattern, as it may be given to a backend.
pub fn any_pattern() -> BoxedStrategy<Pattern> {
    let identity = (any_namespace(), any_pattern_id(), any_lesson());
    let scope = (of(any_task_type()), of(any_domain()));
    let sources = btree_set(any_episode_id(), 0..4);
    let times = (any_timestamp(), any_timestamp(), any_revision());
    (
        identity,
        scope,
        (any_ratio(), any_ratio()),
        counts(),
        sources,
        times,
    )
        .prop_map(
            |(identity, scope, ratios, counts, sources, times)| PatternDraft {
                namespace: identity.0,
                id: identity.1,
                lesson: identity.2,
                task_type: scope.0,
                domain: scope.1,
                confidence: ratios.0,
                occurrences: counts.0,
                successes: counts.1,
                effectiveness: ratios.1,
                sources,
                created_at: times.0,
                updated_at: times.1,
                revision: times.2,
            },
        )
        .prop_map(|draft| draft.finish().expect("a valid pattern"))
        .boxed()
}

/// Occurrences, and not more successes.
fn counts() -> BoxedStrategy<(u64, u64)> {
    let max = i64::MAX.unsigned_abs();
    prop_oneof![Just(0), Just(max), 0..=max]
        .prop_flat_map(|all| (Just(all), 0..=all))
        .boxed()
}
