//! The store traits for shared and borrowed backends, so that layers stack over
//! `Arc<dyn StorageBackend>`. Provided methods are passed on too: a backend that
//! overrides one is heard.

use crate::{
    Atomicity, Change, ChangeMark, Episode, EpisodeId, EpisodeQuery, EpisodeRelationship,
    EpisodeStore, ExternalId, Namespace, Page, PageRequest, Pattern, PatternId, PatternQuery,
    PatternStore, Related, RelatedQuery, RelationshipKey, RelationshipQuery, RelationshipStore,
    Result, Revision, StorageBackend, Stored, Tag, TagChange, TagCount, Timestamp, Update,
};
use async_trait::async_trait;
use std::sync::Arc;

macro_rules! episode_store {
    ($pointer:ty) => {
        #[async_trait]
        impl<S: EpisodeStore + ?Sized> EpisodeStore for $pointer {
            async fn store_episodes(
                &self,
                episodes: &[Episode],
                atomicity: Atomicity,
            ) -> Result<Vec<Stored<EpisodeId>>> {
                (**self).store_episodes(episodes, atomicity).await
            }

            async fn update_episodes(&self, updates: &[Update<Episode>]) -> Result<Vec<Revision>> {
                (**self).update_episodes(updates).await
            }

            async fn get_episodes(
                &self,
                namespace: &Namespace,
                ids: &[EpisodeId],
            ) -> Result<Vec<Option<Arc<Episode>>>> {
                (**self).get_episodes(namespace, ids).await
            }

            async fn find_episode_ids(
                &self,
                namespace: &Namespace,
                external_ids: &[ExternalId],
            ) -> Result<Vec<Option<EpisodeId>>> {
                (**self).find_episode_ids(namespace, external_ids).await
            }

            async fn delete_episodes(
                &self,
                namespace: &Namespace,
                ids: &[EpisodeId],
            ) -> Result<u64> {
                (**self).delete_episodes(namespace, ids).await
            }

            async fn query_episodes(
                &self,
                query: &EpisodeQuery,
                page: &PageRequest,
            ) -> Result<Page<Arc<Episode>>> {
                (**self).query_episodes(query, page).await
            }

            async fn count_episodes(&self, query: &EpisodeQuery) -> Result<u64> {
                (**self).count_episodes(query).await
            }

            async fn change_tags(
                &self,
                namespace: &Namespace,
                id: EpisodeId,
                change: &TagChange,
                now: Timestamp,
            ) -> Result<Revision> {
                (**self).change_tags(namespace, id, change, now).await
            }

            async fn rename_tag(
                &self,
                namespace: &Namespace,
                from: &Tag,
                to: &Tag,
                now: Timestamp,
            ) -> Result<u64> {
                (**self).rename_tag(namespace, from, to, now).await
            }

            async fn list_tags(
                &self,
                namespace: &Namespace,
                page: &PageRequest,
            ) -> Result<Page<TagCount>> {
                (**self).list_tags(namespace, page).await
            }

            async fn store_episode(&self, episode: &Episode) -> Result<Stored<EpisodeId>> {
                (**self).store_episode(episode).await
            }

            async fn update_episode(&self, update: &Update<Episode>) -> Result<Revision> {
                (**self).update_episode(update).await
            }

            async fn get_episode(
                &self,
                namespace: &Namespace,
                id: EpisodeId,
            ) -> Result<Option<Arc<Episode>>> {
                (**self).get_episode(namespace, id).await
            }

            async fn delete_episode(&self, namespace: &Namespace, id: EpisodeId) -> Result<bool> {
                (**self).delete_episode(namespace, id).await
            }
        }
    };
}

macro_rules! pattern_store {
    ($pointer:ty) => {
        #[async_trait]
        impl<S: PatternStore + ?Sized> PatternStore for $pointer {
            async fn store_patterns(
                &self,
                patterns: &[Pattern],
                atomicity: Atomicity,
            ) -> Result<Vec<Stored<PatternId>>> {
                (**self).store_patterns(patterns, atomicity).await
            }

            async fn store_episodes_with_patterns(
                &self,
                episodes: &[Episode],
                patterns: &[Pattern],
            ) -> Result<(Vec<Stored<EpisodeId>>, Vec<Stored<PatternId>>)> {
                (**self)
                    .store_episodes_with_patterns(episodes, patterns)
                    .await
            }

            async fn update_patterns(&self, updates: &[Update<Pattern>]) -> Result<Vec<Revision>> {
                (**self).update_patterns(updates).await
            }

            async fn get_patterns(
                &self,
                namespace: &Namespace,
                ids: &[PatternId],
            ) -> Result<Vec<Option<Arc<Pattern>>>> {
                (**self).get_patterns(namespace, ids).await
            }

            async fn delete_patterns(
                &self,
                namespace: &Namespace,
                ids: &[PatternId],
            ) -> Result<u64> {
                (**self).delete_patterns(namespace, ids).await
            }

            async fn query_patterns(
                &self,
                query: &PatternQuery,
                page: &PageRequest,
            ) -> Result<Page<Arc<Pattern>>> {
                (**self).query_patterns(query, page).await
            }

            async fn count_patterns(&self, query: &PatternQuery) -> Result<u64> {
                (**self).count_patterns(query).await
            }

            async fn store_pattern(&self, pattern: &Pattern) -> Result<Stored<PatternId>> {
                (**self).store_pattern(pattern).await
            }

            async fn update_pattern(&self, update: &Update<Pattern>) -> Result<Revision> {
                (**self).update_pattern(update).await
            }

            async fn get_pattern(
                &self,
                namespace: &Namespace,
                id: PatternId,
            ) -> Result<Option<Arc<Pattern>>> {
                (**self).get_pattern(namespace, id).await
            }
        }
    };
}

macro_rules! relationship_store {
    ($pointer:ty) => {
        #[async_trait]
        impl<S: RelationshipStore + ?Sized> RelationshipStore for $pointer {
            async fn add_relationships(
                &self,
                relationships: &[EpisodeRelationship],
            ) -> Result<Vec<Change>> {
                (**self).add_relationships(relationships).await
            }

            async fn validate_relationship(
                &self,
                relationship: &EpisodeRelationship,
            ) -> Result<()> {
                (**self).validate_relationship(relationship).await
            }

            async fn remove_relationships(
                &self,
                namespace: &Namespace,
                keys: &[RelationshipKey],
            ) -> Result<u64> {
                (**self).remove_relationships(namespace, keys).await
            }

            async fn query_relationships(
                &self,
                query: &RelationshipQuery,
                page: &PageRequest,
            ) -> Result<Page<EpisodeRelationship>> {
                (**self).query_relationships(query, page).await
            }

            async fn find_related(&self, query: &RelatedQuery) -> Result<Related> {
                (**self).find_related(query).await
            }

            async fn add_relationship(&self, relationship: &EpisodeRelationship) -> Result<Change> {
                (**self).add_relationship(relationship).await
            }

            async fn remove_relationship(
                &self,
                namespace: &Namespace,
                key: RelationshipKey,
            ) -> Result<bool> {
                (**self).remove_relationship(namespace, key).await
            }
        }
    };
}

macro_rules! storage_backend {
    ($pointer:ty) => {
        #[async_trait]
        impl<S: StorageBackend + ?Sized> StorageBackend for $pointer {
            async fn changes(&self) -> Result<Option<ChangeMark>> {
                (**self).changes().await
            }
        }
    };
}

episode_store!(Arc<S>);
episode_store!(&S);
pattern_store!(Arc<S>);
pattern_store!(&S);
relationship_store!(Arc<S>);
relationship_store!(&S);
storage_backend!(Arc<S>);
storage_backend!(&S);
