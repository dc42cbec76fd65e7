use super::origin::Origin;
use memory_storage_turso::{
    EpisodeId, EpisodeRelationship, ExternalId, Namespace, RelationshipKind, RelationshipMetadata,
    Result, Timestamp,
};
use std::fmt;

/// One end of a relationship, as its line names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    Id(EpisodeId),
    External(ExternalId),
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::External(id) => id.fmt(f),
        }
    }
}

/// A relationship whose ends may not be stored yet.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) origin: Origin,
    pub(crate) namespace: Namespace,
    pub(crate) kind: RelationshipKind,
    pub(crate) from: End,
    pub(crate) to: End,
    pub(crate) metadata: RelationshipMetadata,
    pub(crate) created_at: Timestamp,
}

impl Edge {
    /// The edge of an exported relationship.
    pub(crate) fn of(relationship: &EpisodeRelationship, origin: Origin) -> Self {
        Self {
            origin,
            namespace: relationship.namespace().clone(),
            kind: relationship.kind(),
            from: End::Id(relationship.from()),
            to: End::Id(relationship.to()),
            metadata: relationship.metadata().clone(),
            created_at: relationship.created_at(),
        }
    }

    /// The relationship, once both ends are known.
    pub(crate) fn between(&self, from: EpisodeId, to: EpisodeId) -> Result<EpisodeRelationship> {
        let namespace = self.namespace.clone();
        EpisodeRelationship::new(namespace, self.kind, from, to, self.created_at)?
            .with_metadata(self.metadata.clone())
    }
}
