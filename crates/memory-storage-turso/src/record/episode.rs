use super::digest::Fields;
use super::json::{from_json, hex_ids, ids_from_hex, metadata_from_json, metadata_json, tags_json};
use super::plain::Plain;
use super::{as_i64, id, name, name_or_none, revision, time, time_or_none};
use crate::error::{corrupt, unreadable};
use crate::payload::{EpisodeV1, decode_v1, encode_v1};
use memory_core::{
    Episode, EpisodeDraft, EpisodeId, Namespace, OutcomeKind, Result, Revision, TaskContext,
    Timestamp, WriteId,
};
use turso_compression::Packer;
use turso_conn::{Row, Value};

/// What [`decode_episode`] reads, in its order.
pub(crate) const EPISODE_COLUMNS: &str = "e.id, e.external_id, e.task_type, e.domain, \
     e.started_at, e.completed_at, e.created_at, e.updated_at, e.revision, e.tags, e.patterns, \
     e.metadata, e.payload";

/// An episode as the values of its row.
pub(crate) struct EncodedEpisode<C = Vec<Value>> {
    namespace: Value,
    id: EpisodeId,
    external_id: Value,
    created_at: Timestamp,
    /// The values from `task_type` to `payload`, in the order of the SQL.
    content: C,
}

/// The code of an outcome in its column.
pub(crate) const fn outcome_code(kind: OutcomeKind) -> i64 {
    match kind {
        OutcomeKind::Running => 0,
        OutcomeKind::Success => 1,
        OutcomeKind::Partial => 2,
        OutcomeKind::Failure => 3,
    }
}

impl EncodedEpisode<Plain> {
    /// Encodes `episode`.
    pub(crate) fn plain(episode: &Episode) -> Result<Self> {
        let payload = encode_v1(&EpisodeV1::of(episode))?;
        let tags = tags_json(&episode.tags)?;
        let patterns = hex_ids(&episode.patterns);
        let metadata = metadata_json(&episode.metadata)?;
        let size = episode.size_bytes() - tags.len() - patterns.len();
        let content = Plain {
            packing: "packing an episode",
            fields: fields(episode, &metadata),
            before: columns(episode),
            after: vec![
                as_i64(size).into(),
                as_i64(payload.len()).into(),
                tags.into(),
                patterns.into(),
                metadata.into(),
            ],
            payload,
        };
        Ok(Self {
            namespace: episode.namespace.as_str().into(),
            id: episode.id,
            external_id: episode
                .external_id
                .as_ref()
                .map_or(Value::Null, |x| x.as_str().into()),
            created_at: episode.created_at,
            content,
        })
    }

    /// Digests and packs the payload.
    pub(crate) fn pack(self, packer: &Packer) -> Result<EncodedEpisode> {
        Ok(EncodedEpisode {
            namespace: self.namespace,
            id: self.id,
            external_id: self.external_id,
            created_at: self.created_at,
            content: self.content.pack(packer)?,
        })
    }
}

/// The values from `task_type` to `updated_at`.
fn columns(episode: &Episode) -> Vec<Value> {
    let reward = episode.reward.as_ref();
    vec![
        episode.task_type.as_str().into(),
        episode.context.domain.as_str().into(),
        outcome_code(episode.outcome_kind()).into(),
        reward.map_or(Value::Null, |reward| reward.total.into()),
        as_i64(episode.steps.len()).into(),
        as_i64(episode.reflections.len()).into(),
        episode.started_at.as_micros().into(),
        episode
            .completed_at
            .map_or(Value::Null, |t| t.as_micros().into()),
        episode.updated_at.as_micros().into(),
    ]
}

impl EncodedEpisode {
    /// Namespace, id and external id: what it is recognised by.
    pub(crate) fn key(&self) -> [Value; 3] {
        [
            self.namespace.clone(),
            id_value(&self.id),
            self.external_id.clone(),
        ]
    }

    /// What a check compares with the columns: uncompressed length, digest, size, tags,
    /// patterns, metadata, steps, reflections, outcome, reward.
    pub(crate) fn audited(&self) -> impl Iterator<Item = &Value> {
        [11, 9, 10, 12, 13, 14, 4, 5, 2, 3]
            .into_iter()
            .filter_map(|place| self.content.get(place))
    }

    /// Namespace and id.
    pub(crate) fn id_key(&self) -> [Value; 2] {
        [self.namespace.clone(), id_value(&self.id)]
    }

    /// The values of an insert or an update: key, content, write id, revision.
    pub(crate) fn into_values(self, write_id: WriteId, revision: Revision) -> (Vec<Value>, Value) {
        let mut values: Vec<Value> = self.key().into();
        values.extend(self.content);
        values.push(write_id.as_bytes().to_vec().into());
        values.push(revision_value(revision));
        (values, self.created_at.as_micros().into())
    }
}

pub(crate) fn id_value(id: &EpisodeId) -> Value {
    id.as_bytes().to_vec().into()
}

/// A revision as its column holds it: the model's largest fits.
pub(crate) fn revision_value(revision: Revision) -> Value {
    i64::try_from(revision.get()).unwrap_or(i64::MAX).into()
}

/// Everything beside the payload that counts as content, but for the tags and patterns, which
/// SQL changes in place and compares as texts.
fn fields(episode: &Episode, metadata: &str) -> Fields {
    Fields::default()
        .optional(episode.external_id.as_ref().map(AsRef::as_ref))
        .text(episode.task_type.as_str())
        .text(episode.context.domain.as_str())
        .time(Some(episode.started_at.as_micros()))
        .time(episode.completed_at.map(Timestamp::as_micros))
        .text(metadata)
}

/// The episode in a row of [`EPISODE_COLUMNS`].
pub(crate) fn decode_episode(
    namespace: &Namespace,
    row: Row<'_>,
    packer: &Packer,
) -> Result<Episode> {
    let id: EpisodeId = id(row, 0)?;
    read(namespace, id, row, packer).map_err(|e| {
        let kind = e.kind();
        memory_core::Error::new(kind, format!("reading episode {id}")).with_source(e)
    })
}

fn read(namespace: &Namespace, id: EpisodeId, row: Row<'_>, packer: &Packer) -> Result<Episode> {
    let envelope = row.blob(12).map_err(unreadable)?;
    let payload = packer
        .unpack(envelope)
        .map_err(|e| crate::error::payload("unpacking a payload", e))?;
    let text = |i| row.text(i).map_err(unreadable);
    let mut draft = EpisodeDraft {
        namespace: namespace.clone(),
        id,
        external_id: name_or_none(row, 1)?,
        task_type: name(row, 2)?,
        context: TaskContext {
            domain: name(row, 3)?,
            ..TaskContext::default()
        },
        started_at: time(row, 4)?,
        completed_at: time_or_none(row, 5)?,
        created_at: time(row, 6)?,
        updated_at: time(row, 7)?,
        revision: revision(row, 8)?,
        tags: from_json(text(9)?)?,
        patterns: ids_from_hex(text(10)?)?,
        metadata: metadata_from_json(text(11)?)?,
        description: String::new(),
        steps: Vec::new(),
        outcome: None,
        reward: None,
        reflections: Vec::new(),
    };
    decode_v1::<EpisodeV1<'_>>(&payload)?.restore(&mut draft)?;
    draft
        .finish()
        .map_err(|e| corrupt("a stored episode is not valid").with_source(e))
}

#[cfg(test)]
mod tests {
    use super::*;
    use memory_core::testing::any_episode;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_size_that_limits_count_is_an_upper_bound(episode in any_episode()) {
            let payload = encode_v1(&EpisodeV1::of(&episode)).unwrap();
            let metadata = metadata_json(&episode.metadata).unwrap();
            let lists = tags_json(&episode.tags).unwrap().len() + hex_ids(&episode.patterns).len();
            prop_assert!(payload.len() + lists + metadata.len() <= episode.size_bytes());
        }
    }
}
