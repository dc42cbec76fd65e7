use super::find;
use crate::args::{TagChange, TagCommand};
use crate::call::Call;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output::{self, Table};
use memory_storage_turso as memory;
use memory_storage_turso::limits::PAGE_ITEMS_MAX;
use memory_storage_turso::{PageRequest, StorageBackend, Tag, TagCount};
use serde_json::json;
use std::io::Write;

/// Adds, removes, renames or lists tags.
pub(crate) async fn tag(
    call: &Call,
    command: &TagCommand,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    match command {
        TagCommand::Add(args) => {
            let add = args.tags.iter().cloned().collect();
            let change = memory::TagChange {
                add,
                ..memory::TagChange::default()
            };
            apply(call, args, change, store, out).await
        }
        TagCommand::Remove(args) => {
            let remove = args.tags.iter().cloned().collect();
            let change = memory::TagChange {
                remove,
                ..memory::TagChange::default()
            };
            apply(call, args, change, store, out).await
        }
        TagCommand::Rename { from, to } => rename(call, from, to, store, out).await,
        TagCommand::List => list(call, store, out).await,
    }
}

async fn apply(
    call: &Call,
    args: &TagChange,
    change: memory::TagChange,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    let namespace = call.namespace();
    let id = find::episode(store, &namespace, &args.key).await?.id;
    let revision = store.change_tags(&namespace, id, &change, call.now).await;
    let revision = revision.map_err(|e| Error::storage("changing tags", e))?;
    let episode = find::episode(store, &namespace, &id.to_string()).await?;
    if call.json {
        let tags = &episode.tags;
        output::json_line(
            out,
            &json!({ "id": id, "tags": tags, "revision": revision }),
        )?;
        return Ok(Exit::Ok);
    }
    let tags: Vec<&str> = episode.tags.iter().map(Tag::as_str).collect();
    let tags = if tags.is_empty() {
        "no tags".to_owned()
    } else {
        tags.join(", ")
    };
    writeln!(out, "{id}: {tags}")?;
    Ok(Exit::Ok)
}

async fn rename(
    call: &Call,
    from: &Tag,
    to: &Tag,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    let renamed = store
        .rename_tag(&call.namespace(), from, to, call.now)
        .await;
    let renamed = renamed.map_err(|e| Error::storage("renaming the tag", e))?;
    if renamed == 0 {
        let context = format!("no episode has the tag {from}");
        return Err(Error::not_found(context).next("`memory tag list` shows all tags"));
    }
    if call.json {
        output::json_line(out, &json!({ "episodes": renamed }))?;
    } else {
        writeln!(
            out,
            "{} episodes have {to} instead of {from}",
            output::count(renamed)
        )?;
    }
    Ok(Exit::Ok)
}

async fn list(call: &Call, store: &dyn StorageBackend, out: &mut dyn Write) -> Result<Exit> {
    let namespace = call.namespace();
    let mut page = PageRequest::first(PAGE_ITEMS_MAX)?;
    let mut array = output::JsonArray::default();
    loop {
        let tags = store.list_tags(&namespace, &page).await;
        let tags = tags.map_err(|e| Error::storage("listing tags", e))?;
        if call.json {
            for TagCount { tag, episodes } in &tags.items {
                array.item(out, &json!({ "tag": tag, "episodes": episodes }))?;
            }
        } else {
            table(&tags.items)
                .continued(page.cursor().is_some())
                .write_to(out)?;
        }
        match tags.next {
            Some(next) => page = page.after(next),
            None => break,
        }
    }
    if call.json {
        array.end(out)?;
        writeln!(out)?;
    }
    Ok(Exit::Ok)
}

fn table(tags: &[TagCount]) -> Table<2> {
    let mut table = Table::new([">EPISODES", "TAG"]);
    for TagCount { tag, episodes } in tags {
        table.row([output::count(*episodes), tag.to_string()]);
    }
    table
}
