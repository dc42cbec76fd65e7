use super::paging::page;
use super::transaction::{Transaction, not_found};
use super::{InMemoryStorage, Space};
use crate::tag::check_tags;
use crate::{
    Atomicity, Direction, Episode, EpisodeId, EpisodeQuery, EpisodeStore, ExternalId, Namespace,
    Page, PageRequest, Pattern, Result, Revision, Stored, Tag, TagChange, TagCount, Tags,
    Timestamp, Update,
};
use async_trait::async_trait;
use std::sync::Arc;

#[async_trait]
impl EpisodeStore for InMemoryStorage {
    async fn store_episodes(
        &self,
        episodes: &[Episode],
        atomicity: Atomicity,
    ) -> Result<Vec<Stored<EpisodeId>>> {
        self.store(episodes, atomicity)
    }

    async fn update_episodes(&self, updates: &[Update<Episode>]) -> Result<Vec<Revision>> {
        self.update(updates)
    }

    async fn get_episodes(
        &self,
        namespace: &Namespace,
        ids: &[EpisodeId],
    ) -> Result<Vec<Option<Arc<Episode>>>> {
        Ok(self.look(namespace, |space| space.episodes.values(ids)))
    }

    async fn find_episode_ids(
        &self,
        namespace: &Namespace,
        external_ids: &[ExternalId],
    ) -> Result<Vec<Option<EpisodeId>>> {
        Ok(self.look(namespace, |space| {
            let ids = &space.episodes.index.external_ids;
            external_ids.iter().map(|x| ids.get(x).copied()).collect()
        }))
    }

    async fn delete_episodes(&self, namespace: &Namespace, ids: &[EpisodeId]) -> Result<u64> {
        self.write(|transaction| {
            let deleted = ids
                .iter()
                .filter(|id| transaction.delete_episode(namespace, **id));
            Ok(deleted.count() as u64)
        })
    }

    async fn query_episodes(
        &self,
        query: &EpisodeQuery,
        page: &PageRequest,
    ) -> Result<Page<Arc<Episode>>> {
        let wanted = |episode: &Episode| query.matches(episode);
        self.look(&query.namespace, |space| {
            space.episodes.page(query.order, page, wanted)
        })
    }

    async fn count_episodes(&self, query: &EpisodeQuery) -> Result<u64> {
        let wanted = |episode: &Episode| query.matches(episode);
        Ok(self.look(&query.namespace, |space| space.episodes.count(wanted)) as u64)
    }

    async fn change_tags(
        &self,
        namespace: &Namespace,
        id: EpisodeId,
        change: &TagChange,
        now: Timestamp,
    ) -> Result<Revision> {
        self.write(|transaction| transaction.change_tags(namespace, id, change, now))
    }

    async fn rename_tag(
        &self,
        namespace: &Namespace,
        from: &Tag,
        to: &Tag,
        now: Timestamp,
    ) -> Result<u64> {
        self.write(|transaction| Ok(transaction.rename_tag(namespace, from, to, now)))
    }

    async fn list_tags(
        &self,
        namespace: &Namespace,
        request: &PageRequest,
    ) -> Result<Page<TagCount>> {
        let after = request.position::<Tag>()?;
        Ok(self.look(namespace, |space| {
            let tags = space.episodes.index.tags.counts(after);
            let tags = tags.map(|(tag, episodes)| (tag.clone(), episodes as u64));
            let counts = tags.map(|(tag, episodes)| (tag.clone(), TagCount { tag, episodes }));
            page(counts, request.limit(), |_| 0)
        }))
    }
}

/// The same episode with other tags.
fn retagged(episode: &Episode, tags: Tags, now: Timestamp) -> Episode {
    episode.clone().amended(|draft| {
        draft.tags = tags;
        draft.updated_at = now;
        draft.revision = draft.revision.next();
    })
}

impl Transaction<'_> {
    fn delete_episode(&mut self, namespace: &Namespace, id: EpisodeId) -> bool {
        let Space {
            episodes,
            patterns,
            edges,
        } = self.space(namespace);
        if episodes.get(id).is_none() {
            return false;
        }
        let learnt = patterns.index.sources.of(&id);
        let edges: Vec<_> = edges.of(id, Direction::Both).collect();
        for pattern in learnt {
            self.amend::<Pattern>(namespace, pattern, |pattern| without_source(pattern, id));
        }
        for key in edges {
            self.set_edge(namespace, key, None);
        }
        self.set::<Episode>(namespace, id, None);
        true
    }

    fn change_tags(
        &mut self,
        namespace: &Namespace,
        id: EpisodeId,
        change: &TagChange,
        now: Timestamp,
    ) -> Result<Revision> {
        let row = self.space(namespace).episodes.get(id);
        let episode = Arc::clone(&row.ok_or_else(not_found::<Episode>)?.value);
        let added: Tags = episode.tags.union(&change.add).cloned().collect();
        let tags: Tags = added.difference(&change.remove).cloned().collect();
        check_tags(&tags)?;
        if tags == episode.tags {
            return Ok(episode.revision);
        }
        self.amend::<Episode>(namespace, id, |episode| retagged(episode, tags, now));
        Ok(episode.revision.next())
    }

    fn rename_tag(&mut self, namespace: &Namespace, from: &Tag, to: &Tag, now: Timestamp) -> u64 {
        let ids = self.space(namespace).episodes.index.tags.of(from);
        for &id in ids.iter().filter(|_| from != to) {
            self.amend::<Episode>(namespace, id, |episode| {
                let mut tags = episode.tags.clone();
                tags.remove(from);
                tags.insert(to.clone());
                retagged(episode, tags, now)
            });
        }
        ids.len() as u64
    }
}

fn without_source(pattern: &Pattern, source: EpisodeId) -> Pattern {
    pattern.clone().amended(|draft| {
        draft.sources.remove(&source);
        draft.revision = draft.revision.next();
    })
}
