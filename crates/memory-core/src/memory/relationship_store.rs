use super::paging::page;
use super::transaction::{Transaction, not_found};
use super::{InMemoryStorage, Space};
use crate::batch::check_relationships;
use crate::{
    Change, Episode, EpisodeRelationship, Error, ErrorKind, Namespace, Page, PageRequest, Related,
    RelatedQuery, RelationshipKey, RelationshipQuery, RelationshipStore, Result,
};
use async_trait::async_trait;

#[async_trait]
impl RelationshipStore for InMemoryStorage {
    async fn add_relationships(
        &self,
        relationships: &[EpisodeRelationship],
    ) -> Result<Vec<Change>> {
        check_relationships(relationships.iter().map(EpisodeRelationship::size_bytes))?;
        self.write(|transaction| {
            let each = relationships.iter().enumerate();
            each.map(|(i, edge)| transaction.add_edge(edge).map_err(|e| e.at_index(i)))
                .collect()
        })
    }

    async fn validate_relationship(&self, relationship: &EpisodeRelationship) -> Result<()> {
        self.look(relationship.namespace(), |space| space.admits(relationship))
            .map_err(|error| error.at_index(0))
    }

    async fn remove_relationships(
        &self,
        namespace: &Namespace,
        keys: &[RelationshipKey],
    ) -> Result<u64> {
        check_relationships(keys.iter().map(|_| 0))?;
        self.write(|transaction| {
            let removed = keys
                .iter()
                .filter(|key| transaction.remove_edge(namespace, **key));
            Ok(removed.count() as u64)
        })
    }

    async fn query_relationships(
        &self,
        query: &RelationshipQuery,
        request: &PageRequest,
    ) -> Result<Page<EpisodeRelationship>> {
        let after = request.position::<RelationshipKey>()?;
        Ok(self.look(&query.namespace, |space| {
            let edges = space.edges.select(query, after).into_iter();
            let page = page(
                edges.map(|edge| (edge.key(), edge)),
                request.limit(),
                |edge| edge.size_bytes(),
            );
            page.map(Clone::clone)
        }))
    }

    async fn find_related(&self, query: &RelatedQuery) -> Result<Related> {
        query.check()?;
        Ok(self.look(&query.namespace, |space| space.edges.related(query)))
    }
}

impl Space {
    /// Whether a relationship may be added.
    fn admits(&self, edge: &EpisodeRelationship) -> Result<()> {
        for end in [edge.from(), edge.to()] {
            self.episodes.get(end).ok_or_else(not_found::<Episode>)?;
        }
        let acyclic = edge.kind().is_acyclic();
        if acyclic && self.edges.reaches(edge.kind(), edge.to(), edge.from()) {
            return Err(cycle());
        }
        Ok(())
    }
}

fn cycle() -> Error {
    let context = "the relationship would close a cycle, which its kind does not allow";
    Error::new(ErrorKind::Constraint, context)
}

impl Transaction<'_> {
    fn add_edge(&mut self, edge: &EpisodeRelationship) -> Result<Change> {
        let space = self.space(edge.namespace());
        space.admits(edge)?;
        let (next, change) = match space.edges.get(&edge.key()) {
            None => (edge.clone(), Change::Created),
            Some(before) if before.metadata() == edge.metadata() => return Ok(Change::Unchanged),
            Some(before) => (edge.clone().created(before.created_at()), Change::Replaced),
        };
        self.set_edge(edge.namespace(), edge.key(), Some(next));
        Ok(change)
    }

    fn remove_edge(&mut self, namespace: &Namespace, key: RelationshipKey) -> bool {
        let exists = self.space(namespace).edges.get(&key).is_some();
        if exists {
            self.set_edge(namespace, key, None);
        }
        exists
    }
}
