use super::find;
use super::list::{Item, outcome};
use crate::args;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output::{self, Table};
use memory_storage_turso::limits::PAGE_ITEMS_MAX;
use memory_storage_turso::{
    Episode, EpisodeId, EpisodeRelationship, Namespace, PageRequest, RelatedEpisode, RelatedQuery,
    RelationshipKinds, RelationshipQuery, StorageBackend,
};
use serde::Serialize;
use std::collections::HashMap;
use std::io::Write;
use std::sync::Arc;

/// Episodes that are read at once: the largest are 4.5 MB each.
const READ_MAX: usize = 32;

#[derive(Serialize)]
struct Answer<'a> {
    start: EpisodeId,
    relationships: &'a [EpisodeRelationship],
    episodes: Vec<Found<'a>>,
    truncated: bool,
}

#[derive(Serialize)]
struct Found<'a> {
    depth: usize,
    #[serde(flatten)]
    episode: Item<'a>,
}

/// Lists the episodes that can be reached from one, nearest first.
pub(crate) async fn related(
    call: &Call,
    args: &args::Related,
    store: &dyn StorageBackend,
    out: &mut dyn Write,
) -> Result<Exit> {
    let namespace = call.namespace();
    let start = find::episode(store, &namespace, &args.key).await?.id;
    let query = query(args, namespace.clone(), start);
    let walk = store.find_related(&query).await;
    let walk = walk.map_err(|e| Error::storage("following relationships", e))?;
    let edges = direct(store, &query).await?;
    let episodes = read(store, &namespace, &walk.episodes).await?;
    if call.json {
        let episodes = episodes.iter().map(|(depth, episode)| Found {
            depth: *depth,
            episode: Item::from(&**episode),
        });
        let answer = Answer {
            start,
            relationships: &edges,
            episodes: episodes.collect(),
            truncated: walk.truncated,
        };
        output::json_line(out, &answer)?;
        return Ok(Exit::Ok);
    }
    table(start, &edges, &episodes).write_to(out)?;
    if walk.truncated {
        writeln!(out, "there are more: raise --limit")?;
    }
    Ok(Exit::Ok)
}

fn query(args: &args::Related, namespace: Namespace, start: EpisodeId) -> RelatedQuery {
    let kinds = match args.kinds.as_slice() {
        [] => RelationshipKinds::default(),
        kinds => kinds.iter().copied().collect(),
    };
    RelatedQuery {
        direction: args.direction.into(),
        kinds,
        max_depth: args.depth,
        max_nodes: args.limit,
        ..RelatedQuery::from(namespace, start)
    }
}

/// The relationships of the start itself, as many as episodes are wanted.
async fn direct(
    store: &dyn StorageBackend,
    query: &RelatedQuery,
) -> Result<Vec<EpisodeRelationship>> {
    let wanted = RelationshipQuery {
        namespace: query.namespace.clone(),
        episode: Some(query.start),
        direction: query.direction,
        kinds: query.kinds.clone(),
    };
    let (mut page, mut edges) = (PageRequest::first(PAGE_ITEMS_MAX)?, Vec::new());
    loop {
        let found = store.query_relationships(&wanted, &page).await;
        let found = found.map_err(|e| Error::storage("reading relationships", e))?;
        edges.extend(found.items);
        match found.next.filter(|_| edges.len() < query.max_nodes) {
            Some(next) => page = page.after(next),
            None => return Ok(edges),
        }
    }
}

async fn read(
    store: &dyn StorageBackend,
    namespace: &Namespace,
    walk: &[RelatedEpisode],
) -> Result<Vec<(usize, Arc<Episode>)>> {
    let mut episodes = Vec::with_capacity(walk.len());
    for part in walk.chunks(READ_MAX) {
        let ids: Vec<EpisodeId> = part.iter().map(|found| found.id).collect();
        let read = store.get_episodes(namespace, &ids).await;
        let read = read.map_err(|e| Error::storage("reading episodes", e))?;
        let found = std::iter::zip(part, read);
        episodes.extend(found.filter_map(|(found, episode)| Some((found.depth, episode?))));
    }
    Ok(episodes)
}

fn table(
    start: EpisodeId,
    edges: &[EpisodeRelationship],
    episodes: &[(usize, Arc<Episode>)],
) -> Table<5> {
    let names = names(start, edges);
    let mut table = Table::new([">DEPTH", "RELATION", "ID", "OUTCOME", "TASK"]);
    for (depth, episode) in episodes {
        let name = names.get(&episode.id).map(|names| names.join(", "));
        table.row([
            depth.to_string(),
            name.unwrap_or_default(),
            episode.id.to_string(),
            outcome(episode.outcome_kind()).to_owned(),
            output::one_line(&episode.description, 60),
        ]);
    }
    table
}

/// What the start's neighbours are to it, read from the start.
fn names(start: EpisodeId, edges: &[EpisodeRelationship]) -> HashMap<EpisodeId, Vec<&'static str>> {
    let mut names: HashMap<EpisodeId, Vec<&'static str>> = HashMap::new();
    for edge in edges {
        let (other, name) = if edge.from() == start {
            (edge.to(), edge.kind().name())
        } else {
            (edge.from(), edge.kind().inverse_name())
        };
        names.entry(other).or_default().push(name);
    }
    names
}
