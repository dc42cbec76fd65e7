use crate::{
    Change, Episode, EpisodeId, EpisodeRelationship, Error, ErrorKind, Pattern, PatternId, Related,
    Result, Revision, Stored, TagCount,
};
use std::sync::Arc;

/// What a backend answered to an [`Operation`](super::Operation).
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)] // Each is the result of the methods that have it.
pub enum Observation {
    StoredEpisodes(Vec<Stored<EpisodeId>>),
    StoredPatterns(Vec<Stored<PatternId>>),
    StoredBoth(Vec<Stored<EpisodeId>>, Vec<Stored<PatternId>>),
    Revisions(Vec<Revision>),
    Changes(Vec<Change>),
    Count(u64),
    Valid,
    Episodes(Vec<Option<Arc<Episode>>>),
    Patterns(Vec<Option<Arc<Pattern>>>),
    Ids(Vec<Option<EpisodeId>>),
    EpisodePages(Vec<Vec<Arc<Episode>>>),
    PatternPages(Vec<Vec<Arc<Pattern>>>),
    RelationshipPages(Vec<Vec<EpisodeRelationship>>),
    TagPages(Vec<Vec<TagCount>>),
    Related(Related),
    /// An error, by what a caller can tell apart; its words are the backend's own.
    Failed {
        /// [`Error::kind`].
        kind: ErrorKind,
        /// [`Error::index`].
        index: Option<usize>,
        /// [`Error::committed`].
        committed: usize,
    },
}

impl From<Error> for Observation {
    fn from(error: Error) -> Self {
        Self::Failed {
            kind: error.kind(),
            index: error.index(),
            committed: error.committed(),
        }
    }
}

impl Observation {
    pub(super) fn of<T>(result: Result<T>, seen: impl FnOnce(T) -> Self) -> Self {
        result.map_or_else(Self::from, seen)
    }
}
