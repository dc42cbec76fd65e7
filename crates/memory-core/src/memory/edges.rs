use crate::{
    Direction, EpisodeId, EpisodeRelationship, RelationshipKey, RelationshipKind, RelationshipQuery,
};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// The relationships of one namespace, to be found from either end.
#[derive(Debug, Default)]
pub(super) struct Edges {
    rows: BTreeMap<RelationshipKey, EpisodeRelationship>,
    /// The same, by `to`, kind and `from`.
    incoming: BTreeSet<(EpisodeId, RelationshipKind, EpisodeId)>,
}

const FIRST_KIND: RelationshipKind = RelationshipKind::ParentChild;
const FIRST_ID: EpisodeId = EpisodeId::from_bytes([0; 16]);

impl Edges {
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(super) fn get(&self, key: &RelationshipKey) -> Option<&EpisodeRelationship> {
        self.rows.get(key)
    }

    /// Puts `edge` in the place of what stands at `key`, which is returned.
    pub(super) fn set(
        &mut self,
        key: RelationshipKey,
        edge: Option<EpisodeRelationship>,
    ) -> Option<EpisodeRelationship> {
        let end = (key.to, key.kind, key.from);
        if let Some(edge) = edge {
            self.incoming.insert(end);
            self.rows.insert(key, edge)
        } else {
            self.incoming.remove(&end);
            self.rows.remove(&key)
        }
    }

    fn outgoing(&self, from: EpisodeId) -> impl Iterator<Item = RelationshipKey> {
        let first = RelationshipKey {
            from,
            kind: FIRST_KIND,
            to: FIRST_ID,
        };
        let keys = self.rows.range(first..).map(|(key, _)| *key);
        keys.take_while(move |key| key.from == from)
    }

    fn incoming(&self, to: EpisodeId) -> impl Iterator<Item = RelationshipKey> {
        let ends = self.incoming.range((to, FIRST_KIND, FIRST_ID)..);
        ends.take_while(move |end| end.0 == to)
            .map(|&(to, kind, from)| RelationshipKey { from, kind, to })
    }

    /// The relationships of `episode`, each once.
    pub(super) fn of(
        &self,
        episode: EpisodeId,
        direction: Direction,
    ) -> impl Iterator<Item = RelationshipKey> {
        let out = direction != Direction::Incoming;
        let back = direction != Direction::Outgoing;
        let outgoing = out.then(|| self.outgoing(episode));
        let incoming = back.then(|| self.incoming(episode));
        outgoing
            .into_iter()
            .flatten()
            .chain(incoming.into_iter().flatten())
    }

    /// What `query` wants, in order, behind `after`.
    pub(super) fn select(
        &self,
        query: &RelationshipQuery,
        after: Option<RelationshipKey>,
    ) -> Vec<&EpisodeRelationship> {
        let wanted = |key: &RelationshipKey| query.kinds.contains(key.kind);
        let begin = after.map_or(Bound::Unbounded, Bound::Excluded);
        let Some(episode) = query.episode else {
            let rows = self.rows.range((begin, Bound::Unbounded));
            return rows
                .filter(|(key, _)| wanted(key))
                .map(|(_, e)| e)
                .collect();
        };
        let keys: BTreeSet<_> = self.of(episode, query.direction).filter(wanted).collect();
        keys.range((begin, Bound::Unbounded))
            .filter_map(|key| self.get(key))
            .collect()
    }
}
