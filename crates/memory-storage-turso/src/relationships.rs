use crate::error::storage;
use crate::query::{Cut, page_of};
use crate::record::{
    as_i64, count, decode_relationship, id, id_value, kind_code, relationship_metadata, to_json,
};
use crate::sql;
use crate::storage::{TursoStorage, statement};
use async_trait::async_trait;
use memory_core::limits::PAGE_BYTES_MAX;
use memory_core::{
    Change, Direction, EpisodeId, EpisodeRelationship, Error, ErrorKind, Namespace, Page,
    PageRequest, Related, RelatedEpisode, RelatedQuery, RelationshipKey, RelationshipKinds,
    RelationshipQuery, RelationshipStore, Result, check_relationships,
};
use turso_conn::{Batch, Rows, Step, Value};

const ADD: &str = "relationships.add";
const REMOVE: &str = "relationships.remove";

/// Steps that add one relationship.
const STEPS: usize = 4;

#[async_trait]
impl RelationshipStore for TursoStorage {
    async fn add_relationships(
        &self,
        relationships: &[EpisodeRelationship],
    ) -> Result<Vec<Change>> {
        check_relationships(relationships.iter().map(EpisodeRelationship::size_bytes))?;
        let batch = adding(relationships)?;
        let rows = self
            .write(ADD, batch, |step, e| explain(step, STEPS, e))
            .await?;
        Ok(rows.chunks(STEPS).map(change_of).collect())
    }

    async fn validate_relationship(&self, relationship: &EpisodeRelationship) -> Result<()> {
        let mut batch = Batch::new();
        push_checks(&mut batch, relationship);
        self.write("relationships.validate", batch, |step, e| {
            explain(step, STEPS, e)
        })
        .await?;
        Ok(())
    }

    async fn remove_relationships(
        &self,
        namespace: &Namespace,
        keys: &[RelationshipKey],
    ) -> Result<u64> {
        check_relationships(keys.iter().map(|_| 0))?;
        let steps = keys.iter().map(|key| {
            statement(
                REMOVE,
                sql::RELATIONSHIP_REMOVE,
                key_values(namespace, *key),
            )
        });
        let batch = steps.collect();
        let rows = self.write(REMOVE, batch, |_, e| storage(REMOVE, e)).await?;
        Ok(rows.iter().map(Rows::changes).sum())
    }

    async fn query_relationships(
        &self,
        query: &RelationshipQuery,
        page: &PageRequest,
    ) -> Result<Page<EpisodeRelationship>> {
        let text = match (query.episode, query.direction) {
            (None, _) => sql::RELATIONSHIPS_ALL,
            (Some(_), Direction::Outgoing) => sql::RELATIONSHIPS_FROM,
            (Some(_), Direction::Incoming) => sql::RELATIONSHIPS_TO,
            (Some(_), Direction::Both) => sql::RELATIONSHIPS_OF,
        };
        let position: Option<RelationshipKey> = page.position()?;
        let values = [
            query.namespace.as_str().into(),
            kinds_json(&query.kinds)?.into(),
        ];
        let read = statement("relationships.query", text, values)
            .bind_all(position_values(position))
            .bind(as_i64(page.limit()))
            .bind(as_i64(PAGE_BYTES_MAX))
            .bind_all(query.episode.map(|id| id_value(&id)));
        let rows = self.read(read).await?;
        page_of(
            &rows,
            &Cut::Found(5),
            |row| decode_relationship(&query.namespace, row),
            EpisodeRelationship::key,
        )
    }

    async fn find_related(&self, query: &RelatedQuery) -> Result<Related> {
        query.check()?;
        let text = match query.direction {
            Direction::Outgoing => sql::RELATED_OUT,
            Direction::Incoming => sql::RELATED_IN,
            Direction::Both => sql::RELATED_BOTH,
        };
        let values = [query.namespace.as_str().into(), id_value(&query.start)];
        let read = statement("relationships.related", text, values)
            .bind(kinds_json(&query.kinds)?)
            .bind(as_i64(query.max_depth))
            .bind(as_i64(query.max_nodes + 1));
        related_of(&self.read(read).await?, query.max_nodes)
    }
}

fn related_of(rows: &Rows, max_nodes: usize) -> Result<Related> {
    let episodes = rows.iter().take(max_nodes).map(|row| {
        let depth = usize::try_from(count(row, 1)?).unwrap_or(usize::MAX);
        Ok(RelatedEpisode {
            id: id(row, 0)?,
            depth,
        })
    });
    Ok(Related {
        episodes: episodes.collect::<Result<_>>()?,
        truncated: rows.len() > max_nodes,
    })
}

fn kinds_json(kinds: &RelationshipKinds) -> Result<String> {
    to_json(&kinds.iter().map(kind_code).collect::<Vec<_>>())
}

/// Namespace, both ends and kind.
fn key_values(namespace: &Namespace, key: RelationshipKey) -> [Value; 4] {
    let RelationshipKey { from, kind, to } = key;
    [
        namespace.as_str().into(),
        id_value(&from),
        id_value(&to),
        kind_code(kind).into(),
    ]
}

/// The key behind which a page begins; before every key at the beginning.
fn position_values(position: Option<RelationshipKey>) -> [Value; 3] {
    let first = id_value(&EpisodeId::from_bytes([0; 16]));
    position.map_or([first.clone(), (-1).into(), first], |key| {
        [
            id_value(&key.from),
            kind_code(key.kind).into(),
            id_value(&key.to),
        ]
    })
}

/// What adds relationships.
fn adding(relationships: &[EpisodeRelationship]) -> Result<Batch> {
    let mut batch = Batch::new();
    // Looking for a cycle may walk along any number of others.
    if relationships.iter().all(|one| !one.kind().is_acyclic()) {
        batch = batch.contained();
    }
    for relationship in relationships {
        push_checks(&mut batch, relationship);
        push_add(&mut batch, relationship)?;
    }
    Ok(batch)
}

/// The two guards: both ends exist, and no cycle is closed.
fn push_checks(batch: &mut Batch, relationship: &EpisodeRelationship) {
    let key = key_values(relationship.namespace(), relationship.key());
    let [namespace, from, to, _] = key.clone();
    batch.push(Step::guard(statement(
        ADD,
        sql::RELATIONSHIP_ENDS_EXIST,
        [namespace, from, to],
    )));
    let acyclic = if relationship.kind().is_acyclic() {
        Step::guard(statement(ADD, sql::RELATIONSHIP_CLOSES_NO_CYCLE, key))
    } else {
        // Nothing to check, but every relationship takes the same number of steps.
        statement(ADD, "SELECT 1", []).into()
    };
    batch.push(acyclic);
}

fn push_add(batch: &mut Batch, relationship: &EpisodeRelationship) -> Result<()> {
    let key = key_values(relationship.namespace(), relationship.key());
    batch.push(statement(ADD, sql::RELATIONSHIP_BEFORE_ADD, key.clone()));
    let add = statement(ADD, sql::RELATIONSHIP_ADD, key)
        .bind(relationship_metadata(relationship)?)
        .bind(relationship.created_at().as_micros());
    batch.push(add);
    Ok(())
}

/// What the four steps of one relationship did.
fn change_of(rows: &[Rows]) -> Change {
    match rows {
        [_, _, before, _] if before.is_empty() => Change::Created,
        [_, _, _, added] if added.changes() > 0 => Change::Replaced,
        _ => Change::Unchanged,
    }
}

/// Why adding failed, by the step that failed.
fn explain(step: Option<usize>, steps: usize, error: turso_conn::Error) -> Error {
    let Some(step) = step else {
        return storage(ADD, error);
    };
    let (kind, context) = match (error.kind(), step % steps) {
        (turso_conn::ErrorKind::Conflict, 0) => (
            ErrorKind::NotFound,
            "relating episodes: one of the two does not exist",
        ),
        (turso_conn::ErrorKind::Conflict, 1) => (
            ErrorKind::Constraint,
            "relating episodes: it would close a cycle of its kind",
        ),
        _ => return storage(ADD, error).at_index(step / steps),
    };
    // The error of a guard says only by what trick it failed.
    Error::new(kind, context).at_index(step / steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use memory_core::{RelationshipKind, Timestamp};

    #[test]
    fn what_walks_along_relationships_is_not_contained() {
        for kind in RelationshipKind::ALL {
            let [from, to] = [[1; 16], [2; 16]].map(EpisodeId::from_bytes);
            let now = Timestamp::from_micros(0).unwrap();
            let one = EpisodeRelationship::new(Namespace::default(), kind, from, to, now).unwrap();
            let batch = adding(&[one]).unwrap();
            assert_eq!(batch.is_contained(), !kind.is_acyclic(), "{kind:?}");
        }
    }
}
