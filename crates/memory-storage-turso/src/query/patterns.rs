use super::{Filter, Kind, Texts};
use crate::record::{PATTERN_COLUMNS, StoredId, pattern_kind_code};
use memory_core::{Order, PatternPosition, PatternQuery};

const BY_SOURCE: usize = 1;
const SINCE: usize = 2;
const UNTIL: usize = 3;
const KIND: usize = 4;
const TASK_TYPE: usize = 5;
const DOMAIN: usize = 6;
const CONFIDENCE: usize = 7;
const BEFORE: usize = 8;
const AFTER: usize = 9;

/// Patterns, as they are queried.
pub(crate) static PATTERNS: Kind = Kind {
    operations: ["patterns.query", "patterns.count"],
    texts: [const { Texts::new() }; 3],
    table: "patterns",
    time: "created_at",
    size: "(e.size + octet_length(e.sources))",
    columns: PATTERN_COLUMNS,
    walks: &[(BY_SOURCE, "pattern_sources")],
    fragments: &[
        "k.namespace = {}",
        "k.episode = {}",
        "k.created_at >= {}",
        "k.created_at < {}",
        "e.kind = {}",
        "e.task_type = {}",
        "e.domain = {}",
        "e.confidence >= {}",
        "(k.created_at, k.id) < ({}, {})",
        "(k.created_at, k.id) > ({}, {})",
    ],
};

/// The conditions of `query` behind `position`. The sources of patterns are walked when
/// one is asked for, and else the patterns' own index.
pub(crate) fn pattern_filter(query: &PatternQuery, position: Option<&PatternPosition>) -> Filter {
    let mut filter = Filter::of_namespace(&query.namespace);
    filter.push_if(
        BY_SOURCE,
        query.source.map(|id| id.stored().to_vec().into()),
    );
    filter.push_if(SINCE, query.since.map(|t| t.as_micros().into()));
    filter.push_if(UNTIL, query.until.map(|t| t.as_micros().into()));
    filter.push_if(KIND, query.kind.map(|kind| pattern_kind_code(kind).into()));
    filter.push_if(
        TASK_TYPE,
        query.task_type.as_ref().map(|t| t.as_str().into()),
    );
    filter.push_if(DOMAIN, query.domain.as_ref().map(|d| d.as_str().into()));
    filter.push_if(CONFIDENCE, query.min_confidence.map(|c| c.get().into()));
    if let Some((time, id)) = position {
        let bit = match query.order {
            Order::NewestFirst => BEFORE,
            Order::OldestFirst => AFTER,
        };
        filter.push(bit, [time.as_micros().into(), id.stored().to_vec().into()]);
    }
    filter
}
