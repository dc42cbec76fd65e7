use crate::call::Call;
use crate::commands::{episodes_table, patterns_table};
use crate::error::Result;
use crate::output::{self, Table};
use memory_storage_turso::limits::PAGE_ITEMS_MAX;
use memory_storage_turso::{
    Episode, EpisodeId, EpisodeQuery, EpisodeStore as _, Metadata, Namespace, OutcomeKind,
    PageRequest, Pattern, PatternQuery, PatternStore as _, RelatedQuery, RelationshipStore as _,
    Tag, Timestamp, TursoStorage,
};
use serde::Serialize;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Instant;

/// One thing that the demo did.
#[derive(Debug, Serialize)]
pub(crate) struct Done {
    what: String,
    count: usize,
    of: &'static str,
    microseconds: u64,
}

/// What the demo did, and how long each thing took.
#[derive(Debug, Default)]
pub(crate) struct Log {
    done: Vec<Done>,
    began: Option<Instant>,
}

impl Log {
    pub(crate) fn begin(&mut self) {
        self.began = Some(Instant::now());
    }

    pub(crate) fn end(&mut self, what: impl Into<String>, count: usize, of: &'static str) {
        let took = self
            .began
            .take()
            .map_or(0, |began| began.elapsed().as_micros());
        self.done.push(Done {
            what: what.into(),
            count,
            of,
            microseconds: u64::try_from(took).unwrap_or(u64::MAX),
        });
    }

    pub(crate) fn done(&self) -> &[Done] {
        &self.done
    }

    pub(crate) fn write_to(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut table = Table::new(["DONE", ">RESULT", "", ">TOOK"]);
        for Done {
            what,
            count,
            of,
            microseconds,
        } in &self.done
        {
            let took = format!("{}.{} ms", microseconds / 1_000, microseconds % 1_000 / 100);
            let count = output::count(*count as u64);
            table.row([what.clone(), count, (*of).to_owned(), took]);
        }
        table.write_to(out)
    }
}

/// What the questions brought to light.
#[derive(Debug)]
pub(crate) struct Answers {
    failures: Vec<Arc<Episode>>,
    attempts: Vec<Arc<Episode>>,
    patterns: Vec<Arc<Pattern>>,
}

/// Most rows of a table.
const ROWS: usize = 5;

/// Asks what an agent would ask before it begins a task.
pub(crate) async fn ask(call: &Call, store: &TursoStorage, log: &mut Log) -> Result<Answers> {
    let namespace = call.namespace();
    let failures = failures(&namespace, call.now, store, log).await?;
    let attempts = attempts(&namespace, store, log).await?;
    if let Some(last) = attempts.last() {
        follow(&namespace, last.id, store, log).await?;
    }
    let patterns = patterns(&namespace, store, log).await?;
    Ok(Answers {
        failures,
        attempts,
        patterns,
    })
}

async fn failures(
    namespace: &Namespace,
    now: Timestamp,
    store: &TursoStorage,
    log: &mut Log,
) -> Result<Vec<Arc<Episode>>> {
    const WEEK: i64 = 7 * 24 * 3_600 * 1_000_000;
    let query = EpisodeQuery {
        outcome: Some(OutcomeKind::Failure),
        tags_any: [Tag::new("rust")?, Tag::new("deploy")?].into(),
        since: Some(Timestamp::from_micros(now.as_micros() - WEEK)?),
        ..EpisodeQuery::all(namespace.clone())
    };
    log.begin();
    let page = store
        .query_episodes(&query, &PageRequest::default())
        .await?;
    log.end(
        "find failures of the last week, tagged rust or deploy",
        page.items.len(),
        "episodes",
    );
    Ok(page.items)
}

/// The attempts at the last task that was solved on the third.
async fn attempts(
    namespace: &Namespace,
    store: &TursoStorage,
    log: &mut Log,
) -> Result<Vec<Arc<Episode>>> {
    let outcome = Some(OutcomeKind::Success);
    let solved = EpisodeQuery {
        outcome,
        ..EpisodeQuery::all(namespace.clone())
    };
    let page = store
        .query_episodes(&solved, &PageRequest::first(PAGE_ITEMS_MAX)?)
        .await?;
    let Some(key) = page.items.iter().find_map(key_of_third) else {
        return Ok(Vec::new());
    };
    let metadata = Metadata::new().with("task_key", key)?;
    let order = memory_storage_turso::Order::OldestFirst;
    let query = EpisodeQuery {
        metadata,
        order,
        ..EpisodeQuery::all(namespace.clone())
    };
    log.begin();
    let page = store
        .query_episodes(&query, &PageRequest::default())
        .await?;
    log.end(
        format!("find all attempts at {key} by metadata"),
        page.items.len(),
        "episodes",
    );
    Ok(page.items)
}

fn key_of_third(episode: &Arc<Episode>) -> Option<&str> {
    let external_id = episode.external_id.as_ref()?.as_str();
    let key = episode.metadata.get("task_key");
    key.filter(|_| external_id.ends_with("attempt-3"))
}

async fn follow(
    namespace: &Namespace,
    start: EpisodeId,
    store: &TursoStorage,
    log: &mut Log,
) -> Result<()> {
    log.begin();
    let walk = store
        .find_related(&RelatedQuery::from(namespace.clone(), start))
        .await?;
    log.end(
        "follow the relationships of the last attempt",
        walk.episodes.len(),
        "episodes",
    );
    log.begin();
    let read = store.get_episode(namespace, start).await?;
    log.end(
        "read one episode by its id",
        read.map_or(0, |episode| episode.steps.len()),
        "steps",
    );
    Ok(())
}

async fn patterns(
    namespace: &Namespace,
    store: &TursoStorage,
    log: &mut Log,
) -> Result<Vec<Arc<Pattern>>> {
    log.begin();
    let query = PatternQuery::all(namespace.clone());
    let page = store
        .query_patterns(&query, &PageRequest::default())
        .await?;
    log.end("recall what was learnt", page.items.len(), "patterns");
    Ok(page.items)
}

impl Answers {
    pub(crate) fn write_to(&self, out: &mut dyn Write) -> Result<()> {
        let first =
            |episodes: &[Arc<Episode>]| episodes.iter().take(ROWS).cloned().collect::<Vec<_>>();
        writeln!(out, "\nThe latest failures, tagged rust or deploy:")?;
        episodes_table(&first(&self.failures)).write_indented(out, "  ")?;
        writeln!(out, "\nOne task, attempted again until it worked:")?;
        episodes_table(&first(&self.attempts)).write_indented(out, "  ")?;
        writeln!(out, "\nWhat was learnt:")?;
        let patterns: Vec<_> = self.patterns.iter().take(ROWS).cloned().collect();
        patterns_table(&patterns).write_indented(out, "  ")?;
        Ok(())
    }
}
