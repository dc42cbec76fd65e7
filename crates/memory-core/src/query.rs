use crate::limits::{RELATED_DEPTH_MAX, RELATED_NODES_MAX};
use crate::{
    Direction, Domain, Episode, EpisodeId, Error, Metadata, Namespace, Order, OutcomeKind, Pattern,
    PatternId, PatternKind, Ratio, RelationshipKind, Result, Tag, Tags, TaskType, Timestamp,
};
use std::collections::BTreeSet;

/// Which episodes are wanted: those for which everything said here holds.
///
/// ```
/// use memory_core::{EpisodeQuery, Tag, TaskType};
/// # fn main() -> memory_core::Result<()> {
/// let query = EpisodeQuery {
///     task_type: Some(TaskType::new("bug_fix")?),
///     tags_any: [Tag::new("rust")?, Tag::new("python")?].into(),
///     ..EpisodeQuery::default()
/// };
/// # let _ = query;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct EpisodeQuery {
    /// Exactly this namespace.
    pub namespace: Namespace,
    /// Began at this time or later.
    pub since: Option<Timestamp>,
    /// Began before this time.
    pub until: Option<Timestamp>,
    /// Has this task type.
    pub task_type: Option<TaskType>,
    /// Has this domain.
    pub domain: Option<Domain>,
    /// Has this outcome.
    pub outcome: Option<OutcomeKind>,
    /// Has all of these tags.
    pub tags_all: Tags,
    /// Has at least one of these tags; any episode when empty.
    pub tags_any: Tags,
    /// Has all of these metadata entries, key and value compared byte for byte.
    pub metadata: Metadata,
    /// Applied this pattern.
    pub pattern: Option<PatternId>,
    /// The order of the pages: by `started_at`, then by id.
    pub order: Order,
}

impl EpisodeQuery {
    /// Every episode of `namespace`.
    pub fn all(namespace: Namespace) -> Self {
        Self {
            namespace,
            ..Self::default()
        }
    }

    /// Whether `episode` is wanted.
    pub fn matches(&self, episode: &Episode) -> bool {
        self.namespace == episode.namespace
            && in_range(self.since, self.until, episode.started_at)
            && is_none_or(self.task_type.as_ref(), &episode.task_type)
            && is_none_or(self.domain.as_ref(), &episode.context.domain)
            && is_none_or(self.outcome.as_ref(), &episode.outcome_kind())
            && self.pattern.is_none_or(|id| episode.patterns.contains(&id))
            && self.matches_tags(&episode.tags)
            && self
                .metadata
                .iter()
                .all(|(k, v)| episode.metadata.get(k) == Some(v))
    }

    fn matches_tags(&self, tags: &Tags) -> bool {
        self.tags_all.is_subset(tags)
            && (self.tags_any.is_empty() || !self.tags_any.is_disjoint(tags))
    }
}

fn in_range(since: Option<Timestamp>, until: Option<Timestamp>, time: Timestamp) -> bool {
    since.is_none_or(|since| since <= time) && until.is_none_or(|until| time < until)
}

fn is_none_or<T: PartialEq>(wanted: Option<&T>, is: &T) -> bool {
    wanted.is_none_or(|wanted| wanted == is)
}

/// Which patterns are wanted: those for which everything said here holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PatternQuery {
    /// Exactly this namespace.
    pub namespace: Namespace,
    /// Created at this time or later.
    pub since: Option<Timestamp>,
    /// Created before this time.
    pub until: Option<Timestamp>,
    /// Has this kind of lesson.
    pub kind: Option<PatternKind>,
    /// Was learnt for this task type.
    pub task_type: Option<TaskType>,
    /// Was learnt in this domain.
    pub domain: Option<Domain>,
    /// Was learnt from this episode.
    pub source: Option<EpisodeId>,
    /// Has at least this confidence.
    pub min_confidence: Option<Ratio>,
    /// The order of the pages: by `created_at`, then by id.
    pub order: Order,
}

impl PatternQuery {
    /// Every pattern of `namespace`.
    pub fn all(namespace: Namespace) -> Self {
        Self {
            namespace,
            ..Self::default()
        }
    }

    /// Whether `pattern` is wanted.
    pub fn matches(&self, pattern: &Pattern) -> bool {
        self.namespace == pattern.namespace
            && in_range(self.since, self.until, pattern.created_at)
            && is_none_or(self.kind.as_ref(), &pattern.kind())
            && self
                .task_type
                .as_ref()
                .is_none_or(|t| pattern.task_type.as_ref() == Some(t))
            && self
                .domain
                .as_ref()
                .is_none_or(|d| pattern.domain.as_ref() == Some(d))
            && self.source.is_none_or(|id| pattern.sources.contains(&id))
            && self
                .min_confidence
                .is_none_or(|min| pattern.confidence >= min)
    }
}

/// Some of the seven kinds of relationship; all of them by default.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RelationshipKinds(BTreeSet<RelationshipKind>);

impl RelationshipKinds {
    /// Whether `kind` is among them.
    pub fn contains(&self, kind: RelationshipKind) -> bool {
        self.0.contains(&kind)
    }

    /// Those kinds, in the order of [`RelationshipKind::ALL`].
    pub fn iter(&self) -> impl Iterator<Item = RelationshipKind> {
        self.0.iter().copied()
    }
}

impl Default for RelationshipKinds {
    fn default() -> Self {
        Self::from_iter(RelationshipKind::ALL)
    }
}

impl FromIterator<RelationshipKind> for RelationshipKinds {
    fn from_iter<I: IntoIterator<Item = RelationshipKind>>(kinds: I) -> Self {
        Self(kinds.into_iter().collect())
    }
}

/// Which relationships are wanted. Pages are ordered by `from`, then by kind, then by `to`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct RelationshipQuery {
    /// Exactly this namespace.
    pub namespace: Namespace,
    /// Only those of this episode.
    pub episode: Option<EpisodeId>,
    /// From which end the episode is looked at; without an episode it means nothing.
    pub direction: Direction,
    /// Of these kinds.
    pub kinds: RelationshipKinds,
}

impl RelationshipQuery {
    /// Every relationship of `namespace`.
    pub fn all(namespace: Namespace) -> Self {
        Self {
            namespace,
            ..Self::default()
        }
    }

    /// Every relationship of one episode, in both directions.
    pub fn of(namespace: Namespace, episode: EpisodeId) -> Self {
        Self {
            namespace,
            episode: Some(episode),
            ..Self::default()
        }
    }
}

/// A walk along relationships from one episode.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RelatedQuery {
    /// Exactly this namespace.
    pub namespace: Namespace,
    /// Where the walk begins; not part of the result.
    pub start: EpisodeId,
    /// Along which end; both by default.
    pub direction: Direction,
    /// Along these kinds.
    pub kinds: RelationshipKinds,
    /// How many relationships away at most, 1 to 32; 3 by default, as far as a relation tends to mean something.
    pub max_depth: usize,
    /// How many episodes at most, 1 to 10,000; 1,000 by default.
    pub max_nodes: usize,
}

impl RelatedQuery {
    /// Everything up to three relationships away from `start`.
    pub fn from(namespace: Namespace, start: EpisodeId) -> Self {
        Self {
            namespace,
            start,
            direction: Direction::Both,
            kinds: RelationshipKinds::default(),
            max_depth: 3,
            max_nodes: 1_000,
        }
    }

    /// Checks the depth and the number of nodes; backends call it first.
    ///
    /// # Errors
    /// `Limit` when one of them is 0 or over its maximum.
    pub fn check(&self) -> Result<()> {
        for (what, is, max) in [
            ("the depth of a walk", self.max_depth, RELATED_DEPTH_MAX),
            ("the size of a walk", self.max_nodes, RELATED_NODES_MAX),
        ] {
            if is == 0 || is > max {
                let context = format!("{what} is {is}, from 1 to {max} are allowed");
                return Err(Error::new(crate::ErrorKind::Limit, context));
            }
        }
        Ok(())
    }
}

/// What a walk along relationships found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Related {
    /// Each episode once, nearest first, then by id.
    pub episodes: Vec<RelatedEpisode>,
    /// Whether there were more than `max_nodes`: those left out are not nearer than the last one here.
    pub truncated: bool,
}

/// An episode that a walk reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RelatedEpisode {
    /// Which one.
    pub id: EpisodeId,
    /// How many relationships away from the start, on the shortest way.
    pub depth: usize,
}

/// How many episodes of a namespace have a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagCount {
    /// The tag.
    pub tag: Tag,
    /// How many episodes have it; at least one.
    pub episodes: u64,
}
