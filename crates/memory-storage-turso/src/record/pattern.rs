use super::digest::Fields;
use super::json::{hex_ids, ids_from_hex};
use super::plain::Plain;
use super::{as_i64, id, name_or_none, revision, time};
use crate::error::{corrupt, unreadable};
use crate::payload::{PatternV1, decode_v1, encode_v1};
use crate::record::episode::revision_value;
use memory_core::{
    Namespace, Pattern, PatternDraft, PatternId, PatternKind, Ratio, Result, Revision, Timestamp,
    WriteId,
};
use turso_compression::Packer;
use turso_conn::{Row, Value};

/// What [`decode_pattern`] reads, in its order.
pub(crate) const PATTERN_COLUMNS: &str =
    "e.id, e.task_type, e.domain, e.created_at, e.updated_at, e.revision, e.sources, e.payload";

/// A pattern as the values of its row.
pub(crate) struct EncodedPattern<C = Vec<Value>> {
    namespace: Value,
    id: PatternId,
    created_at: Timestamp,
    /// The values from `kind` to `payload`, in the order of the SQL.
    content: C,
}

/// The code of a kind in its column.
pub(crate) const fn pattern_kind_code(kind: PatternKind) -> i64 {
    match kind {
        PatternKind::ToolSequence => 0,
        PatternKind::DecisionPoint => 1,
        PatternKind::ErrorRecovery => 2,
        PatternKind::ContextPattern => 3,
    }
}

impl EncodedPattern<Plain> {
    /// Encodes `pattern`.
    pub(crate) fn plain(pattern: &Pattern) -> Result<Self> {
        let payload = encode_v1(&PatternV1::of(pattern))?;
        let sources = hex_ids(&pattern.sources);
        let task_type = pattern.task_type.as_ref().map(AsRef::<str>::as_ref);
        let domain = pattern.domain.as_ref().map(AsRef::<str>::as_ref);
        let content = Plain {
            packing: "packing a pattern",
            fields: Fields::default().optional(task_type).optional(domain),
            before: vec![
                pattern_kind_code(pattern.kind()).into(),
                task_type.map_or(Value::Null, Value::from),
                domain.map_or(Value::Null, Value::from),
                pattern.confidence.get().into(),
                pattern.updated_at.as_micros().into(),
            ],
            after: vec![
                as_i64(pattern.size_bytes() - sources.len()).into(),
                as_i64(payload.len()).into(),
                sources.into(),
            ],
            payload,
        };
        Ok(Self {
            namespace: pattern.namespace.as_str().into(),
            id: pattern.id,
            created_at: pattern.created_at,
            content,
        })
    }

    /// Digests and packs the payload.
    pub(crate) fn pack(self, packer: &Packer) -> Result<EncodedPattern> {
        Ok(EncodedPattern {
            namespace: self.namespace,
            id: self.id,
            created_at: self.created_at,
            content: self.content.pack(packer)?,
        })
    }
}

impl EncodedPattern {
    /// What a check compares with the columns: uncompressed length, digest, size, sources, kind, confidence.
    pub(crate) fn audited(&self) -> impl Iterator<Item = &Value> {
        [7, 5, 6, 8, 0, 3]
            .into_iter()
            .filter_map(|place| self.content.get(place))
    }

    /// Namespace and id.
    pub(crate) fn key(&self) -> [Value; 2] {
        [self.namespace.clone(), self.id.as_bytes().to_vec().into()]
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

/// The pattern in a row of [`PATTERN_COLUMNS`].
pub(crate) fn decode_pattern(
    namespace: &Namespace,
    row: Row<'_>,
    packer: &Packer,
) -> Result<Pattern> {
    let id: PatternId = id(row, 0)?;
    read(namespace, id, row, packer).map_err(|e| {
        let kind = e.kind();
        memory_core::Error::new(kind, format!("reading pattern {id}")).with_source(e)
    })
}

fn read(namespace: &Namespace, id: PatternId, row: Row<'_>, packer: &Packer) -> Result<Pattern> {
    let envelope = row.blob(7).map_err(unreadable)?;
    let payload = packer
        .unpack(envelope)
        .map_err(|e| crate::error::payload("unpacking a payload", e))?;
    let stored: PatternV1<'_> = decode_v1(&payload)?;
    let mut draft = PatternDraft {
        namespace: namespace.clone(),
        id,
        task_type: name_or_none(row, 1)?,
        domain: name_or_none(row, 2)?,
        created_at: time(row, 3)?,
        updated_at: time(row, 4)?,
        revision: revision(row, 5)?,
        sources: ids_from_hex(row.text(6).map_err(unreadable)?)?,
        confidence: Ratio::default(),
        occurrences: 0,
        successes: 0,
        effectiveness: Ratio::default(),
        lesson: memory_core::Lesson::ToolSequence { tools: Vec::new() },
    };
    stored.restore(&mut draft)?;
    draft.lesson = stored.into_lesson();
    draft
        .finish()
        .map_err(|e| corrupt("a stored pattern is not valid").with_source(e))
}
