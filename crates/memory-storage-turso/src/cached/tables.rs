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
    /// The sets of records that a namespace has. They share no stamp with single records: a set that did
    /// would become obsolete with the record, and all records with the set.
    sets: Table,
}

/// What a record is known by; of relationships, the episode at either end.
type Row<'a> = (&'a Namespace, &'a [u8; 16]);

/// A set of the records of one namespace, by the table that they are in.
#[derive(Hash)]
enum Set<'a> {
    /// Whatever records a write has changed whose ids are not known.
    Some(Table, &'a Namespace),
    /// All, of which every write changes some.
    All(Table, &'a Namespace),
}

impl Tables {
    pub(super) fn new(config: StampsConfig) -> (Stamps, Self) {
        let (stamps, [episodes, external_ids, patterns, relationships, sets]) = Stamps::new(config);
        let tables = Self {
            episodes,
            external_ids,
            patterns,
            relationships,
            sets,
        };
        (stamps, tables)
    }

    /// All there is.
    pub(super) fn everything(self) -> [Scope; 5] {
        let Self {
            episodes,
            external_ids,
            patterns,
            relationships,
            sets,
        } = self;
        [episodes, external_ids, patterns, relationships, sets].map(Table::all)
    }

    // What reads are made from.

    pub(super) fn reads_episode(self, namespace: &Namespace, id: &EpisodeId) -> [Scope; 2] {
        self.one(self.episodes, namespace, id.as_bytes())
    }

    /// What an episode depends on that only the episode tells.
    pub(super) fn reads_external_id(self, episode: &Episode) -> Vec<Scope> {
        let id = episode.external_id.as_ref();
        let scope = id.map(|id| self.external_id(&episode.namespace, id));
        scope.into_iter().collect()
    }

    pub(super) fn reads_pattern(self, namespace: &Namespace, id: &PatternId) -> [Scope; 2] {
        self.one(self.patterns, namespace, id.as_bytes())
    }

    pub(super) fn reads_edges_of(self, namespace: &Namespace, id: &EpisodeId) -> [Scope; 2] {
        self.one(self.relationships, namespace, id.as_bytes())
    }

    pub(super) fn reads_episodes(self, namespace: &Namespace) -> [Scope; 1] {
        [self.all(self.episodes, namespace)]
    }

    pub(super) fn reads_patterns(self, namespace: &Namespace) -> [Scope; 1] {
        [self.all(self.patterns, namespace)]
    }

    pub(super) fn reads_edges(self, namespace: &Namespace) -> [Scope; 1] {
        [self.all(self.relationships, namespace)]
    }

    // What writes change.

    pub(super) fn stores(self, namespace: &Namespace, episode: &Episode) -> Vec<Scope> {
        let mut changes = self.changes_episode(namespace, &episode.id).to_vec();
        changes.extend(self.reads_external_id(episode));
        changes
    }

    pub(super) fn changes_episode(self, namespace: &Namespace, id: &EpisodeId) -> [Scope; 2] {
        self.changed(self.episodes, namespace, id.as_bytes())
    }

    pub(super) fn changes_pattern(self, namespace: &Namespace, id: &PatternId) -> [Scope; 2] {
        self.changed(self.patterns, namespace, id.as_bytes())
    }

    /// Episodes of the namespace, nobody knows which.
    pub(super) fn changes_some_episodes(self, namespace: &Namespace) -> [Scope; 2] {
        self.some(self.episodes, namespace)
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
                    .flat_map(|table| self.some(table, namespace)),
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
        let end = |id: &EpisodeId| row(self.relationships, (namespace, id.as_bytes()));
        let [all] = self.reads_edges(namespace);
        [end(&key.from), end(&key.to), all]
    }

    fn external_id(self, namespace: &Namespace, id: &ExternalId) -> Scope {
        self.external_ids.row(&(namespace, id))
    }

    fn one(self, table: Table, namespace: &Namespace, id: &[u8; 16]) -> [Scope; 2] {
        let unknown = self.sets.row(&Set::Some(table, namespace));
        [row(table, (namespace, id)), unknown]
    }

    fn changed(self, table: Table, namespace: &Namespace, id: &[u8; 16]) -> [Scope; 2] {
        [row(table, (namespace, id)), self.all(table, namespace)]
    }

    fn some(self, table: Table, namespace: &Namespace) -> [Scope; 2] {
        let unknown = self.sets.row(&Set::Some(table, namespace));
        [unknown, self.all(table, namespace)]
    }

    fn all(self, table: Table, namespace: &Namespace) -> Scope {
        self.sets.row(&Set::All(table, namespace))
    }
}

fn row(table: Table, row: Row<'_>) -> Scope {
    table.row(&row)
}
