//! The SQL texts for single records. All are constants, so that each is compiled once.
//!
//! A *guard* is a SELECT that fails by integer overflow when it does not hold.

/// Guard: the episode ?1, ?2 exists.
pub(crate) const EPISODE_EXISTS: &str = "\
SELECT CASE WHEN EXISTS (SELECT 1 FROM episodes WHERE namespace = ?1 AND id = ?2) \
THEN 1 ELSE abs(-9223372036854775807 - 1) END";

/// Replaces the episode ?1, ?2 if it has the revision ?22.
pub(crate) const EPISODE_UPDATE: &str = "\
UPDATE episodes SET external_id = ?3, task_type = ?4, domain = ?5, outcome = ?6, reward = ?7, \
steps = ?8, reflections = ?9, started_at = ?10, completed_at = ?11, updated_at = ?12, \
digest = ?13, size = ?14, original_bytes = ?15, tags = ?16, patterns = ?17, metadata = ?18, \
payload = ?19, write_id = ?20, revision = ?21 \
WHERE namespace = ?1 AND id = ?2 AND revision = ?22";

/// Guard: the episode ?1, ?2 got its revision ?4 from the write ?3 just now; or, when the same
/// call was tried before and its answer was lost, its revision ?6 from ?5, the last update
/// of the episode in the call.
pub(crate) const EPISODE_IS_OURS: &str = "\
SELECT CASE WHEN EXISTS (SELECT 1 FROM episodes \
  WHERE namespace = ?1 AND id = ?2 AND (write_id, revision) IN (VALUES (?3, ?4), (?5, ?6))) \
THEN 1 ELSE abs(-9223372036854775807 - 1) END";

/// Deletes the episodes ?2 (a JSON list of hexadecimal ids).
pub(crate) const EPISODES_DELETE: &str = "\
DELETE FROM episodes WHERE namespace = ?1 AND id IN (SELECT unhex(value) FROM json_each(?2))";

/// Finds the ids of the external ids ?2 (a JSON list), with their place in it.
///
/// Invariant: a list is joined by CROSS JOIN. SQLite cannot know that it is shorter than
/// the table, and would else walk the whole namespace once for each call.
pub(crate) const EPISODES_FIND: &str = "\
SELECT j.key, e.id FROM json_each(?2) j \
CROSS JOIN episodes e ON e.namespace = ?1 AND e.external_id = j.value";

/// The tags that the episode ?1, ?2 has after adding ?3 and removing ?4.
macro_rules! changed_tags {
    () => {
        "(SELECT json_group_array(tag) FROM (\
           SELECT value AS tag FROM json_each((SELECT tags FROM episodes WHERE namespace = ?1 AND id = ?2)) \
           UNION SELECT value FROM json_each(?3) \
           EXCEPT SELECT value FROM json_each(?4) ORDER BY tag))"
    };
}

/// Adds the tags ?3 to the episode ?1, ?2 and removes the tags ?4, at the time ?5 and by the write ?6.
pub(crate) const TAGS_CHANGE: &str = concat!(
    "UPDATE episodes SET tags = ",
    changed_tags!(),
    ", updated_at = ?5, write_id = ?6, ",
    "revision = min(revision + 1, 9223372036854775806) ",
    "WHERE namespace = ?1 AND id = ?2 AND tags <> ",
    changed_tags!()
);

/// Guard: the episode ?1, ?2 has at most ?3 tags.
pub(crate) const TAGS_WITHIN_LIMIT: &str = "\
SELECT CASE WHEN json_array_length(tags) <= ?3 THEN 1 ELSE abs(-9223372036854775807 - 1) END \
FROM episodes WHERE namespace = ?1 AND id = ?2";

/// The revision of the episode ?1, ?2.
pub(crate) const EPISODE_REVISION: &str =
    "SELECT revision FROM episodes WHERE namespace = ?1 AND id = ?2";

/// How many episodes have the tag ?2.
pub(crate) const TAG_COUNT: &str =
    "SELECT count(*) FROM episode_tags WHERE namespace = ?1 AND tag = ?2";

/// Gives every episode that has the tag ?2 the tag ?3 instead, at the time ?4.
pub(crate) const TAG_RENAME: &str = "\
UPDATE episodes SET tags = (SELECT json_group_array(tag) FROM (\
  SELECT CASE value WHEN ?2 THEN ?3 ELSE value END AS tag FROM json_each(episodes.tags) \
  UNION SELECT ?3 ORDER BY tag)), \
updated_at = ?4, write_id = randomblob(16), revision = min(revision + 1, 9223372036854775806) \
WHERE namespace = ?1 AND id IN (SELECT id FROM episode_tags WHERE namespace = ?1 AND tag = ?2)";

/// The tags after ?2, with how many episodes have each; ?3 of them.
pub(crate) const TAGS_LIST: &str = "\
SELECT tag, count(*) FROM episode_tags WHERE namespace = ?1 AND tag > ?2 \
GROUP BY tag ORDER BY tag LIMIT ?3";

/// Guard: the pattern ?1, ?2 exists.
pub(crate) const PATTERN_EXISTS: &str = "\
SELECT CASE WHEN EXISTS (SELECT 1 FROM patterns WHERE namespace = ?1 AND id = ?2) \
THEN 1 ELSE abs(-9223372036854775807 - 1) END";

/// Replaces the pattern ?1, ?2 if it has the revision ?15.
pub(crate) const PATTERN_UPDATE: &str = "\
UPDATE patterns SET kind = ?3, task_type = ?4, domain = ?5, confidence = ?6, updated_at = ?7, \
digest = ?8, size = ?9, original_bytes = ?10, sources = ?11, payload = ?12, write_id = ?13, \
revision = ?14 WHERE namespace = ?1 AND id = ?2 AND revision = ?15";

/// Guard: the pattern ?1, ?2 got its revision ?4 from the write ?3, or ?6 from ?5.
pub(crate) const PATTERN_IS_OURS: &str = "\
SELECT CASE WHEN EXISTS (SELECT 1 FROM patterns \
  WHERE namespace = ?1 AND id = ?2 AND (write_id, revision) IN (VALUES (?3, ?4), (?5, ?6))) \
THEN 1 ELSE abs(-9223372036854775807 - 1) END";

/// Deletes the patterns ?2 (a JSON list of hexadecimal ids).
pub(crate) const PATTERNS_DELETE: &str = "\
DELETE FROM patterns WHERE namespace = ?1 AND id IN (SELECT unhex(value) FROM json_each(?2))";

/// Guard: both ends ?2 and ?3 of a relationship exist.
pub(crate) const RELATIONSHIP_ENDS_EXIST: &str = "\
SELECT CASE WHEN (SELECT count(*) FROM episodes WHERE namespace = ?1 AND id IN (?2, ?3)) = 2 \
THEN 1 ELSE abs(-9223372036854775807 - 1) END";

/// Guard: the relationship of kind ?4 from ?2 to ?3 closes no cycle.
pub(crate) const RELATIONSHIP_CLOSES_NO_CYCLE: &str = "\
WITH RECURSIVE reached (id) AS (SELECT ?3 UNION \
  SELECT r.to_id FROM reached JOIN relationships r \
  ON r.namespace = ?1 AND r.from_id = reached.id AND r.kind = ?4) \
SELECT CASE WHEN EXISTS (SELECT 1 FROM reached WHERE id = ?2) \
THEN abs(-9223372036854775807 - 1) ELSE 1 END";

/// The metadata of the relationship of kind ?4 from ?2 to ?3.
pub(crate) const RELATIONSHIP_BEFORE_ADD: &str = "\
SELECT metadata FROM relationships \
WHERE namespace = ?1 AND from_id = ?2 AND to_id = ?3 AND kind = ?4";

/// Adds the relationship of kind ?4 from ?2 to ?3, or replaces its metadata.
pub(crate) const RELATIONSHIP_ADD: &str = "\
INSERT INTO relationships (namespace, from_id, to_id, kind, metadata, created_at) \
VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
ON CONFLICT DO UPDATE SET metadata = excluded.metadata WHERE metadata <> excluded.metadata";

/// Removes the relationship of kind ?4 from ?2 to ?3.
pub(crate) const RELATIONSHIP_REMOVE: &str = "\
DELETE FROM relationships WHERE namespace = ?1 AND from_id = ?2 AND to_id = ?3 AND kind = ?4";

/// A page of relationships in the order of their keys: those that `$found` finds, of kinds ?2 (a
/// JSON list of codes) behind ?3, ?4, ?5; ?6 of them and ?7 bytes, but one at least. The last
/// column says how many there were to choose from. 256 is what a relationship counts beside
/// its metadata.
macro_rules! relationships_page {
    ($found:expr) => {
        concat!(
            "WITH found (from_id, kind, to_id, size) AS (",
            $found,
            " ORDER BY from_id, kind, to_id LIMIT ?6 + 1), \
             page (from_id, kind, to_id, place, total) AS (SELECT from_id, kind, to_id, \
             row_number() OVER (ORDER BY from_id, kind, to_id), \
             sum(size) OVER (ORDER BY from_id, kind, to_id) FROM found) \
             SELECT r.from_id, r.kind, r.to_id, r.created_at, r.metadata, \
             (SELECT count(*) FROM found) FROM page p CROSS JOIN relationships r \
             ON r.namespace = ?1 AND r.from_id = p.from_id AND r.kind = p.kind \
             AND r.to_id = p.to_id \
             WHERE p.place <= ?6 AND (p.total <= ?7 OR p.place = 1) ORDER BY p.place"
        )
    };
}

const _: () = assert!(memory_core::EpisodeRelationship::BYTES_BESIDE_METADATA == 256);

/// What a page of relationships is chosen from: those of the end `$end`, or all.
macro_rules! found_relationships {
    ($end:literal) => {
        concat!(
            "SELECT from_id, kind, to_id, 256 + octet_length(metadata) AS size FROM relationships \
             WHERE namespace = ?1 ",
            $end,
            "AND kind IN (SELECT value FROM json_each(?2)) \
             AND (from_id, kind, to_id) > (?3, ?4, ?5)"
        )
    };
    () => {
        found_relationships!("")
    };
}

/// A page of all relationships.
pub(crate) const RELATIONSHIPS_ALL: &str = relationships_page!(found_relationships!());

/// A page of those that begin at ?8.
pub(crate) const RELATIONSHIPS_FROM: &str =
    relationships_page!(found_relationships!("AND from_id = ?8 "));

/// A page of those that end at ?8.
pub(crate) const RELATIONSHIPS_TO: &str =
    relationships_page!(found_relationships!("AND to_id = ?8 "));

/// A page of both.
pub(crate) const RELATIONSHIPS_OF: &str = relationships_page!(concat!(
    found_relationships!("AND from_id = ?8 "),
    " UNION ALL ",
    found_relationships!("AND to_id = ?8 ")
));

/// What is reached from ?2 along the kinds ?3 (a JSON list of codes) in at most ?4
/// steps, nearest first; ?5 of them. `$step` are the steps.
///
/// A node is visited once for each depth at which it can be reached, so the work is bounded
/// by the relationships times the depth, and by a million visits.
macro_rules! related {
    ($($step:expr),+) => {
        concat!(
            "WITH RECURSIVE reached (id, depth) AS (SELECT ?2, 0 ", $($step,)+
            "LIMIT 1000000) \
             SELECT id, min(depth) AS nearest FROM reached WHERE id <> ?2 \
             GROUP BY id ORDER BY nearest, id LIMIT ?5"
        )
    };
}

macro_rules! step_out {
    () => {
        "UNION SELECT r.to_id, w.depth + 1 FROM reached w CROSS JOIN relationships r \
         ON r.namespace = ?1 AND r.from_id = w.id \
         WHERE w.depth < ?4 AND r.kind IN (SELECT value FROM json_each(?3)) "
    };
}

macro_rules! step_in {
    () => {
        "UNION SELECT r.from_id, w.depth + 1 FROM reached w CROSS JOIN relationships r \
         ON r.namespace = ?1 AND r.to_id = w.id \
         WHERE w.depth < ?4 AND r.kind IN (SELECT value FROM json_each(?3)) "
    };
}

/// A walk along relationships from their beginning to their end.
pub(crate) const RELATED_OUT: &str = related!(step_out!());

/// A walk along relationships from their end to their beginning.
pub(crate) const RELATED_IN: &str = related!(step_in!());

/// A walk along relationships in both directions.
pub(crate) const RELATED_BOTH: &str = related!(step_out!(), step_in!());
