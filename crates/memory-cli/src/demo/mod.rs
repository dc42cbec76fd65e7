//! A memory with an invented past, and what can be asked of it.

mod episodes;
mod patterns;
mod queries;
mod random;
mod tasks;

use crate::call::Call;
use crate::commands;
use crate::database;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output;
use episodes::Past;
use memory_storage_turso::{
    Atomicity, EpisodeStore as _, GroupBy, PatternStore as _, RelationshipStore as _,
    StatisticsQuery, TursoStorage,
};
use queries::{Done, Log};
pub(crate) use random::Random;
use serde::Serialize;
use std::io::Write;
use std::path::Path;

const SEED: u64 = 42;

#[derive(Serialize)]
struct Report<'a> {
    database: &'a str,
    done: &'a [Done],
}

/// Makes the database, asks it, and writes what that gave.
pub(crate) async fn demo(call: &Call, out: &mut dyn Write) -> Result<Exit> {
    let call = Call {
        db: new_database(call)?,
        ..call.clone()
    };
    let store = database::create(&call).await?;
    let mut log = Log::default();
    fill(&call, &store, &mut log).await?;
    let answers = queries::ask(&call, &store, &mut log).await?;
    if call.json {
        let report = Report {
            database: &call.db,
            done: log.done(),
        };
        output::json_line(out, &report)?;
        return Ok(Exit::Ok);
    }
    writeln!(
        out,
        "An invented past of 30 days is in the new database {}.\n",
        call.db
    )?;
    log.write_to(out)?;
    by_domain(&call, &store, out).await?;
    answers.write_to(out)?;
    Ok(suggest(&call.db, out)?)
}

/// A path where nothing is yet. The database in the environment is not touched.
fn new_database(call: &Call) -> Result<String> {
    let is_taken = |db: &str| database::file_of(db).is_some_and(Path::exists);
    if call.names_database {
        if is_taken(&call.db) {
            let context = format!(
                "{} exists, and the demo writes to a new database only",
                call.db
            );
            return Err(Error::usage(context).next("name another file, or leave --db out"));
        }
        return Ok(call.db.clone());
    }
    let numbered = (2..1_000).map(|number| format!("memory-demo-{number}.db"));
    let mut names = std::iter::once("memory-demo.db".to_owned()).chain(numbered);
    names.find(|name| !is_taken(name)).ok_or_else(|| {
        Error::failed("there are a thousand demo databases here")
            .next("delete memory-demo*.db, or name a file with --db")
    })
}

async fn fill(call: &Call, store: &TursoStorage, log: &mut Log) -> Result<()> {
    let mut past = Past::invent(SEED, call.now)?;
    for episode in &mut past.episodes {
        episode.edit(episode.updated_at, |draft| {
            draft.namespace = call.namespace();
        })?;
    }
    log.begin();
    let stored = store
        .store_episodes(&past.episodes, Atomicity::AllOrNothing)
        .await?;
    log.end(
        "store episodes, in one transaction",
        stored.len(),
        "created",
    );
    let patterns = patterns::learn(&past.episodes, call.now)?;
    log.begin();
    let learnt = store
        .store_patterns(&patterns, Atomicity::AllOrNothing)
        .await?;
    log.end("store what was learnt from them", learnt.len(), "patterns");
    log.begin();
    let ties = store.add_relationships(&past.relationships).await?;
    log.end(
        "tie attempts to the ones before",
        ties.len(),
        "relationships",
    );
    log.begin();
    let again = store
        .store_episodes(&past.episodes, Atomicity::AllOrNothing)
        .await?;
    log.end("store the same episodes again", again.len(), "unchanged");
    Ok(())
}

async fn by_domain(call: &Call, store: &TursoStorage, out: &mut dyn Write) -> Result<()> {
    let filter = memory_storage_turso::EpisodeQuery::all(call.namespace());
    let query = StatisticsQuery {
        filter,
        by: Some(GroupBy::Domain),
    };
    let groups = store.statistics(&query).await?;
    writeln!(out, "\nHow the agents did, by domain:")?;
    Ok(commands::stats_table(&groups).write_indented(out, "  ")?)
}

fn suggest(db: &str, out: &mut dyn Write) -> std::io::Result<Exit> {
    let program = std::env::args()
        .next()
        .unwrap_or_else(|| "memory".to_owned());
    writeln!(out, "\nGo on with:")?;
    for command in [
        "list --outcome failure --since 7d",
        "show demo/bug_fix/007/attempt-1",
        "stats --by metadata:agent",
        "patterns list",
        "check",
    ] {
        writeln!(out, "  {program} --db {db} {command}")?;
    }
    Ok(Exit::Ok)
}
