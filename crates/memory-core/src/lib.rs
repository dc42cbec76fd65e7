#![doc = include_str!("../README.md")]

mod arc;
mod batch;
mod check;
mod content;
mod context;
mod episode;
mod error;
mod id;
pub mod limits;
mod memory;
mod metadata;
mod name;
mod outcome;
mod page;
mod pattern;
mod query;
mod relationship;
mod revision;
mod step;
mod store;
mod tag;
// Code of tests: whatever is not as expected is a failed test.
#[cfg(feature = "testing")]
#[allow(
    clippy::assigning_clones,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc
)]
pub mod testing;
mod timestamp;

pub use batch::{Atomicity, Change, Stored, check_relationships, parts, plan};
pub use context::{Complexity, TaskContext};
pub use episode::{Episode, EpisodeDraft};
pub use error::{Error, ErrorKind, Result};
pub use id::{EpisodeId, PatternId, WriteId};
pub use memory::InMemoryStorage;
pub use metadata::Metadata;
pub use name::{Domain, ExternalId, Namespace, TaskType};
pub use outcome::{Outcome, OutcomeKind, RewardScore};
pub use page::{Cursor, EpisodePosition, Order, Page, PageRequest, PatternPosition, Position};
pub use pattern::{Lesson, Pattern, PatternDraft, PatternKind, Ratio};
pub use query::{
    EpisodeQuery, PatternQuery, Related, RelatedEpisode, RelatedQuery, RelationshipKinds,
    RelationshipQuery, TagCount,
};
pub use relationship::{
    Direction, EpisodeRelationship, RelationshipKey, RelationshipKind, RelationshipMetadata,
};
pub use revision::{Revision, Update};
pub use step::{ExecutionStep, StepStatus};
pub use store::{
    ChangeMark, EpisodeStore, PatternStore, RelationshipStore, StorageBackend, TagChange,
};
pub use tag::{Tag, Tags};
pub use timestamp::Timestamp;
