//! How much memory what is cached takes, and the keys under which it is.

use super::heap::{Heap, block, items, nodes};
use super::key::{EdgeKey, EdgeValue, PatternKey, QueryKey, QueryValue};
use memory_core::{
    Domain, Episode, EpisodeId, EpisodeQuery, EpisodeRelationship, ExecutionStep, ExternalId,
    Lesson, Metadata, Namespace, Outcome, Page, PageRequest, Pattern, PatternId, Related,
    RelatedEpisode, RelationshipKind, RelationshipKinds, RewardScore, Tag, TagCount, TaskContext,
    TaskType,
};

/// For the weighers of the caches.
pub(super) fn weight(of: &impl Heap) -> u64 {
    u64::try_from(of.heap()).unwrap_or(u64::MAX)
}

macro_rules! texts {
    ($($name:ty),*) => {$(
        impl Heap for $name {
            fn heap(&self) -> usize {
                block(self.as_str().len())
            }
        }
    )*};
}

texts!(Namespace, ExternalId, TaskType, Domain, Tag);

macro_rules! ids {
    ($($name:ty),*) => {$(
        impl Heap for $name {
            fn heap(&self) -> usize {
                0
            }
        }
    )*};
}

ids!(EpisodeId, PatternId, RelatedEpisode);

impl Heap for Metadata {
    fn heap(&self) -> usize {
        let texts = self
            .iter()
            .map(|(key, value)| block(key.len()) + block(value.len()));
        nodes::<String, String>(self.len()) + texts.sum::<usize>()
    }
}

impl Heap for ExecutionStep {
    fn heap(&self) -> usize {
        self.tool.heap()
            + self.action.heap()
            + self.thought.heap()
            + self.arguments.heap()
            + self.observation.heap()
    }
}

impl Heap for Outcome {
    fn heap(&self) -> usize {
        match self {
            Self::Success { verdict, artifacts } => verdict.heap() + artifacts.heap(),
            Self::Partial {
                verdict,
                completed,
                failed,
            } => verdict.heap() + completed.heap() + failed.heap(),
            Self::Failure { reason } => reason.heap(),
        }
    }
}

impl Heap for RewardScore {
    fn heap(&self) -> usize {
        self.components.heap()
    }
}

impl Heap for TaskContext {
    fn heap(&self) -> usize {
        self.domain.heap() + self.language.heap() + self.framework.heap()
    }
}

impl Heap for Episode {
    fn heap(&self) -> usize {
        self.namespace.heap()
            + self.external_id.heap()
            + self.task_type.heap()
            + self.description.heap()
            + self.context.heap()
            + self.steps.heap()
            + self.outcome.heap()
            + self.reward.heap()
            + self.reflections.heap()
            + self.patterns.heap()
            + self.tags.heap()
            + self.metadata.heap()
    }
}

impl Heap for Lesson {
    fn heap(&self) -> usize {
        match self {
            Self::ToolSequence { tools } => tools.heap(),
            Self::DecisionPoint {
                condition,
                action,
                alternatives,
            } => condition.heap() + action.heap() + alternatives.heap(),
            Self::ErrorRecovery { error, recovery } => error.heap() + recovery.heap(),
            Self::ContextPattern { features, approach } => features.heap() + approach.heap(),
        }
    }
}

impl Heap for Pattern {
    fn heap(&self) -> usize {
        self.namespace.heap()
            + self.lesson.heap()
            + self.task_type.heap()
            + self.domain.heap()
            + self.sources.heap()
    }
}

impl Heap for EpisodeRelationship {
    fn heap(&self) -> usize {
        let metadata = self.metadata();
        self.namespace().heap()
            + metadata.reason.heap()
            + metadata.created_by.heap()
            + metadata.custom.heap()
    }
}

impl Heap for TagCount {
    fn heap(&self) -> usize {
        self.tag.heap()
    }
}

impl<T: Heap> Heap for Page<T> {
    fn heap(&self) -> usize {
        let next = self.next.as_ref().map(ToString::to_string);
        self.items.heap() + next.heap()
    }
}

impl Heap for Related {
    fn heap(&self) -> usize {
        self.episodes.heap()
    }
}

impl Heap for QueryValue {
    fn heap(&self) -> usize {
        match self {
            Self::Episodes(page) => page.heap(),
            Self::Patterns(page) => page.heap(),
            Self::Tags(page) => page.heap(),
            // With the two counters of the pointer.
            Self::EpisodeIds(ids) => block(size_of_val(&**ids) + 2 * size_of::<usize>()),
            Self::Count(_) => 0,
        }
    }
}

impl Heap for EdgeValue {
    fn heap(&self) -> usize {
        match self {
            Self::Page(page) => page.heap(),
            Self::Walk(related) => related.heap(),
        }
    }
}

// Keys, which are copies and therefore have no room to grow.

impl<Id> Heap for (Namespace, Id) {
    fn heap(&self) -> usize {
        self.0.heap()
    }
}

impl Heap for PageRequest {
    fn heap(&self) -> usize {
        self.cursor().map(ToString::to_string).heap()
    }
}

impl Heap for EpisodeQuery {
    fn heap(&self) -> usize {
        self.namespace.heap()
            + self.task_type.heap()
            + self.domain.heap()
            + self.tags_all.heap()
            + self.tags_any.heap()
            + self.metadata.heap()
    }
}

impl Heap for PatternKey {
    fn heap(&self) -> usize {
        self.namespace.heap() + self.task_type.heap() + self.domain.heap()
    }
}

impl Heap for RelationshipKinds {
    fn heap(&self) -> usize {
        nodes::<RelationshipKind, ()>(self.iter().count())
    }
}

impl Heap for QueryKey {
    fn heap(&self) -> usize {
        match self {
            Self::Episodes(query, page) => query.heap() + page.heap(),
            Self::CountEpisodes(query) => query.heap(),
            Self::EpisodeIds(namespace, ids) => {
                let texts = ids.iter().map(Heap::heap).sum::<usize>();
                namespace.heap() + items::<ExternalId>(ids.len()) + texts
            }
            Self::Tags(namespace, page) => namespace.heap() + page.heap(),
            Self::Patterns(query, page) => query.heap() + page.heap(),
            Self::CountPatterns(query) => query.heap(),
        }
    }
}

impl Heap for EdgeKey {
    fn heap(&self) -> usize {
        match self {
            Self::Page(query, page) => query.namespace.heap() + query.kinds.heap() + page.heap(),
            Self::Walk(query) => query.namespace.heap() + query.kinds.heap(),
        }
    }
}
