use super::edges::Edges;
use super::table::Table;
use crate::{Episode, Namespace, Pattern};
use std::collections::BTreeMap;

/// Everything of one namespace.
#[derive(Debug, Default)]
pub(super) struct Space {
    pub(super) episodes: Table<Episode>,
    pub(super) patterns: Table<Pattern>,
    pub(super) edges: Edges,
}

impl Space {
    pub(super) fn is_empty(&self) -> bool {
        self.episodes.len() == 0 && self.patterns.len() == 0 && self.edges.is_empty()
    }
}

pub(super) type Spaces = BTreeMap<Namespace, Space>;
