//! How often each kind of read was asked for, and how often the backend had to answer.

use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A kind of read that may be answered from a cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    EpisodesCount,
    EpisodesFind,
    EpisodesGet,
    EpisodesQuery,
    PatternsCount,
    PatternsGet,
    PatternsQuery,
    RelationshipsQuery,
    RelationshipsRelated,
    TagsList,
}

impl Read {
    /// In the order of their numbers.
    pub(crate) const ALL: [Self; 10] = [
        Self::EpisodesCount,
        Self::EpisodesFind,
        Self::EpisodesGet,
        Self::EpisodesQuery,
        Self::PatternsCount,
        Self::PatternsGet,
        Self::PatternsQuery,
        Self::RelationshipsQuery,
        Self::RelationshipsRelated,
        Self::TagsList,
    ];

    /// The name of its operation.
    pub(crate) const fn operation(self) -> &'static str {
        match self {
            Self::EpisodesCount => "episodes.count",
            Self::EpisodesFind => "episodes.find",
            Self::EpisodesGet => "episodes.get",
            Self::EpisodesQuery => "episodes.query",
            Self::PatternsCount => "patterns.count",
            Self::PatternsGet => "patterns.get",
            Self::PatternsQuery => "patterns.query",
            Self::RelationshipsQuery => "relationships.query",
            Self::RelationshipsRelated => "relationships.related",
            Self::TagsList => "tags.list",
        }
    }
}

/// How often one kind of read was asked of a [`CachedStorage`](crate::CachedStorage).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct CachedReads {
    /// Its operation, such as `episodes.get`.
    pub operation: String,
    /// How often it was asked for.
    pub calls: u64,
    /// Reads of the backend that these led to. Those that a cache answered led to none, nor did those
    /// that waited for the load of another. One that was read twice, because a write came in between,
    /// led to two.
    pub loads: u64,
}

#[derive(Debug, Default)]
struct Counts {
    calls: AtomicU64,
    loads: AtomicU64,
}

/// A hit adds to one counter.
#[derive(Debug, Default)]
pub(super) struct Reads([Counts; Read::ALL.len()]);

impl Reads {
    pub(super) fn call(&self, read: Read) {
        if let Some(counts) = self.0.get(read as usize) {
            counts.calls.fetch_add(1, Relaxed);
        }
    }

    pub(super) fn load(&self, read: Read) {
        if let Some(counts) = self.0.get(read as usize) {
            counts.loads.fetch_add(1, Relaxed);
        }
    }

    /// Those that were asked for.
    pub(super) fn seen(&self) -> Vec<CachedReads> {
        let all = Read::ALL.into_iter().zip(&self.0);
        let all = all.map(|(read, counts)| CachedReads {
            operation: read.operation().to_owned(),
            calls: counts.calls.load(Relaxed),
            loads: counts.loads.load(Relaxed),
        });
        all.filter(|reads| reads.calls > 0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_own_place_and_name() {
        for (index, read) in Read::ALL.into_iter().enumerate() {
            assert_eq!(read as usize, index);
            let reads = Reads::default();
            reads.call(read);
            let seen = reads.seen();
            assert_eq!(seen.len(), 1);
            assert_eq!(
                (seen[0].operation.as_str(), seen[0].loads),
                (read.operation(), 0)
            );
        }
    }
}
