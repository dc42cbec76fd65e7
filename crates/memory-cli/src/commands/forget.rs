use super::find;
use crate::args;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output;
use memory_storage_turso::{Episode, EpisodeId, StorageBackend};
use serde_json::json;
use std::io::{self, IsTerminal as _, Write};
use std::sync::Arc;

/// Deletes episodes: all that are named, or none.
pub(crate) async fn forget(
    call: &Call,
    args: &args::Forget,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    let namespace = call.namespace();
    let mut ids: Vec<EpisodeId> = Vec::with_capacity(args.keys.len());
    let mut lines = Vec::new();
    for key in &args.keys {
        let episode = find::episode(store, &namespace, key).await;
        let episode = episode.map_err(|e| e.and("nothing was deleted"))?;
        lines.push(line(&episode));
        ids.push(episode.id);
    }
    if !args.yes && !confirmed(&lines)? {
        return Err(Error::failed("nothing was deleted"));
    }
    let deleted = store.delete_episodes(&namespace, &ids).await;
    let deleted = deleted.map_err(|e| Error::storage("deleting episodes", e))?;
    if call.json {
        output::json_line(out, &json!({ "deleted": deleted }))?;
    } else {
        writeln!(out, "deleted {} episodes", output::count(deleted))?;
    }
    Ok(Exit::Ok)
}

fn line(episode: &Arc<Episode>) -> String {
    format!(
        "{}  {}",
        episode.id,
        output::one_line(&episode.description, 60)
    )
}

/// Asks on the terminal. Without one there is nobody to answer.
fn confirmed(lines: &[String]) -> Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let error =
            Error::usage("there is no terminal on which to confirm that episodes be deleted");
        return Err(error.next("add --yes; nothing was deleted"));
    }
    let mut terminal = io::stderr().lock();
    for line in lines {
        writeln!(terminal, "{line}")?;
    }
    write!(terminal, "Delete them with their relationships? [y/N] ")?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
