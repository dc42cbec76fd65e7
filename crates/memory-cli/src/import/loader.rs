use super::bar::Bar;
use super::batch::{Batch, Items};
use super::edge::Edge;
use super::origin::Origin;
use super::summary::Summary;
use crate::error::{Error, Result};
use crate::output;
use memory_storage_turso as memory;
use memory_storage_turso::{
    Atomicity, Episode, EpisodeDraft, EpisodeId, ErrorKind, ExternalId, Namespace, Pattern,
    StorageBackend,
};
use std::collections::{BTreeSet, HashMap};

/// Stored episodes that are read at once to compare times: the largest are 4.5 MB each.
pub(super) const READ_MAX: usize = 32;
/// Exported ids that are remembered because they have become others: about 100 MB.
const RENAMED_MAX: usize = 1_000_000;

/// Stores batches, and remembers what only the end of the import can settle.
pub(crate) struct Loader<'a> {
    pub(super) store: &'a dyn StorageBackend,
    pub(super) bar: &'a Bar,
    /// Whether what cannot be stored is left out.
    pub(super) skips: bool,
    /// Exported ids that are stored under another one, because the external
    /// id was there already.
    pub(super) renamed: HashMap<(Namespace, EpisodeId), EpisodeId>,
    /// Relations to episodes that may still come.
    pub(super) waiting: Vec<Edge>,
    pub(crate) summary: Summary,
}

impl<'a> Loader<'a> {
    pub(crate) fn new(store: &'a dyn StorageBackend, bar: &'a Bar, skips: bool) -> Self {
        Self {
            store,
            bar,
            skips,
            renamed: HashMap::new(),
            waiting: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Stores a batch: its episodes in one transaction, then what refers to them.
    pub(crate) async fn load(&mut self, mut batch: Batch) -> Result<()> {
        self.summary.superseded += batch.keep_last();
        self.adopt(&batch.namespace, &mut batch.episodes).await?;
        self.store_episodes(batch.episodes).await?;
        self.rename_sources(&mut batch.patterns)?;
        self.store_patterns(batch.patterns).await?;
        self.link(batch.edges).await
    }

    /// Settles the relations that waited.
    pub(crate) async fn finish(mut self) -> Result<Summary> {
        self.link_waiting().await?;
        Ok(self.summary)
    }

    /// Lets attempts that are stored already keep what their lines cannot say,
    /// above all their times: otherwise no second import would be without changes.
    async fn adopt(&self, namespace: &Namespace, episodes: &mut Items<Episode>) -> Result<()> {
        let (positions, keys) = attempts(episodes);
        let ids = self.store.find_episode_ids(namespace, &keys).await;
        let ids = ids.map_err(|e| Error::storage("looking up external ids", e))?;
        let known: Vec<(usize, EpisodeId)> = std::iter::zip(positions, ids)
            .filter_map(|(position, id)| Some((position, id?)))
            .collect();
        for part in known.chunks(READ_MAX) {
            let ids: Vec<EpisodeId> = part.iter().map(|(_, id)| *id).collect();
            let stored = self.store.get_episodes(namespace, &ids).await;
            let stored = stored.map_err(|e| Error::storage("reading stored episodes", e))?;
            for ((position, _), stored) in std::iter::zip(part, stored) {
                if let (Some(new), Some(old)) = (episodes.values.get_mut(*position), stored) {
                    new.edit(new.updated_at, |draft| inherit(draft, &old))?;
                }
            }
        }
        Ok(())
    }

    async fn store_episodes(&mut self, mut episodes: Items<Episode>) -> Result<()> {
        while !episodes.values.is_empty() {
            let values = &episodes.values;
            let stored = match self
                .store
                .store_episodes(values, Atomicity::AllOrNothing)
                .await
            {
                Ok(stored) => stored,
                Err(error) => {
                    self.refuse(&mut episodes, error)?;
                    continue;
                }
            };
            for (index, stored) in stored.iter().enumerate() {
                self.summary.episodes.count(stored.change);
                self.note_id(&episodes, index, stored.id)?;
            }
            break;
        }
        Ok(())
    }

    /// Remembers that an exported episode is stored under another id. Of an attempt nobody
    /// knows the id that was made for it.
    fn note_id(&mut self, episodes: &Items<Episode>, index: usize, id: EpisodeId) -> Result<()> {
        let (value, place) = (episodes.values.get(index), episodes.places.get(index));
        let (Some(episode), Some(place)) = (value, place) else {
            return Ok(());
        };
        if episode.id == id || place.is_attempt {
            return Ok(());
        }
        if self.renamed.len() >= RENAMED_MAX {
            let context = format!(
                "{}: over {RENAMED_MAX} episodes have other ids here",
                place.origin
            );
            return Err(Error::failed(context).next("split the file and import the parts"));
        }
        self.renamed
            .insert((episode.namespace.clone(), episode.id), id);
        Ok(())
    }

    /// Lets patterns name their sources by the ids under which they are stored.
    fn rename_sources(&self, patterns: &mut Items<Pattern>) -> Result<()> {
        for pattern in patterns
            .values
            .iter_mut()
            .filter(|_| !self.renamed.is_empty())
        {
            let rename = |id: &EpisodeId| self.stored_id(&pattern.namespace, *id);
            let sources: BTreeSet<EpisodeId> = pattern.sources.iter().map(rename).collect();
            if sources != pattern.sources {
                pattern.edit(pattern.updated_at, |draft| draft.sources = sources)?;
            }
        }
        Ok(())
    }

    /// The id under which an exported episode is stored.
    pub(super) fn stored_id(&self, namespace: &Namespace, id: EpisodeId) -> EpisodeId {
        let renamed = self.renamed.get(&(namespace.clone(), id));
        renamed.copied().unwrap_or(id)
    }

    async fn store_patterns(&mut self, mut patterns: Items<Pattern>) -> Result<()> {
        while !patterns.values.is_empty() {
            let values = &patterns.values;
            match self
                .store
                .store_patterns(values, Atomicity::AllOrNothing)
                .await
            {
                Ok(stored) => {
                    let changes = stored.iter().map(|stored| stored.change);
                    self.summary.patterns.count_all(changes);
                    break;
                }
                Err(error) => self.refuse(&mut patterns, error)?,
            }
        }
        Ok(())
    }

    /// Leaves out the item that the storage refused; fails where that is not wanted or not it.
    fn refuse<T>(&mut self, items: &mut Items<T>, error: memory::Error) -> Result<()> {
        let index = error.index().filter(|_| is_about_the_item(error.kind()));
        let Some(place) = index.and_then(|index| items.remove(index)) else {
            return Err(self.stopped(Error::storage("storing a batch", error)));
        };
        self.refuse_line(&place.origin, error)
    }

    /// Passes over a line that the storage refused, or fails because of it.
    pub(super) fn refuse_line(&mut self, origin: &Origin, error: memory::Error) -> Result<()> {
        if !self.skips {
            let error = Error::failed(format!("{origin}: cannot be stored")).because(error);
            return Err(self.stopped(error));
        }
        self.skip(origin, &error.to_string());
        Ok(())
    }

    /// Says that a line is left out, and why.
    pub(super) fn skip(&mut self, origin: &Origin, why: &str) {
        self.summary.skipped += 1;
        self.bar.say(&format!("{origin}: skipped: {why}"));
    }

    /// The error that ends the import, with what that means for what is stored.
    pub(super) fn stopped(&self, error: Error) -> Error {
        stopped(error, self.summary.stored())
    }
}

/// An error that ends an import after `stored` episodes.
pub(super) fn stopped(error: Error, stored: u64) -> Error {
    if stored == 0 {
        return error.or_next("nothing was stored; correct it and import again");
    }
    let stored = output::count(stored);
    error.or_next(format!(
        "{stored} episodes are stored, each of them whole; correct it and import again: \
         what is stored is not stored twice"
    ))
}

/// The positions and keys of the episodes that came without times.
fn attempts(episodes: &Items<Episode>) -> (Vec<usize>, Vec<ExternalId>) {
    std::iter::zip(&episodes.values, &episodes.places)
        .enumerate()
        .filter(|(_, (_, place))| place.is_attempt)
        .filter_map(|(position, (episode, _))| Some((position, episode.external_id.clone()?)))
        .unzip()
}

/// What a line of a trajectory file cannot say stays as it is stored.
fn inherit(new: &mut EpisodeDraft, old: &EpisodeDraft) {
    new.started_at = old.started_at;
    new.completed_at = old.completed_at;
    new.patterns.clone_from(&old.patterns);
    new.context.language.clone_from(&old.context.language);
    new.context.framework.clone_from(&old.context.framework);
    new.context.complexity = old.context.complexity;
}

const fn is_about_the_item(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Constraint | ErrorKind::Limit | ErrorKind::Misuse | ErrorKind::NotFound
    )
}
