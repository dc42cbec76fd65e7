use super::json::{from_json, to_json};
use super::{id, time};
use crate::error::{corrupt, unreadable};
use memory_core::{EpisodeRelationship, Namespace, RelationshipKind, Result};
use turso_conn::Row;

/// The code of a kind in its column: its place in [`RelationshipKind::ALL`], so
/// that codes sort as kinds do.
pub(crate) const fn kind_code(kind: RelationshipKind) -> i64 {
    match kind {
        RelationshipKind::ParentChild => 0,
        RelationshipKind::DependsOn => 1,
        RelationshipKind::Follows => 2,
        RelationshipKind::RelatedTo => 3,
        RelationshipKind::Blocks => 4,
        RelationshipKind::Duplicates => 5,
        RelationshipKind::References => 6,
    }
}

/// The kind with this code.
pub(crate) fn kind_from_code(code: i64) -> Result<RelationshipKind> {
    RelationshipKind::ALL
        .into_iter()
        .find(|kind| kind_code(*kind) == code)
        .ok_or_else(|| corrupt("a stored relationship has an unknown kind"))
}

/// The metadata as its column holds it.
pub(crate) fn relationship_metadata(relationship: &EpisodeRelationship) -> Result<String> {
    to_json(relationship.metadata())
}

/// The relationship in a row of `from_id, kind, to_id, created_at, metadata`.
pub(crate) fn decode_relationship(
    namespace: &Namespace,
    row: Row<'_>,
) -> Result<EpisodeRelationship> {
    let kind = kind_from_code(row.integer(1).map_err(unreadable)?)?;
    let metadata = from_json(row.text(4).map_err(unreadable)?)?;
    EpisodeRelationship::new(
        namespace.clone(),
        kind,
        id(row, 0)?,
        id(row, 2)?,
        time(row, 3)?,
    )
    .and_then(|relationship| relationship.with_metadata(metadata))
    .map_err(|e| corrupt("a stored relationship is not valid").with_source(e))
}
