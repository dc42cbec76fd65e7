use super::edge::{Edge, End};
use super::loader::{Loader, READ_MAX};
use crate::error::{Error, Result};
use memory_storage_turso::{EpisodeId, EpisodeRelationship, ErrorKind, ExternalId, Namespace};
use std::collections::{HashMap, HashSet};

/// Relationships that are added in one transaction.
const EDGES_MAX: usize = 500;
/// Relations that wait for episodes which may come later: about 50 MB. When
/// there are more, they are settled with what is stored by then.
const WAITING_MAX: usize = 100_000;

/// A relationship and the edge that it was made from.
struct Link {
    edge: Edge,
    relationship: EpisodeRelationship,
}

impl Loader<'_> {
    /// Adds what can be added now; the rest waits.
    pub(super) async fn link(&mut self, edges: Vec<Edge>) -> Result<()> {
        let unknown = self.add(edges).await?;
        self.waiting.extend(unknown);
        if self.waiting.len() > WAITING_MAX {
            self.link_waiting().await?;
        }
        Ok(())
    }

    /// Adds what waited. What still cannot be added is counted as unknown.
    pub(super) async fn link_waiting(&mut self) -> Result<()> {
        let mut waiting = std::mem::take(&mut self.waiting);
        waiting.sort_by(|a, b| a.namespace.cmp(&b.namespace));
        let unknown = self.add(waiting).await?;
        for edge in &unknown {
            self.summary.unknown(edge);
        }
        Ok(())
    }

    /// Adds relationships and returns those whose ends are not both stored.
    async fn add(&mut self, edges: Vec<Edge>) -> Result<Vec<Edge>> {
        let mut unknown = Vec::new();
        for group in edges.chunk_by(|a, b| a.namespace == b.namespace) {
            for part in group.chunks(EDGES_MAX) {
                let links = self.resolve(part, &mut unknown).await?;
                self.add_links(links, &mut unknown).await?;
            }
        }
        Ok(unknown)
    }

    /// Finds the episodes at the ends of edges of one namespace.
    async fn resolve(&mut self, edges: &[Edge], unknown: &mut Vec<Edge>) -> Result<Vec<Link>> {
        let ids = self.find_ends(edges).await?;
        let mut links = Vec::with_capacity(edges.len());
        for edge in edges {
            let id = |end: &End| match end {
                End::Id(id) => Some(self.stored_id(&edge.namespace, *id)),
                End::External(key) => ids.get(key).copied(),
            };
            let (Some(from), Some(to)) = (id(&edge.from), id(&edge.to)) else {
                unknown.push(edge.clone());
                continue;
            };
            match edge.between(from, to) {
                Ok(relationship) => links.push(Link {
                    edge: edge.clone(),
                    relationship,
                }),
                Err(error) => self.refuse_line(&edge.origin, error)?,
            }
        }
        Ok(links)
    }

    async fn find_ends(&self, edges: &[Edge]) -> Result<HashMap<ExternalId, EpisodeId>> {
        let Some(first) = edges.first() else {
            return Ok(HashMap::new());
        };
        let ends = edges.iter().flat_map(|edge| [&edge.from, &edge.to]);
        let keys: HashSet<&ExternalId> = ends
            .filter_map(|end| match end {
                End::Id(_) => None,
                End::External(key) => Some(key),
            })
            .collect();
        let keys: Vec<ExternalId> = keys.into_iter().cloned().collect();
        let ids = self.store.find_episode_ids(&first.namespace, &keys).await;
        let ids = ids.map_err(|e| Error::storage("looking up external ids", e))?;
        let found = std::iter::zip(keys, ids);
        Ok(found.filter_map(|(key, id)| Some((key, id?))).collect())
    }

    async fn add_links(&mut self, mut links: Vec<Link>, unknown: &mut Vec<Edge>) -> Result<()> {
        while !links.is_empty() {
            let batch: Vec<_> = links.iter().map(|link| link.relationship.clone()).collect();
            let error = match self.store.add_relationships(&batch).await {
                Ok(changes) => {
                    self.summary.relationships.count_all(changes);
                    return Ok(());
                }
                Err(error) => error,
            };
            match (
                error.kind(),
                error.index().filter(|index| *index < links.len()),
            ) {
                (ErrorKind::NotFound, Some(index)) => {
                    unknown.push(links.remove(index).edge);
                    links = self.without_unknown(links, unknown).await?;
                }
                (ErrorKind::Constraint, Some(index)) => {
                    let link = links.remove(index);
                    self.refuse_line(&link.edge.origin, error)?;
                }
                _ => return Err(self.stopped(Error::storage("adding relationships", error))),
            }
        }
        Ok(())
    }

    /// Takes out all links with an end that is not stored, once one of them was met.
    async fn without_unknown(
        &self,
        links: Vec<Link>,
        unknown: &mut Vec<Edge>,
    ) -> Result<Vec<Link>> {
        let Some(first) = links.first() else {
            return Ok(links);
        };
        let ids = links
            .iter()
            .flat_map(|l| [l.relationship.from(), l.relationship.to()]);
        let ids: HashSet<EpisodeId> = ids.collect();
        let stored = self
            .stored(&first.edge.namespace, &Vec::from_iter(ids))
            .await?;
        let (known, rest): (Vec<Link>, Vec<Link>) = links.into_iter().partition(|link| {
            let relationship = &link.relationship;
            stored.contains(&relationship.from()) && stored.contains(&relationship.to())
        });
        unknown.extend(rest.into_iter().map(|link| link.edge));
        Ok(known)
    }

    /// Those of `ids` that are stored.
    async fn stored(&self, namespace: &Namespace, ids: &[EpisodeId]) -> Result<HashSet<EpisodeId>> {
        let mut stored = HashSet::new();
        for part in ids.chunks(READ_MAX) {
            let found = self.store.get_episodes(namespace, part).await;
            let found = found.map_err(|e| Error::storage("looking up episodes", e))?;
            stored.extend(found.into_iter().flatten().map(|episode| episode.id));
        }
        Ok(stored)
    }
}
