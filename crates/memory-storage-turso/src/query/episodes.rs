use super::{Filter, Kind, Texts};
use crate::record::{EPISODE_COLUMNS, StoredId, metadata_json, outcome_code, tags_json};
use memory_core::{EpisodePosition, EpisodeQuery, Metadata, Order, Result, Tags, Timestamp};
use turso_conn::Value;

const BY_METADATA: usize = 1;
const BY_TAG: usize = 2;
const BY_PATTERN: usize = 3;
const SINCE: usize = 4;
const UNTIL: usize = 5;
const TASK_TYPE: usize = 6;
const DOMAIN: usize = 7;
const OUTCOME: usize = 8;
const ALL_TAGS: usize = 9;
const ANY_TAG: usize = 10;
const METADATA: usize = 11;
const PATTERN: usize = 12;
const BEFORE: usize = 13;
const AFTER: usize = 14;

/// Episodes, as they are queried.
pub(crate) static EPISODES: Kind = Kind {
    operations: ["episodes.query", "episodes.count"],
    texts: [const { Texts::new() }; 3],
    table: "episodes",
    time: "started_at",
    size: "(e.size + octet_length(e.tags) + octet_length(e.patterns))",
    columns: EPISODE_COLUMNS,
    walks: &[
        (BY_METADATA, "episode_metadata"),
        (BY_TAG, "episode_tags"),
        (BY_PATTERN, "episode_patterns"),
    ],
    fragments: &[
        "k.namespace = {}",
        "k.key = {} AND k.value = {}",
        "k.tag = {}",
        "k.pattern = {}",
        "k.started_at >= {}",
        "k.started_at < {}",
        "e.task_type = {}",
        "e.domain = {}",
        "e.outcome = {}",
        "NOT EXISTS (SELECT 1 FROM json_each({}) j WHERE NOT EXISTS (\
           SELECT 1 FROM episode_tags t WHERE t.namespace = e.namespace AND t.tag = j.value \
           AND t.started_at = e.started_at AND t.id = e.id))",
        "EXISTS (SELECT 1 FROM json_each({}) j CROSS JOIN episode_tags t \
           ON t.namespace = e.namespace AND t.tag = j.value \
           AND t.started_at = e.started_at AND t.id = e.id)",
        "NOT EXISTS (SELECT 1 FROM json_each({}) j WHERE NOT EXISTS (\
           SELECT 1 FROM episode_metadata m WHERE m.namespace = e.namespace \
           AND m.key = j.value ->> 0 AND m.value = j.value ->> 1 \
           AND m.started_at = e.started_at AND m.id = e.id))",
        "EXISTS (SELECT 1 FROM episode_patterns p WHERE p.namespace = e.namespace \
           AND p.pattern = {} AND p.started_at = e.started_at AND p.id = e.id)",
        "(k.started_at, k.id) < ({}, {})",
        "(k.started_at, k.id) > ({}, {})",
    ],
};

/// The conditions of `query` behind `position`.
///
/// One of its conditions chooses the table that is walked, in this order: a metadata
/// entry, a tag, the pattern, and else the episodes' own indices.
pub(crate) fn episode_filter(
    query: &EpisodeQuery,
    position: Option<&EpisodePosition>,
) -> Result<Filter> {
    let mut filter = Filter::of_namespace(&query.namespace);
    let rest = choose_walk(query, &mut filter);
    filter.push_if(SINCE, query.since.map(micros));
    filter.push_if(UNTIL, query.until.map(micros));
    filter.push_if(
        TASK_TYPE,
        query.task_type.as_ref().map(|t| t.as_str().into()),
    );
    filter.push_if(DOMAIN, query.domain.as_ref().map(|d| d.as_str().into()));
    filter.push_if(OUTCOME, query.outcome.map(|o| outcome_code(o).into()));
    filter.push_if(ALL_TAGS, tags(&rest.tags)?);
    filter.push_if(ANY_TAG, tags(&query.tags_any)?);
    filter.push_if(METADATA, metadata(&rest.metadata)?);
    filter.push_if(PATTERN, rest.pattern);
    if let Some((time, id)) = position {
        let bit = match query.order {
            Order::NewestFirst => BEFORE,
            Order::OldestFirst => AFTER,
        };
        filter.push(bit, [micros(*time), id.stored().to_vec().into()]);
    }
    Ok(filter)
}

/// What the walk does not check itself.
struct Rest {
    tags: Tags,
    metadata: Metadata,
    pattern: Option<Value>,
}

fn choose_walk(query: &EpisodeQuery, filter: &mut Filter) -> Rest {
    let mut rest = Rest {
        tags: query.tags_all.clone(),
        metadata: query.metadata.clone(),
        pattern: query.pattern.map(|id| id.stored().to_vec().into()),
    };
    if let Some((key, value)) = query.metadata.iter().next() {
        rest.metadata.remove(key);
        filter.push(BY_METADATA, [key.into(), value.into()]);
    } else if let Some(tag) = rest.tags.pop_first() {
        filter.push(BY_TAG, [tag.as_str().into()]);
    } else if let Some(id) = rest.pattern.take() {
        filter.push(BY_PATTERN, [id]);
    }
    rest
}

fn micros(time: Timestamp) -> Value {
    time.as_micros().into()
}

fn tags(tags: &Tags) -> Result<Option<Value>> {
    if tags.is_empty() {
        Ok(None)
    } else {
        Ok(Some(tags_json(tags)?.into()))
    }
}

fn metadata(metadata: &Metadata) -> Result<Option<Value>> {
    if metadata.is_empty() {
        Ok(None)
    } else {
        Ok(Some(metadata_json(metadata)?.into()))
    }
}
