use super::text::nasty_name;
use crate::limits::{
    DOMAIN_BYTES_MAX, EXTERNAL_ID_BYTES_MAX, NAMESPACE_BYTES_MAX, TAG_BYTES_MAX,
    TASK_TYPE_BYTES_MAX,
};
use crate::{Domain, EpisodeId, ExternalId, Namespace, PatternId, Tag, TaskType};
use proptest::prelude::*;

/// Any namespace.
pub fn any_namespace() -> BoxedStrategy<Namespace> {
    nasty_name(NAMESPACE_BYTES_MAX)
        .prop_map(|text| Namespace::new(text).expect("a valid name"))
        .boxed()
}

/// Any external id.
pub fn any_external_id() -> BoxedStrategy<ExternalId> {
    nasty_name(EXTERNAL_ID_BYTES_MAX)
        .prop_map(|text| ExternalId::new(text).expect("a valid name"))
        .boxed()
}

/// Any task type.
pub fn any_task_type() -> BoxedStrategy<TaskType> {
    nasty_name(TASK_TYPE_BYTES_MAX)
        .prop_map(|text| TaskType::new(text).expect("a valid name"))
        .boxed()
}

/// Any domain.
pub fn any_domain() -> BoxedStrategy<Domain> {
    nasty_name(DOMAIN_BYTES_MAX)
        .prop_map(|text| Domain::new(text).expect("a valid name"))
        .boxed()
}

/// Any tag.
pub fn any_tag() -> BoxedStrategy<Tag> {
    nasty_name(TAG_BYTES_MAX)
        .prop_map(|text| Tag::new(text).unwrap_or_else(|_| Tag::new("x").expect("a valid tag")))
        .boxed()
}

/// Any id of an episode: its bits need not be those of a UUID of version 7.
pub fn any_episode_id() -> BoxedStrategy<EpisodeId> {
    any::<[u8; 16]>().prop_map(EpisodeId::from_bytes).boxed()
}

/// Any id of a pattern: its bits need not be those of a UUID of version 7.
pub fn any_pattern_id() -> BoxedStrategy<PatternId> {
    any::<[u8; 16]>().prop_map(PatternId::from_bytes).boxed()
}
