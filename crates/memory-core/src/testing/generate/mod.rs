//! Generators of every value of the model.

mod episode;
mod json;
mod names;
mod pattern;
mod query;
mod relationship;
mod samples;
mod scalar;
mod step;
mod text;

pub use episode::{
    any_context, any_episode, any_metadata, any_outcome, any_reward, any_tag_change, any_tags,
};
pub use json::any_json;
pub use names::{
    any_domain, any_episode_id, any_external_id, any_namespace, any_pattern_id, any_tag,
    any_task_type,
};
pub use pattern::{any_lesson, any_pattern, any_pattern_kind};
pub use query::{
    any_episode_query, any_order, any_outcome_kind, any_pattern_query, any_related_query,
    any_relationship_query,
};
pub use relationship::{
    any_direction, any_relationship, any_relationship_kind, any_relationship_kinds,
    any_relationship_metadata,
};
pub use samples::samples;
pub use scalar::{any_finite, any_ratio, any_revision, any_timestamp};
pub use step::any_step;
pub use text::{nasty_name, nasty_text, text_of};
