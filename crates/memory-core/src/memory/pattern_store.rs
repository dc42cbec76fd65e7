use super::InMemoryStorage;
use super::record::Record;
use super::transaction::Transaction;
use crate::batch::plan;
use crate::{
    Atomicity, Episode, EpisodeId, Namespace, Page, PageRequest, Pattern, PatternId, PatternQuery,
    PatternStore, Result, Revision, Stored, Update,
};
use async_trait::async_trait;
use std::sync::Arc;

#[async_trait]
impl PatternStore for InMemoryStorage {
    async fn store_patterns(
        &self,
        patterns: &[Pattern],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<PatternId>>> {
        self.store(patterns, atomicity)
    }

    async fn store_episodes_with_patterns(
        &self,
        episodes: &[Episode],
        patterns: &[Pattern],
    ) -> Result<(Vec<Stored<EpisodeId>>, Vec<Stored<PatternId>>)> {
        let sizes = episodes.iter().map(Record::size_bytes);
        let sizes = sizes.chain(patterns.iter().map(Record::size_bytes));
        plan(sizes, Atomicity::AllOrNothing)?;
        self.write(|transaction| {
            let stored = transaction.store(episodes, 0)?;
            Ok((stored, transaction.store(patterns, episodes.len())?))
        })
    }

    async fn update_patterns(&self, updates: &[Update<Pattern>]) -> Result<Vec<Revision>> {
        self.update(updates)
    }

    async fn get_patterns(
        &self,
        namespace: &Namespace,
        ids: &[PatternId],
    ) -> Result<Vec<Option<Arc<Pattern>>>> {
        Ok(self.look(namespace, |space| space.patterns.values(ids)))
    }

    async fn delete_patterns(&self, namespace: &Namespace, ids: &[PatternId]) -> Result<u64> {
        self.write(|transaction| {
            let deleted = ids
                .iter()
                .filter(|id| transaction.delete_pattern(namespace, **id));
            Ok(deleted.count() as u64)
        })
    }

    async fn query_patterns(
        &self,
        query: &PatternQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Pattern>>> {
        let wanted = |pattern: &Pattern| query.matches(pattern);
        self.look(&query.namespace, |space| {
            space.patterns.page(query.order, page, wanted)
        })
    }

    async fn count_patterns(&self, query: &PatternQuery) -> Result<u64> {
        let wanted = |pattern: &Pattern| query.matches(pattern);
        Ok(self.look(&query.namespace, |space| space.patterns.count(wanted)) as u64)
    }
}

impl Transaction<'_> {
    fn delete_pattern(&mut self, namespace: &Namespace, id: PatternId) -> bool {
        let space = self.space(namespace);
        if space.patterns.get(id).is_none() {
            return false;
        }
        for episode in space.episodes.index.patterns.of(&id) {
            self.amend::<Episode>(namespace, episode, |episode| without_pattern(episode, id));
        }
        self.set::<Pattern>(namespace, id, None);
        true
    }
}

fn without_pattern(episode: &Episode, pattern: PatternId) -> Episode {
    episode.clone().amended(|draft| {
        draft.patterns.remove(&pattern);
        draft.revision = draft.revision.next();
    })
}
