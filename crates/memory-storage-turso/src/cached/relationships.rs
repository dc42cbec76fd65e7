use super::CachedStorage;
use super::key::{EdgeKey, EdgeValue};
use super::reads::Read;
use super::shared::{cached, mixed_up};
use async_trait::async_trait;
use memory_core::{
    Change, EpisodeRelationship, Namespace, Page, PageRequest, Related, RelatedQuery,
    RelationshipKey, RelationshipQuery, RelationshipStore, Result, StorageBackend,
};
use std::sync::Arc;

#[async_trait]
impl<S: StorageBackend + 'static> RelationshipStore for CachedStorage<S> {
    async fn add_relationships(
        &self,
        relationships: &[EpisodeRelationship],
    ) -> Result<Vec<Change>> {
        let changes =
            |edge: &EpisodeRelationship| self.tables().changes_edge(edge.namespace(), edge.key());
        let changes: Vec<_> = relationships.iter().flat_map(changes).collect();
        let relationships = relationships.to_vec();
        self.write(&changes, |inner| async move {
            inner.add_relationships(&relationships).await
        })
        .await
    }

    /// Not cached: who asks this is about to write.
    async fn validate_relationship(&self, relationship: &EpisodeRelationship) -> Result<()> {
        self.get_ref().validate_relationship(relationship).await
    }

    async fn remove_relationships(
        &self,
        namespace: &Namespace,
        keys: &[RelationshipKey],
    ) -> Result<u64> {
        let changes = |key: &RelationshipKey| self.tables().changes_edge(namespace, *key);
        let changes: Vec<_> = keys.iter().flat_map(changes).collect();
        let (namespace, keys) = (namespace.clone(), keys.to_vec());
        self.write(&changes, |inner| async move {
            inner.remove_relationships(&namespace, &keys).await
        })
        .await
    }

    async fn query_relationships(
        &self,
        query: &RelationshipQuery,
        page: &PageRequest,
    ) -> Result<Page<EpisodeRelationship>> {
        let find = || {
            self.backend(Read::RelationshipsQuery)
                .query_relationships(query, page)
        };
        let Some(caches) = self.caches(Read::RelationshipsQuery).await else {
            return find().await;
        };
        let key = EdgeKey::Page(query.clone(), page.clone());
        let reads = match &query.episode {
            Some(id) => self.tables().reads_edges_of(&query.namespace, id).to_vec(),
            None => self.tables().reads_edges(&query.namespace).to_vec(),
        };
        let load = || async { Ok(EdgeValue::Page(Arc::new(find().await?))) };
        match cached(&caches.edges, &key, &reads, load).await? {
            EdgeValue::Page(page) => Ok(Page::clone(&page)),
            EdgeValue::Walk(_) => Err(mixed_up()),
        }
    }

    async fn find_related(&self, query: &RelatedQuery) -> Result<Related> {
        let find = || self.backend(Read::RelationshipsRelated).find_related(query);
        let Some(caches) = self.caches(Read::RelationshipsRelated).await else {
            return find().await;
        };
        let key = EdgeKey::Walk(query.clone());
        let reads = self.tables().reads_edges(&query.namespace);
        let load = || async { Ok(EdgeValue::Walk(Arc::new(find().await?))) };
        match cached(&caches.edges, &key, &reads, load).await? {
            EdgeValue::Walk(related) => Ok(Related::clone(&related)),
            EdgeValue::Page(_) => Err(mixed_up()),
        }
    }
}
