//! The SQL texts that store records, any number of them with one statement.
//!
//! `?1` is a JSON list with one entry for each record, `?2` are the bytes that its blobs
//! are cut from: a blob is named by two numbers, where it begins (from 1) and how long it is.
//! So the texts are constants, however many records there are. `?3` is the real of a record
//! that stands alone (see `Parcel`), else NULL.
//!
//! The LIMIT, which is none, keeps SQLite from writing each entry out as text again for each
//! column that is read from it: storing 1,000 episodes takes 15 ms instead of 22.

/// Finds what episodes would replace: the place of each in ?1, a list of namespaces and
/// external ids, with what has its id, from ?2, or its external id.
///
/// Invariant: a list is joined by CROSS JOIN, as in `EPISODES_FIND`.
pub(crate) const EPISODES_BEFORE_STORE: &str = "\
SELECT j.key, e.id, e.revision FROM json_each(?1) j CROSS JOIN episodes e \
ON e.namespace = j.value ->> 0 AND e.id = substr(?2, j.key * 16 + 1, 16) \
UNION ALL SELECT j.key, e.id, e.revision FROM json_each(?1) j CROSS JOIN episodes e \
ON e.namespace = j.value ->> 0 AND e.external_id = j.value ->> 1 \
WHERE e.id <> substr(?2, j.key * 16 + 1, 16)";

macro_rules! replace_episode {
    () => {
        "DO UPDATE SET task_type = excluded.task_type, domain = excluded.domain, \
         outcome = excluded.outcome, reward = excluded.reward, steps = excluded.steps, \
         reflections = excluded.reflections, started_at = excluded.started_at, \
         completed_at = excluded.completed_at, updated_at = excluded.updated_at, \
         digest = excluded.digest, size = excluded.size, \
         original_bytes = excluded.original_bytes, tags = excluded.tags, \
         patterns = excluded.patterns, metadata = excluded.metadata, payload = excluded.payload, \
         external_id = excluded.external_id, write_id = excluded.write_id, \
         revision = min(revision + 1, 9223372036854775806) \
         WHERE digest <> excluded.digest OR tags <> excluded.tags \
         OR patterns <> excluded.patterns "
    };
}

/// Inserts episodes one after the other; each replaces the one with its id or external id if
/// the content differs. Answers no row for one that does not.
///
/// Invariant: the clause for the id stands first. When id and external id belong
/// to two rows, the update then fails on the external id instead of merging into the wrong row.
pub(crate) const EPISODES_STORE: &str = concat!(
    "INSERT INTO episodes (namespace, id, external_id, task_type, domain, outcome, reward, steps, ",
    "reflections, started_at, completed_at, updated_at, digest, size, original_bytes, tags, ",
    "patterns, metadata, payload, write_id, revision, created_at) ",
    "SELECT v ->> 0, substr(?2, v ->> 1, v ->> 2), v ->> 3, v ->> 4, v ->> 5, v ->> 6, ",
    "ifnull(?3, (v ->> '$[7][0]') * 1.0 / (1 << (v ->> '$[7][1]'))), v ->> 8, v ->> 9, v ->> 10, ",
    "v ->> 11, v ->> 12, substr(?2, v ->> 13, v ->> 14), v ->> 15, v ->> 16, v ->> 17, v ->> 18, ",
    "v ->> 19, substr(?2, v ->> 20, v ->> 21), substr(?2, v ->> 22, v ->> 23), v ->> 24, v ->> 25 ",
    "FROM (SELECT value AS v FROM json_each(?1) LIMIT -1) WHERE true ",
    "ON CONFLICT (namespace, id) ",
    replace_episode!(),
    "ON CONFLICT (namespace, external_id) WHERE external_id IS NOT NULL ",
    replace_episode!(),
    "RETURNING write_id, id, revision"
);

/// Finds what patterns would replace, as for episodes.
pub(crate) const PATTERNS_BEFORE_STORE: &str = "\
SELECT j.key, e.id, e.revision FROM json_each(?1) j CROSS JOIN patterns e \
ON e.namespace = j.value ->> 0 AND e.id = substr(?2, j.key * 16 + 1, 16)";

/// Inserts patterns one after the other; each replaces the one with its id if the content
/// differs. Answers no row for one that does not.
pub(crate) const PATTERNS_STORE: &str = "\
INSERT INTO patterns (namespace, id, kind, task_type, domain, confidence, updated_at, digest, \
size, original_bytes, sources, payload, write_id, revision, created_at) \
SELECT v ->> 0, substr(?2, v ->> 1, v ->> 2), v ->> 3, v ->> 4, v ->> 5, \
ifnull(?3, (v ->> '$[6][0]') * 1.0 / (1 << (v ->> '$[6][1]'))), v ->> 7, \
substr(?2, v ->> 8, v ->> 9), v ->> 10, v ->> 11, v ->> 12, substr(?2, v ->> 13, v ->> 14), \
substr(?2, v ->> 15, v ->> 16), v ->> 17, v ->> 18 \
FROM (SELECT value AS v FROM json_each(?1) LIMIT -1) WHERE true \
ON CONFLICT (namespace, id) DO UPDATE SET kind = excluded.kind, task_type = excluded.task_type, \
domain = excluded.domain, confidence = excluded.confidence, updated_at = excluded.updated_at, \
digest = excluded.digest, size = excluded.size, original_bytes = excluded.original_bytes, \
sources = excluded.sources, payload = excluded.payload, write_id = excluded.write_id, \
revision = min(revision + 1, 9223372036854775806) \
WHERE digest <> excluded.digest OR sources <> excluded.sources \
RETURNING write_id, id, revision";
