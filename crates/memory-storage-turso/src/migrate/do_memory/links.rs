//! Which episodes a pattern was learnt from, as the episodes say.

use memory_core::{EpisodeId, PatternId};
use std::collections::{BTreeSet, HashMap};

/// Remembered while the episodes are read, asked when the patterns are.
#[derive(Debug, Default)]
pub(super) struct Links {
    sources: HashMap<PatternId, BTreeSet<EpisodeId>>,
    count: usize,
}

impl Links {
    /// Remembers that `pattern` was learnt from `episode`; false when there are `max` links already.
    pub(super) fn add(&mut self, pattern: PatternId, episode: EpisodeId, max: usize) -> bool {
        if self.count >= max {
            return false;
        }
        let added = self.sources.entry(pattern).or_default().insert(episode);
        self.count += usize::from(added);
        true
    }

    /// The episodes that name `pattern`, which is then forgotten.
    pub(super) fn take(&mut self, pattern: PatternId) -> BTreeSet<EpisodeId> {
        let sources = self.sources.remove(&pattern).unwrap_or_default();
        self.count -= sources.len();
        sources
    }

    /// How many links lead to patterns that were not asked for.
    pub(super) const fn len(&self) -> usize {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_counted_and_bounded() {
        let mut links = Links::default();
        let (pattern, [a, b]) = (PatternId::new(), [EpisodeId::new(), EpisodeId::new()]);
        assert!(links.add(pattern, a, 2) && links.add(pattern, a, 2) && links.add(pattern, b, 2));
        assert!(!links.add(PatternId::new(), a, 2));
        assert_eq!(
            (links.len(), links.take(pattern).len(), links.len()),
            (2, 2, 0)
        );
        assert!(links.take(pattern).is_empty());
    }
}
