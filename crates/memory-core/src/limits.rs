//! Every limit of the model, in one place. Constructors check them, so that a
//! value that exists can be stored by every backend.

/// Longest [`Namespace`](crate::Namespace), in bytes.
pub const NAMESPACE_BYTES_MAX: usize = 128;
/// Longest [`ExternalId`](crate::ExternalId), in bytes. Paths of result files were seen with 199.
pub const EXTERNAL_ID_BYTES_MAX: usize = 512;
/// Longest [`TaskType`](crate::TaskType), in bytes.
pub const TASK_TYPE_BYTES_MAX: usize = 128;
/// Longest [`Domain`](crate::Domain), in bytes.
pub const DOMAIN_BYTES_MAX: usize = 128;
/// Longest [`Tag`](crate::Tag), in bytes after normalisation.
pub const TAG_BYTES_MAX: usize = 64;
/// Most tags on one episode.
pub const TAGS_MAX: usize = 64;
/// Most entries of one [`Metadata`](crate::Metadata).
pub const METADATA_ENTRIES_MAX: usize = 64;
/// Longest metadata key, in bytes.
pub const METADATA_KEY_BYTES_MAX: usize = 128;
/// Longest metadata value, in bytes: values are indexed, longer text belongs into a step.
pub const METADATA_VALUE_BYTES_MAX: usize = 4_096;
/// Most steps of one episode. The longest of 12,357 real ones has 80.
pub const STEPS_MAX: usize = 10_000;
/// Most entries of any other list in the model: reflections, artifacts, tools, components.
pub const LIST_ENTRIES_MAX: usize = 1_000;
/// Most patterns that one episode can name as applied.
pub const APPLIED_PATTERNS_MAX: usize = 1_000;
/// Most episodes that one pattern can name as its sources.
pub const SOURCE_EPISODES_MAX: usize = 4_096;
/// Deepest nesting of a JSON value: the 127 levels that `serde_json` reads by default, less
/// three that an episode puts around it and four for what an export puts around that.
pub const JSON_DEPTH_MAX: usize = 120;
/// Largest episode, by [`Episode::size_bytes`](crate::Episode::size_bytes): 4.5 MB. libSQL
/// servers refuse values and rows of 5,000,000 bytes, and an episode that a file can hold must
/// not be one that a server cannot, however badly it compresses. 8,385 of them are
/// kept for tags, however few there are, so that a new tag never makes an episode too large.
pub const EPISODE_BYTES_MAX: usize = 4_500_000;
/// Largest pattern, by [`Pattern::size_bytes`](crate::Pattern::size_bytes).
pub const PATTERN_BYTES_MAX: usize = 1_000_000;
/// Longest text of a relationship's `reason` or `created_by`, in bytes.
pub const RELATIONSHIP_TEXT_BYTES_MAX: usize = 4_096;
/// Most relationships that one call adds or removes. The call is all or nothing, and each of
/// them is checked against what is stored.
pub const RELATIONSHIPS_MAX: usize = 10_000;
/// Most bytes of episodes and patterns, or of relationships, that are stored in one all-or-nothing
/// batch, by their `size_bytes`: what a server applies well within the 5 s
/// after which it takes the write lock away. The same for every backend.
pub const BATCH_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Items of a page when nothing else is asked for.
pub const PAGE_ITEMS_DEFAULT: usize = 100;
/// Most items of a page.
pub const PAGE_ITEMS_MAX: usize = 1_000;
/// A page ends early rather than hold more than this, by `size_bytes`; it always holds one item.
/// In base64 it fits into the 10 MB that a libSQL server answers at most.
pub const PAGE_BYTES_MAX: usize = 7_000_000;
/// Greatest depth of [`RelationshipStore::find_related`](crate::RelationshipStore::find_related).
pub const RELATED_DEPTH_MAX: usize = 32;
/// Most episodes that one `find_related` returns.
pub const RELATED_NODES_MAX: usize = 10_000;
