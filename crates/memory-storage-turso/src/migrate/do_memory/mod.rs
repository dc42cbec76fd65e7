//! Databases made by the crate do-memory-storage-turso 0.1.47.
//!
//! [`DoMemory`] opens such a file read-only and hands its records out page by page, as values
//! that any storage can take: episodes first, then patterns and heuristics, then relationships.
//! Ids are kept, so that importing a file again changes nothing.
//!
//! # What becomes of what
//!
//! | there | here |
//! |---|---|
//! | episode: id, task type, description, domain, language, framework, complexity | the same |
//! | tags, and the tags of the context | tags |
//! | start, end | `started_at`, `completed_at`, in whole seconds, as that crate stores them |
//! | `created_at`, and the time in `episode_revisions` | `created_at`, `updated_at` |
//! | step: timestamp, tool, action, parameters, latency, tokens | `started_at`, `tool`, `action`, `arguments`, `latency`, `tokens` |
//! | step result: output, error message, timeout | status and observation |
//! | outcome: success, partial success | the same |
//! | outcome: failure | failure; error details follow the reason on a line of their own |
//! | outcome: abstained | failure, with `abstained: ` before the reason |
//! | reward | `total`, and every other number as a component under its name |
//! | reflection: successes, improvements, insights; summary | reflections that begin with `success: `, `improvement: `, `insight: `, `summary: ` |
//! | metadata | metadata |
//! | extracted patterns and heuristics of an episode | the episode is among the sources of each |
//! | relationship between an episode and a pattern | the episode names the pattern as applied |
//! | pattern | pattern of the same kind, read from the text in `pattern_type`; a text that cannot be read so becomes a decision point |
//! | heuristic | pattern: decision point with the same id |
//! | relationship: kind, ends, reason, creator, priority, custom fields, time | the same; the weight is the custom field `weight` |
//!
//! What an episode here has no field for is kept as JSON in its metadata, if it fits there:
//! `do_memory.step_metadata`, `.checkpoints`, `.abstained`, `.reflected_at`, `.archived_at`,
//! `.key_concepts`, `.key_steps`, and in `.tags` those over 64 bytes. What does not fit is reported
//! as [`Loss`], for each record.
//!
//! Never taken over, because nothing here could hold it: the ids of relationships, latency and
//! retrieval counts of patterns, and all other tables; [`DoMemory::left_behind`] counts their rows.

mod cells;
mod debug_text;
mod episode;
mod heuristic;
mod leftovers;
mod links;
mod packed;
mod pattern;
mod reader;
mod relationship;
mod table;

pub use leftovers::Loss;
pub use reader::{DoMemory, LINKS_MAX, ROW_BYTES_MAX, Record, Row};
