use crate::check::{at_most, written_len};
use crate::limits::RELATIONSHIP_TEXT_BYTES_MAX;
use crate::{EpisodeId, Error, Metadata, Namespace, Result, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// How one episode relates to another, read from `from` to `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum RelationshipKind {
    /// `from` is the parent of `to`. Acyclic.
    ParentChild,
    /// `from` depends on `to`. Acyclic.
    DependsOn,
    /// `from` came after `to`.
    Follows,
    /// `from` and `to` have something to do with each other.
    RelatedTo,
    /// `from` blocks `to`. Acyclic.
    Blocks,
    /// `from` does again what `to` did.
    Duplicates,
    /// `from` mentions `to`.
    References,
}

impl RelationshipKind {
    /// All seven, in the order in which they sort.
    pub const ALL: [Self; 7] = [
        Self::ParentChild,
        Self::DependsOn,
        Self::Follows,
        Self::RelatedTo,
        Self::Blocks,
        Self::Duplicates,
        Self::References,
    ];

    /// The name, as written in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ParentChild => "ParentChild",
            Self::DependsOn => "DependsOn",
            Self::Follows => "Follows",
            Self::RelatedTo => "RelatedTo",
            Self::Blocks => "Blocks",
            Self::Duplicates => "Duplicates",
            Self::References => "References",
        }
    }

    /// What the relationship is called when it is read from `to` to `from`.
    pub const fn inverse_name(self) -> &'static str {
        match self {
            Self::ParentChild => "ChildOf",
            Self::DependsOn => "RequiredBy",
            Self::Follows => "FollowedBy",
            Self::RelatedTo => "RelatedTo",
            Self::Blocks => "BlockedBy",
            Self::Duplicates => "DuplicatedBy",
            Self::References => "ReferencedBy",
        }
    }

    /// Whether relationships of this kind may not form a cycle. Each kind is
    /// looked at on its own.
    pub const fn is_acyclic(self) -> bool {
        matches!(self, Self::ParentChild | Self::DependsOn | Self::Blocks)
    }
}

impl fmt::Display for RelationshipKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for RelationshipKind {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| {
                let names = Self::ALL.map(Self::name).join(", ");
                Error::misuse(format!(
                    "not a kind of relationship: expected one of {names}"
                ))
            })
    }
}

/// From which end an episode's relationships are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Those that begin at the episode.
    Outgoing,
    /// Those that end at it.
    Incoming,
    /// Both.
    #[default]
    Both,
}

/// What is known about a relationship beside its ends and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RelationshipMetadata {
    /// Why the episodes are related; at most 4,096 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who said so; at most 4,096 bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// How much it matters, larger is more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<u8>,
    /// Anything else.
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub custom: Metadata,
}

impl RelationshipMetadata {
    fn check(&self) -> Result<()> {
        for (what, text) in [
            ("the reason", &self.reason),
            ("the creator", &self.created_by),
        ] {
            let len = text.as_ref().map_or(0, String::len);
            at_most(what, len, RELATIONSHIP_TEXT_BYTES_MAX, "bytes")?;
        }
        Ok(())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    #[serde(default)]
    namespace: Namespace,
    kind: RelationshipKind,
    from: EpisodeId,
    to: EpisodeId,
    #[serde(default)]
    metadata: RelationshipMetadata,
    created_at: Timestamp,
}

/// A directed edge between two different episodes of one namespace.
///
/// There is at most one of each kind from one episode to another: adding it
/// again replaces its metadata.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct EpisodeRelationship {
    namespace: Namespace,
    kind: RelationshipKind,
    from: EpisodeId,
    to: EpisodeId,
    metadata: RelationshipMetadata,
    created_at: Timestamp,
}

impl EpisodeRelationship {
    /// A relationship without metadata.
    ///
    /// # Errors
    /// `Misuse` when both ends are the same episode.
    pub fn new(
        namespace: Namespace,
        kind: RelationshipKind,
        from: EpisodeId,
        to: EpisodeId,
        now: Timestamp,
    ) -> Result<Self> {
        if from == to {
            return Err(Error::misuse("an episode cannot be related to itself"));
        }
        let metadata = RelationshipMetadata::default();
        Ok(Self {
            namespace,
            kind,
            from,
            to,
            metadata,
            created_at: now,
        })
    }

    /// The same relationship with `metadata`.
    ///
    /// # Errors
    /// `Limit` when a text is too long.
    pub fn with_metadata(mut self, metadata: RelationshipMetadata) -> Result<Self> {
        metadata.check()?;
        self.metadata = metadata;
        Ok(self)
    }

    /// The namespace of both ends.
    pub const fn namespace(&self) -> &Namespace {
        &self.namespace
    }

    /// How they are related.
    pub const fn kind(&self) -> RelationshipKind {
        self.kind
    }

    /// Where it begins.
    pub const fn from(&self) -> EpisodeId {
        self.from
    }

    /// Where it ends.
    pub const fn to(&self) -> EpisodeId {
        self.to
    }

    /// What else is known about it.
    pub const fn metadata(&self) -> &RelationshipMetadata {
        &self.metadata
    }

    /// When it was first added.
    pub const fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// An upper bound of what it takes up, in bytes: what limits count.
    pub fn size_bytes(&self) -> usize {
        Self::BYTES_BESIDE_METADATA + written_len(&self.metadata)
    }

    /// What [`size_bytes`](Self::size_bytes) counts beside the length of the metadata as compact JSON.
    pub const BYTES_BESIDE_METADATA: usize = 256;

    /// The same relationship, first added at another time.
    pub(crate) fn created(mut self, at: Timestamp) -> Self {
        self.created_at = at;
        self
    }

    /// What it is found by.
    pub const fn key(&self) -> RelationshipKey {
        RelationshipKey {
            kind: self.kind,
            from: self.from,
            to: self.to,
        }
    }
}

/// What a relationship is found by within its namespace. Pages are ordered by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationshipKey {
    /// Where it begins.
    pub from: EpisodeId,
    /// How the episodes are related.
    pub kind: RelationshipKind,
    /// Where it ends.
    pub to: EpisodeId,
}

impl TryFrom<Fields> for EpisodeRelationship {
    type Error = Error;

    fn try_from(fields: Fields) -> Result<Self> {
        let Fields {
            namespace,
            kind,
            from,
            to,
            metadata,
            created_at,
        } = fields;
        Self::new(namespace, kind, from, to, created_at)?.with_metadata(metadata)
    }
}

impl From<EpisodeRelationship> for Fields {
    fn from(relationship: EpisodeRelationship) -> Self {
        let EpisodeRelationship {
            namespace,
            kind,
            from,
            to,
            metadata,
            created_at,
        } = relationship;
        Self {
            namespace,
            kind,
            from,
            to,
            metadata,
            created_at,
        }
    }
}
