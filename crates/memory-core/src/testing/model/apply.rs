use super::observation::Observation as Seen;
use super::operation::{Base, Operation, Proposal, Read, Write};
use crate::testing::all_pages;
use crate::{
    Episode, EpisodeStore, Pattern, PatternStore, Result, Revision, StorageBackend, Update,
};

/// Applies one operation, and says what the backend answered.
pub async fn apply<B: StorageBackend + ?Sized>(backend: &B, operation: &Operation) -> Seen {
    match operation {
        Operation::Write(write) => apply_write(backend, write).await,
        Operation::Read(read) => apply_read(backend, read).await,
    }
}

async fn apply_write<B: StorageBackend + ?Sized>(backend: &B, write: &Write) -> Seen {
    match write {
        Write::StoreEpisodes(episodes, atomicity) => {
            let stored = backend.store_episodes(episodes, *atomicity).await;
            Seen::of(stored, Seen::StoredEpisodes)
        }
        Write::UpdateEpisodes(proposals) => {
            Seen::of(update_episodes(backend, proposals).await, Seen::Revisions)
        }
        Write::DeleteEpisodes(namespace, ids) => {
            Seen::of(backend.delete_episodes(namespace, ids).await, Seen::Count)
        }
        Write::ChangeTags(namespace, id, change, now) => {
            let revision = backend.change_tags(namespace, *id, change, *now).await;
            Seen::of(revision, |revision| Seen::Revisions(vec![revision]))
        }
        Write::RenameTag(namespace, from, to, now) => {
            let renamed = backend.rename_tag(namespace, from, to, *now).await;
            Seen::of(renamed, Seen::Count)
        }
        Write::StorePatterns(patterns, atomicity) => {
            let stored = backend.store_patterns(patterns, *atomicity).await;
            Seen::of(stored, Seen::StoredPatterns)
        }
        Write::StoreEpisodesWithPatterns(episodes, patterns) => {
            let stored = backend
                .store_episodes_with_patterns(episodes, patterns)
                .await;
            Seen::of(stored, |(episodes, patterns)| {
                Seen::StoredBoth(episodes, patterns)
            })
        }
        Write::UpdatePatterns(proposals) => {
            Seen::of(update_patterns(backend, proposals).await, Seen::Revisions)
        }
        Write::DeletePatterns(namespace, ids) => {
            Seen::of(backend.delete_patterns(namespace, ids).await, Seen::Count)
        }
        Write::AddRelationships(edges) => {
            Seen::of(backend.add_relationships(edges).await, Seen::Changes)
        }
        Write::RemoveRelationships(namespace, keys) => Seen::of(
            backend.remove_relationships(namespace, keys).await,
            Seen::Count,
        ),
    }
}

async fn apply_read<B: StorageBackend + ?Sized>(backend: &B, read: &Read) -> Seen {
    match read {
        Read::GetEpisodes(namespace, ids) => {
            Seen::of(backend.get_episodes(namespace, ids).await, Seen::Episodes)
        }
        Read::FindEpisodeIds(namespace, ids) => {
            Seen::of(backend.find_episode_ids(namespace, ids).await, Seen::Ids)
        }
        Read::QueryEpisodes(query, limit) => {
            let page = async |page| backend.query_episodes(query, &page).await;
            Seen::of(all_pages(*limit, page).await, Seen::EpisodePages)
        }
        Read::CountEpisodes(query) => Seen::of(backend.count_episodes(query).await, Seen::Count),
        Read::ListTags(namespace, limit) => {
            let page = async |page| backend.list_tags(namespace, &page).await;
            Seen::of(all_pages(*limit, page).await, Seen::TagPages)
        }
        Read::GetPatterns(namespace, ids) => {
            Seen::of(backend.get_patterns(namespace, ids).await, Seen::Patterns)
        }
        Read::QueryPatterns(query, limit) => {
            let page = async |page| backend.query_patterns(query, &page).await;
            Seen::of(all_pages(*limit, page).await, Seen::PatternPages)
        }
        Read::CountPatterns(query) => Seen::of(backend.count_patterns(query).await, Seen::Count),
        Read::ValidateRelationship(edge) => {
            Seen::of(backend.validate_relationship(edge).await, |()| Seen::Valid)
        }
        Read::QueryRelationships(query, limit) => {
            let page = async |page| backend.query_relationships(query, &page).await;
            Seen::of(all_pages(*limit, page).await, Seen::RelationshipPages)
        }
        Read::FindRelated(query) => Seen::of(backend.find_related(query).await, Seen::Related),
    }
}

async fn update_episodes<B: EpisodeStore + ?Sized>(
    backend: &B,
    proposals: &[Proposal<Episode>],
) -> Result<Vec<Revision>> {
    let mut updates = Vec::new();
    for proposal in proposals {
        let value = &proposal.value;
        let stored = backend.get_episode(&value.namespace, value.id).await?;
        updates.push(proposal.made_from(stored.map(|episode| episode.revision)));
    }
    backend.update_episodes(&updates).await
}

async fn update_patterns<B: PatternStore + ?Sized>(
    backend: &B,
    proposals: &[Proposal<Pattern>],
) -> Result<Vec<Revision>> {
    let mut updates = Vec::new();
    for proposal in proposals {
        let value = &proposal.value;
        let stored = backend.get_pattern(&value.namespace, value.id).await?;
        updates.push(proposal.made_from(stored.map(|pattern| pattern.revision)));
    }
    backend.update_patterns(&updates).await
}

impl<T: Clone> Proposal<T> {
    fn made_from(&self, stored: Option<Revision>) -> Update<T> {
        let stored = stored.unwrap_or_default();
        let previous = Revision::new(stored.get() - 1).unwrap_or_default();
        Update {
            value: self.value.clone(),
            expected: match self.base {
                Base::Current => stored,
                Base::Previous => previous,
                Base::Next => stored.next(),
            },
            write_id: self.write_id,
        }
    }
}
