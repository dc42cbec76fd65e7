use super::record::Record;
use memory_storage_turso::Episode;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

/// Lines that are remembered to find keys which come twice: 2 million, about
/// 70 MB. Behind that an earlier line is stored and then replaced by the later one.
const KEYS_MAX: usize = 2_000_000;

/// Two independent hashes of an episode's key: far too wide for two keys to meet by chance.
type KeyHash = (u64, u64);

/// Which episodes come more than once in the files, so that only the last of each is stored.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    hashers: [RandomState; 2],
    seen: HashSet<KeyHash>,
    last: HashMap<KeyHash, u64>,
    next: u64,
}

impl Survey {
    /// Takes note of the next record.
    pub(crate) fn note(&mut self, record: &Record) {
        let Some(hash) = self.hash(record) else {
            return;
        };
        if self.seen.len() < KEYS_MAX && self.seen.insert(hash) {
            self.next += 1;
            return;
        }
        if self.seen.contains(&hash) {
            self.last.insert(hash, self.next);
        }
        self.next += 1;
    }

    /// Begins the second reading.
    pub(crate) fn rewind(&mut self) {
        self.next = 0;
        self.seen = HashSet::new();
    }

    /// Whether a later record of the same episode comes. To be asked in the
    /// order in which the records were noted.
    pub(crate) fn is_superseded(&mut self, record: &Record) -> bool {
        let Some(hash) = self.hash(record) else {
            return false;
        };
        let position = self.next;
        self.next += 1;
        self.last.get(&hash).is_some_and(|last| position < *last)
    }

    fn hash(&self, record: &Record) -> Option<KeyHash> {
        let (Record::Attempt(episode, _) | Record::Episode(episode)) = record else {
            return None;
        };
        let [one, other] = &self.hashers;
        let key = key(episode);
        Some((one.hash_one(key), other.hash_one(key)))
    }
}

/// By what an episode is recognised: its external id, else its id.
pub(crate) fn key(episode: &Episode) -> (&str, Option<&str>, Option<&[u8; 16]>) {
    let external = episode.external_id.as_ref().map(AsRef::as_ref);
    let id = external.is_none().then(|| episode.id.as_bytes());
    (episode.namespace.as_str(), external, id)
}
