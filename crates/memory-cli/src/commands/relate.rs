use super::find;
use crate::args;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output;
use memory_storage_turso::{
    Change, EpisodeRelationship, RelationshipKey, RelationshipMetadata, StorageBackend,
};
use std::io::Write;

/// Adds a relationship, or gives an existing one other metadata.
pub(crate) async fn relate(
    call: &Call,
    args: &args::Relate,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    let key = key(call, &args.edge, store).await?;
    let metadata = RelationshipMetadata {
        reason: args.reason.clone(),
        created_by: args.created_by.clone(),
        priority: args.priority,
        ..RelationshipMetadata::default()
    };
    let relationship =
        EpisodeRelationship::new(call.namespace(), key.kind, key.from, key.to, call.now)?
            .with_metadata(metadata)?;
    let change = store.add_relationship(&relationship).await;
    let change = change.map_err(|e| Error::storage("adding the relationship", e))?;
    if call.json {
        output::json_line(out, &relationship)?;
        return Ok(Exit::Ok);
    }
    let (from, kind, to) = (key.from, key.kind, key.to);
    match change {
        Change::Created => writeln!(out, "{from} {kind} {to}")?,
        Change::Replaced => writeln!(out, "{from} {kind} {to}: what is known about it is new")?,
        Change::Unchanged => writeln!(out, "{from} {kind} {to}: it was there already")?,
    }
    Ok(Exit::Ok)
}

/// Removes a relationship.
pub(crate) async fn unrelate(
    call: &Call,
    args: &args::Edge,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    let key = key(call, args, store).await?;
    let removed = store.remove_relationship(&call.namespace(), key).await;
    let removed = removed.map_err(|e| Error::storage("removing the relationship", e))?;
    if !removed {
        let context = format!(
            "there is no relationship {} {} {}",
            args.from, args.kind, args.to
        );
        let next = "`memory related` shows those of an episode";
        return Err(Error::not_found(output::one_line(&context, 400)).next(next));
    }
    if call.json {
        output::json_line(out, &serde_json::json!({ "removed": 1 }))?;
    } else {
        writeln!(out, "removed {} {} {}", key.from, key.kind, key.to)?;
    }
    Ok(Exit::Ok)
}

async fn key(
    call: &Call,
    edge: &args::Edge,
    store: &dyn StorageBackend,
) -> Result<RelationshipKey> {
    let namespace = call.namespace();
    let from = find::episode(store, &namespace, &edge.from).await?.id;
    let to = find::episode(store, &namespace, &edge.to).await?.id;
    let kind = edge.kind;
    Ok(RelationshipKey { from, kind, to })
}
