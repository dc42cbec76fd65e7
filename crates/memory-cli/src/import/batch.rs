use super::edge::Edge;
use super::origin::Origin;
use super::record::Record;
use super::survey::key;
use memory_storage_turso::{Episode, Namespace, Pattern};
use std::collections::HashSet;

/// Records of one transaction: enough to share the cost of a commit, few
/// enough that other processes get their turn at the database soon.
const RECORDS_MAX: usize = 200;
/// Most bytes of a batch, by `size_bytes`; a batch holds at least one record.
const BYTES_MAX: usize = 4_000_000;

/// Values and where each came from.
#[derive(Debug)]
pub(crate) struct Items<T> {
    pub(crate) values: Vec<T>,
    pub(crate) places: Vec<Place>,
}

/// Where a value came from, and in which format.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) origin: Origin,
    pub(crate) is_attempt: bool,
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            places: Vec::new(),
        }
    }
}

impl<T> Items<T> {
    fn push(&mut self, value: T, origin: Origin, is_attempt: bool) {
        self.values.push(value);
        self.places.push(Place { origin, is_attempt });
    }

    /// Takes out the value at `index`, if there is one.
    pub(crate) fn remove(&mut self, index: usize) -> Option<Place> {
        if index >= self.values.len().min(self.places.len()) {
            return None;
        }
        self.values.remove(index);
        Some(self.places.remove(index))
    }
}

/// Records that are stored together, all of one namespace.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) namespace: Namespace,
    pub(crate) episodes: Items<Episode>,
    pub(crate) patterns: Items<Pattern>,
    pub(crate) edges: Vec<Edge>,
    records: usize,
    bytes: usize,
}

impl Batch {
    /// Whether `record` must wait for the next batch.
    pub(crate) fn is_full_for(&self, record: &Record) -> bool {
        self.records > 0
            && (self.records >= RECORDS_MAX
                || self.bytes.saturating_add(size(record)) > BYTES_MAX
                || self.namespace != *namespace(record))
    }

    pub(crate) fn push(&mut self, record: Record, origin: Origin) {
        self.enter(&record);
        match record {
            Record::Attempt(episode, edges) => {
                self.episodes.push(*episode, origin, true);
                self.edges.extend(edges);
            }
            Record::Episode(episode) => self.episodes.push(*episode, origin, false),
            Record::Pattern(pattern) => self.patterns.push(*pattern, origin, false),
            Record::Relationship(edge) => self.edges.push(*edge),
        }
    }

    /// Takes the relations of a record whose episode a later one replaces.
    pub(crate) fn push_edges(&mut self, record: Record) {
        self.enter(&record);
        if let Record::Attempt(_, edges) = record {
            self.edges.extend(edges);
        }
    }

    fn enter(&mut self, record: &Record) {
        self.namespace = namespace(record).clone();
        self.records += 1;
        self.bytes = self.bytes.saturating_add(size(record));
    }

    /// Keeps only the last of several episodes with the same key, and says how many went.
    pub(crate) fn keep_last(&mut self) -> u64 {
        let Items { values, places } = &mut self.episodes;
        let mut seen = HashSet::new();
        let mut keep: Vec<bool> = values.iter().rev().map(|e| seen.insert(key(e))).collect();
        keep.reverse();
        let retain = |index: &mut usize| {
            *index += 1;
            keep.get(*index - 1).copied().unwrap_or(true)
        };
        let (mut at, mut place_at) = (0, 0);
        values.retain(|_| retain(&mut at));
        places.retain(|_| retain(&mut place_at));
        keep.iter().filter(|kept| !**kept).count() as u64
    }
}

fn namespace(record: &Record) -> &Namespace {
    match record {
        Record::Attempt(episode, _) | Record::Episode(episode) => &episode.namespace,
        Record::Pattern(pattern) => &pattern.namespace,
        Record::Relationship(edge) => &edge.namespace,
    }
}

/// What a relationship counts for; most have no metadata.
const EDGE_BYTES: usize = 256;

fn size(record: &Record) -> usize {
    match record {
        Record::Attempt(episode, edges) => episode.size_bytes() + EDGE_BYTES * edges.len(),
        Record::Episode(episode) => episode.size_bytes(),
        Record::Pattern(pattern) => pattern.size_bytes(),
        Record::Relationship(_) => EDGE_BYTES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use memory_storage_turso::{EpisodeDraft, ExternalId, TaskType, Timestamp};

    fn attempt(external_id: &str, description: &str) -> Record {
        let task_type = TaskType::new("t").unwrap();
        let mut draft = EpisodeDraft::new(task_type, description, Timestamp::MIN);
        draft.external_id = Some(ExternalId::new(external_id).unwrap());
        Record::Attempt(Box::new(draft.finish().unwrap()), Vec::new())
    }

    fn origin(line: u64) -> Origin {
        let file = "f".into();
        Origin { file, line }
    }

    #[test]
    fn the_last_of_several_with_one_key_stays_in_its_place() {
        let mut batch = Batch::default();
        for (line, (key, text)) in (1..).zip([("a", "1"), ("b", "2"), ("a", "3"), ("c", "4")]) {
            batch.push(attempt(key, text), origin(line));
        }
        assert_eq!(batch.keep_last(), 1);
        let texts: Vec<_> = batch
            .episodes
            .values
            .iter()
            .map(|e| &e.description)
            .collect();
        assert_eq!(texts, ["2", "3", "4"]);
        let lines: Vec<_> = batch
            .episodes
            .places
            .iter()
            .map(|p| p.origin.line)
            .collect();
        assert_eq!(lines, [2, 3, 4]);
    }

    #[test]
    fn a_batch_ends_at_its_count_its_bytes_and_its_namespace() {
        let mut batch = Batch::default();
        let large = attempt("large", &"x".repeat(4_200_000));
        assert!(!batch.is_full_for(&large), "it holds at least one record");
        batch.push(large, origin(1));
        assert!(batch.is_full_for(&attempt("a", "")));

        let mut batch = Batch::default();
        for line in 0..RECORDS_MAX {
            assert!(!batch.is_full_for(&attempt("a", "")));
            batch.push(attempt(&line.to_string(), ""), origin(1));
        }
        assert!(batch.is_full_for(&attempt("a", "")));
    }
}
