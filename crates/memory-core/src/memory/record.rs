use super::groups::Groups;
use super::row::Row;
use super::space::Space;
use super::table::Table;
use super::transaction::Undo;
use crate::{
    Episode, EpisodeId, EpisodePosition, ExternalId, Namespace, Pattern, PatternId,
    PatternPosition, Position, Revision, Tag,
};
use std::collections::BTreeMap;
use std::fmt::Debug;

/// What episodes and patterns have in common: an id, a place in time, a revision.
pub(super) trait Record: Clone + Debug {
    type Id: Copy + Ord + Debug;
    type Place: Position + Copy + Ord + Debug;
    type Index: Index<Self>;
    /// What an error calls it.
    const WHAT: &'static str;

    fn id(&self) -> Self::Id;
    fn place(&self) -> Self::Place;
    fn namespace(&self) -> &Namespace;
    fn revision(&self) -> Revision;
    fn size_bytes(&self) -> usize;
    fn same_content(&self, other: &Self) -> bool;
    /// This record as it stands after it has replaced `stored`.
    fn replacing(&self, stored: &Self) -> Self;
    fn table(space: &mut Space) -> &mut Table<Self>;
    fn undo(namespace: Namespace, id: Self::Id, before: Option<Row<Self>>) -> Undo;
}

/// Whatever else a table can be searched by.
pub(super) trait Index<R: Record>: Default + Debug {
    fn insert(&mut self, record: &R);
    fn remove(&mut self, record: &R);
    /// The record that has the same external id.
    fn find(&self, record: &R) -> Option<R::Id>;
}

/// Implements the part of [`Record`] that reads the same for both.
macro_rules! common {
    ($id:ty, $place:ty, $time:ident, $index:ty, $what:literal, $table:ident, $undo:ident) => {
        type Id = $id;
        type Place = $place;
        type Index = $index;
        const WHAT: &'static str = $what;

        fn id(&self) -> Self::Id {
            self.id
        }

        fn place(&self) -> Self::Place {
            (self.$time, self.id)
        }

        fn namespace(&self) -> &Namespace {
            &self.namespace
        }

        fn revision(&self) -> Revision {
            self.revision
        }

        fn size_bytes(&self) -> usize {
            Self::size_bytes(self)
        }

        fn same_content(&self, other: &Self) -> bool {
            Self::same_content(self, other)
        }

        fn replacing(&self, stored: &Self) -> Self {
            self.clone().amended(|draft| {
                draft.id = stored.id;
                draft.created_at = stored.created_at;
                draft.revision = stored.revision.next();
            })
        }

        fn table(space: &mut Space) -> &mut Table<Self> {
            &mut space.$table
        }

        fn undo(namespace: Namespace, id: Self::Id, before: Option<Row<Self>>) -> Undo {
            Undo::$undo(namespace, id, before)
        }
    };
}

impl Record for Episode {
    common!(
        EpisodeId,
        EpisodePosition,
        started_at,
        EpisodeIndex,
        "episode",
        episodes,
        Episode
    );
}

impl Record for Pattern {
    common!(
        PatternId,
        PatternPosition,
        created_at,
        PatternIndex,
        "pattern",
        patterns,
        Pattern
    );
}

#[derive(Debug, Default)]
pub(super) struct EpisodeIndex {
    pub(super) external_ids: BTreeMap<ExternalId, EpisodeId>,
    pub(super) tags: Groups<Tag, EpisodeId>,
    pub(super) patterns: Groups<PatternId, EpisodeId>,
}

impl Index<Episode> for EpisodeIndex {
    fn insert(&mut self, episode: &Episode) {
        if let Some(external_id) = &episode.external_id {
            self.external_ids.insert(external_id.clone(), episode.id);
        }
        self.tags.insert(&episode.tags, episode.id);
        self.patterns.insert(&episode.patterns, episode.id);
    }

    fn remove(&mut self, episode: &Episode) {
        if let Some(external_id) = &episode.external_id {
            self.external_ids.remove(external_id);
        }
        self.tags.remove(&episode.tags, episode.id);
        self.patterns.remove(&episode.patterns, episode.id);
    }

    fn find(&self, episode: &Episode) -> Option<EpisodeId> {
        let external_id = episode.external_id.as_ref()?;
        self.external_ids.get(external_id).copied()
    }
}

#[derive(Debug, Default)]
pub(super) struct PatternIndex {
    pub(super) sources: Groups<EpisodeId, PatternId>,
}

impl Index<Pattern> for PatternIndex {
    fn insert(&mut self, pattern: &Pattern) {
        self.sources.insert(&pattern.sources, pattern.id);
    }

    fn remove(&mut self, pattern: &Pattern) {
        self.sources.remove(&pattern.sources, pattern.id);
    }

    fn find(&self, _: &Pattern) -> Option<PatternId> {
        None
    }
}
