//! Walks along relationships. Each ends on cycles, because no episode is entered twice.

use super::edges::Edges;
use crate::{
    Direction, EpisodeId, Related, RelatedEpisode, RelatedQuery, RelationshipKey, RelationshipKind,
};
use std::collections::BTreeSet;

impl Edges {
    /// Whether `goal` can be reached from `start` along relationships of one kind.
    pub(super) fn reaches(
        &self,
        kind: RelationshipKind,
        start: EpisodeId,
        goal: EpisodeId,
    ) -> bool {
        let mut seen = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(episode) = open.pop() {
            if episode == goal {
                return true;
            }
            let keys = self.of(episode, Direction::Outgoing);
            let ends = keys.filter(|key| key.kind == kind).map(|key| key.to);
            open.extend(ends.filter(|end| seen.insert(*end)));
        }
        false
    }

    /// What can be reached from the start of `query`, level by level.
    pub(super) fn related(&self, query: &RelatedQuery) -> Related {
        let mut found = Related::default();
        let mut seen = BTreeSet::from([query.start]);
        let mut level = BTreeSet::from([query.start]);
        for depth in 1..=query.max_depth {
            level = self.next_level(query, &level, &mut seen);
            let room = query.max_nodes - found.episodes.len();
            found.truncated = level.len() > room;
            let reached = level.iter().take(room);
            found
                .episodes
                .extend(reached.map(|&id| RelatedEpisode { id, depth }));
            if found.truncated || level.is_empty() {
                break;
            }
        }
        found
    }

    /// The episodes one relationship away from `level` that were not seen before, sorted.
    fn next_level(
        &self,
        query: &RelatedQuery,
        level: &BTreeSet<EpisodeId>,
        seen: &mut BTreeSet<EpisodeId>,
    ) -> BTreeSet<EpisodeId> {
        let mut next = BTreeSet::new();
        for &episode in level {
            let keys = self.of(episode, query.direction);
            let wanted = keys.filter(|key| query.kinds.contains(key.kind));
            next.extend(
                wanted
                    .map(|key| other_end(&key, episode))
                    .filter(|end| seen.insert(*end)),
            );
        }
        next
    }
}

fn other_end(key: &RelationshipKey, episode: EpisodeId) -> EpisodeId {
    if key.from == episode {
        key.to
    } else {
        key.from
    }
}
