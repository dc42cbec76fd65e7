//! A row of `episode_relationships`.

use super::cells::{Cells, at, missing, widened};
use super::leftovers::{Leftovers, Loss};
use crate::error::corrupt;
use memory_core::{
    EpisodeRelationship, Namespace, RelationshipKind, RelationshipMetadata, Result, Timestamp,
};
use std::collections::BTreeMap;
use turso_conn::Value;

/// A relationship and what of it was lost.
pub(super) struct Read {
    pub(super) relationship: EpisodeRelationship,
    pub(super) lost: Vec<Loss>,
}

/// Reads a row.
pub(super) fn read(cells: Cells<'_>, namespace: &Namespace) -> Result<Read> {
    let name = cells
        .text("relationship_type")?
        .ok_or_else(|| missing("relationship_type"))?;
    let kind = kind(&name).ok_or_else(|| {
        at(
            "relationship_type",
            corrupt(format!("{name:?} is no kind of relationship")),
        )
    })?;
    let (from, to) = (
        cells.parsed("from_episode_id")?,
        cells.parsed("to_episode_id")?,
    );
    let created_at: Timestamp = cells
        .seconds("created_at")?
        .ok_or_else(|| missing("created_at"))?;
    let mut left = custom(cells)?;
    let metadata = RelationshipMetadata {
        reason: cells.text("reason")?,
        created_by: cells.text("created_by")?,
        priority: priority(cells, &mut left.lost)?,
        custom: left.metadata,
    };
    let relationship = EpisodeRelationship::new(namespace.clone(), kind, from, to, created_at)?;
    Ok(Read {
        relationship: relationship.with_metadata(metadata)?,
        lost: left.lost,
    })
}

/// `parent_child` is `ParentChild`.
fn kind(name: &str) -> Option<RelationshipKind> {
    name.replace('_', "").parse().ok()
}

fn custom(cells: Cells<'_>) -> Result<Leftovers> {
    let mut left = Leftovers::default();
    if let Some(weight) = weight(cells)? {
        left.entry("weight".to_owned(), weight);
    }
    let entries: Option<BTreeMap<String, String>> = cells.json("metadata")?;
    for (key, value) in entries.unwrap_or_default() {
        left.entry(key, value);
    }
    Ok(left)
}

/// The weight as a text.
fn weight(cells: Cells<'_>) -> Result<Option<String>> {
    match cells.value("weight")? {
        Value::Null => Ok(None),
        Value::Real(number) => Ok(Some(widened(*number).to_string())),
        _ => Err(at("weight", corrupt("not a number"))),
    }
}

fn priority(cells: Cells<'_>, lost: &mut Vec<Loss>) -> Result<Option<u8>> {
    let Some(number) = cells.integer("priority")? else {
        return Ok(None);
    };
    let priority = u8::try_from(number).ok();
    lost.extend(priority.is_none().then_some(Loss::Priority));
    Ok(priority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_the_name_it_has_there() {
        let names = [
            "parent_child",
            "depends_on",
            "follows",
            "related_to",
            "blocks",
            "duplicates",
            "references",
        ];
        for (name, expected) in names.into_iter().zip(RelationshipKind::ALL) {
            assert_eq!(kind(name), Some(expected));
        }
        assert_eq!(kind("caused_by"), None);
    }
}
