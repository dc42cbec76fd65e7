use super::pages::Pages;
use crate::args;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output::{self, JsonArray, Table};
use memory_storage_turso::{
    Cursor, Domain, Episode, EpisodeId, EpisodeQuery, ExternalId, Metadata, OutcomeKind,
    StorageBackend, Tags, TaskType, Timestamp,
};
use serde::Serialize;
use std::io::Write;
use std::sync::Arc;

/// An episode in a list: everything but its long texts.
#[derive(Serialize)]
pub(crate) struct Item<'a> {
    pub(crate) id: EpisodeId,
    external_id: Option<&'a ExternalId>,
    task_type: &'a TaskType,
    domain: &'a Domain,
    description: &'a str,
    outcome: OutcomeKind,
    reward: Option<f64>,
    steps: usize,
    reflections: usize,
    tags: &'a Tags,
    metadata: &'a Metadata,
    started_at: Timestamp,
    completed_at: Option<Timestamp>,
    revision: u64,
}

impl<'a> From<&'a Episode> for Item<'a> {
    fn from(episode: &'a Episode) -> Self {
        Self {
            id: episode.id,
            external_id: episode.external_id.as_ref(),
            task_type: &episode.task_type,
            domain: &episode.context.domain,
            description: &episode.description,
            outcome: episode.outcome_kind(),
            reward: episode.reward.as_ref().map(|reward| reward.total),
            steps: episode.steps.len(),
            reflections: episode.reflections.len(),
            tags: &episode.tags,
            metadata: &episode.metadata,
            started_at: episode.started_at,
            completed_at: episode.completed_at,
            revision: episode.revision.get(),
        }
    }
}

/// Lists episodes, page by page: only one page is in memory.
pub(crate) async fn list(
    call: &Call,
    args: &args::List,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    let order = args.order.into();
    let query = args.filter.query(call.namespace(), call.now)?;
    let query = EpisodeQuery { order, ..query };
    let mut listing = Listing::new(call.json);
    let mut pages = Pages::of(&args.window);
    loop {
        let page = store.query_episodes(&query, &pages.request()?).await;
        let page = page.map_err(|e| Error::storage("listing episodes", e))?;
        listing.write(out, &page.items)?;
        if !pages.goes_on(page.items.len(), page.next) {
            break;
        }
    }
    listing.end(out, pages.into_rest().as_ref())?;
    Ok(Exit::Ok)
}

/// A list that is written while its pages come.
struct Listing {
    json: Option<JsonArray>,
    rows: u64,
}

impl Listing {
    fn new(json: bool) -> Self {
        let json = json.then(JsonArray::default);
        Self { json, rows: 0 }
    }

    fn write(&mut self, out: &mut dyn Write, episodes: &[Arc<Episode>]) -> Result<()> {
        let Some(array) = &mut self.json else {
            let table = table(episodes).continued(self.rows > 0);
            self.rows += episodes.len() as u64;
            return Ok(table.write_to(out)?);
        };
        if self.rows == 0 {
            out.write_all(b"{\"episodes\":")?;
        }
        for episode in episodes {
            array.item(out, &Item::from(&**episode))?;
            self.rows += 1;
        }
        Ok(())
    }

    fn end(self, out: &mut dyn Write, next: Option<&Cursor>) -> Result<()> {
        let Some(array) = self.json else {
            return rest(out, next);
        };
        array.end(out)?;
        out.write_all(b",\"next\":")?;
        serde_json::to_writer(&mut *out, &next).map_err(std::io::Error::from)?;
        Ok(out.write_all(b"}\n")?)
    }
}

/// Says how to go on.
pub(crate) fn rest(out: &mut dyn Write, next: Option<&Cursor>) -> Result<()> {
    match next {
        Some(next) => Ok(writeln!(out, "there are more: --after {next}, or --all")?),
        None => Ok(()),
    }
}

pub(crate) fn table(episodes: &[Arc<Episode>]) -> Table<6> {
    let mut table = Table::new(["ID", "STARTED (UTC)", "OUTCOME", ">STEPS", "DOMAIN", "TASK"]);
    for episode in episodes {
        table.row([
            episode.id.to_string(),
            output::minute(episode.started_at),
            outcome(episode.outcome_kind()).to_owned(),
            output::count(episode.steps.len() as u64),
            output::one_line(episode.context.domain.as_str(), 20),
            output::one_line(&episode.description, 60),
        ]);
    }
    table
}

/// The outcome as it is read.
pub(crate) const fn outcome(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Running => "running",
        OutcomeKind::Success => "success",
        OutcomeKind::Partial => "partial",
        OutcomeKind::Failure => "failure",
    }
}
