//! Which writes change which reads.

use memory_core::{Episode, EpisodeId, ExternalId, Namespace, PatternId, RelationshipKey};
use turso_cache::{Scope, Stamps, StampsConfig, Table};

/// The tables as the stamps know them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tables {
    episodes: Table,
    /// Episodes by external id: a store that names one may change an episode whose
    /// id it does not name.
    pub(super) external_ids: Table,
    patterns: Table,
    relationships: Table,
}

/// What a stamp of a table is for.
#[derive(Hash)]
enum Row<'a> {
    /// One record; of relationships, those of one episode.
    One(&'a Namespace, &'a [u8; 16]),
    /// Whatever records of the namespace a write has changed whose ids are not known.
    Some(&'a Namespace),
    /// The set of all records of the namespace, which every write changes.
    All(&'a Namespace),
    External(&'a Namespace, &'a ExternalId),
}

impl Tables {
    pub(super) fn new(config: StampsConfig) -> (Stamps, Self) {
        let (stamps, [episodes, external_ids, patterns, relationships]) = Stamps::new(config);
        let tables = Self {
            episodes,
            external_ids,
            patterns,
            relationships,
        };
        (stamps, tables)
    }

    /// All there is.
    pub(super) fn everything(self) -> [Scope; 4] {
        let Self {
            episodes,
            external_ids,
            patterns,
            relationships,
        } = self;
        [episodes, external_ids, patterns, relationships].map(Table::all)
    }

    // What reads are made from.

    pub(super) fn reads_episode(self, namespace: &Namespace, id: &EpisodeId) -> [Scope; 2] {
        one(self.episodes, namespace, id.as_bytes())
    }

    /// What an episode depends on that only the episode tells.
    pub(super) fn reads_external_id(self, episode: &Episode) -> Vec<Scope> {
        let id = episode.external_id.as_ref();
        let scope = id.map(|id| self.external_id(&episode.namespace, id));
        scope.into_iter().collect()
    }

    pub(super) fn reads_pattern(self, namespace: &Namespace, id: &PatternId) -> [Scope; 2] {
        one(self.patterns, namespace, id.as_bytes())
    }

    pub(super) fn reads_edges_of(self, namespace: &Namespace, id: &EpisodeId) -> [Scope; 2] {
        one(self.relationships, namespace, id.as_bytes())
    }

    pub(super) fn reads_episodes(self, namespace: &Namespace) -> [Scope; 1] {
        [self.episodes.row(&Row::All(namespace))]
    }

    pub(super) fn reads_patterns(self, namespace: &Namespace) -> [Scope; 1] {
        [self.patterns.row(&Row::All(namespace))]
    }

    pub(super) fn reads_edges(self, namespace: &Namespace) -> [Scope; 1] {
        [self.relationships.row(&Row::All(namespace))]
    }

    // What writes change.

    pub(super) fn stores(self, namespace: &Namespace, episode: &Episode) -> Vec<Scope> {
        let mut changes = self.changes_episode(namespace, &episode.id).to_vec();
        changes.extend(self.reads_external_id(episode));
        changes
    }

    pub(super) fn changes_episode(self, namespace: &Namespace, id: &EpisodeId) -> [Scope; 2] {
        changed(self.episodes, namespace, id.as_bytes())
    }

    pub(super) fn changes_pattern(self, namespace: &Namespace, id: &PatternId) -> [Scope; 2] {
        changed(self.patterns, namespace, id.as_bytes())
    }

    /// Episodes of the namespace, nobody knows which.
    pub(super) fn changes_some_episodes(self, namespace: &Namespace) -> [Scope; 2] {
        some(self.episodes, namespace)
    }

    /// With their relationships and as sources of patterns.
    pub(super) fn deletes_episodes(self, namespace: &Namespace, ids: &[EpisodeId]) -> Vec<Scope> {
        let episodes = ids
            .iter()
            .flat_map(|id| self.changes_episode(namespace, id));
        let cascades = [self.patterns, self.relationships];
        episodes
            .chain(
                cascades
                    .into_iter()
                    .flat_map(|table| some(table, namespace)),
            )
            .collect()
    }

    /// And out of the episodes that applied them.
    pub(super) fn deletes_patterns(self, namespace: &Namespace, ids: &[PatternId]) -> Vec<Scope> {
        let patterns = ids
            .iter()
            .flat_map(|id| self.changes_pattern(namespace, id));
        patterns
            .chain(self.changes_some_episodes(namespace))
            .collect()
    }

    /// The relationships of both ends.
    pub(super) fn changes_edge(self, namespace: &Namespace, key: RelationshipKey) -> [Scope; 3] {
        let end = |id: &EpisodeId| self.relationships.row(&Row::One(namespace, id.as_bytes()));
        let [all] = self.reads_edges(namespace);
        [end(&key.from), end(&key.to), all]
    }

    fn external_id(self, namespace: &Namespace, id: &ExternalId) -> Scope {
        self.external_ids.row(&Row::External(namespace, id))
    }
}

fn one(table: Table, namespace: &Namespace, id: &[u8; 16]) -> [Scope; 2] {
    [
        table.row(&Row::One(namespace, id)),
        table.row(&Row::Some(namespace)),
    ]
}

fn changed(table: Table, namespace: &Namespace, id: &[u8; 16]) -> [Scope; 2] {
    [
        table.row(&Row::One(namespace, id)),
        table.row(&Row::All(namespace)),
    ]
}

fn some(table: Table, namespace: &Namespace) -> [Scope; 2] {
    [
        table.row(&Row::Some(namespace)),
        table.row(&Row::All(namespace)),
    ]
}
