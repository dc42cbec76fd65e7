//! Few values, so that operations meet each other.

use crate::{
    Domain, EpisodeId, ExternalId, Metadata, Namespace, PatternId, Tag, TaskType, Timestamp,
    WriteId,
};
use proptest::prelude::*;
use proptest::sample::select;

fn episode_number(n: u8) -> EpisodeId {
    EpisodeId::from_bytes([n; 16])
}

/// The default namespace, and one whose name begins as it does. Both hold the same ids.
pub fn namespaces() -> [Namespace; 2] {
    let other = Namespace::new("default_").expect("a valid name");
    [Namespace::default(), other]
}

/// The ids of episodes: four.
pub fn episode_ids() -> [EpisodeId; 4] {
    [1, 2, 3, 4].map(episode_number)
}

/// The ids of patterns: three.
pub fn pattern_ids() -> [PatternId; 3] {
    [1, 2, 3].map(|n| PatternId::from_bytes([n; 16]))
}

/// The external ids: three.
pub fn external_ids() -> [ExternalId; 3] {
    ["a", "A", "%"].map(|text| ExternalId::new(text).expect("a valid name"))
}

/// The tags: four, two of them one letter in two spellings.
pub fn tags() -> [Tag; 4] {
    ["a", "a b", "\u{e9}", "e\u{301}"].map(|text| Tag::new(text).expect("a valid tag"))
}

/// One of the two namespaces, most often the first.
pub fn namespace() -> impl Strategy<Value = Namespace> + Clone {
    let [first, second] = namespaces();
    prop_oneof![4 => Just(first), 1 => Just(second)]
}

/// One of the ids of episodes.
pub fn episode_id() -> impl Strategy<Value = EpisodeId> + Clone {
    select(episode_ids().to_vec())
}

/// One of the ids of patterns.
pub fn pattern_id() -> impl Strategy<Value = PatternId> + Clone {
    select(pattern_ids().to_vec())
}

/// One of the external ids.
pub fn external_id() -> impl Strategy<Value = ExternalId> + Clone {
    select(external_ids().to_vec())
}

/// One of the tags.
pub fn tag() -> impl Strategy<Value = Tag> + Clone {
    select(tags().to_vec())
}

/// One of two ids of writes, so that the same write comes twice.
pub fn write_id() -> impl Strategy<Value = WriteId> + Clone {
    select(vec![1_u8, 2]).prop_map(|n| WriteId::from_bytes([n; 16]))
}

/// One of four times.
pub fn time() -> impl Strategy<Value = Timestamp> + Clone {
    select(vec![-1_i64, 0, 1, 1_700_000_000_123_456])
        .prop_map(|micros| Timestamp::from_micros(micros).expect("in range"))
}

/// One of two task types.
pub fn task_type() -> impl Strategy<Value = TaskType> + Clone {
    select(vec!["t", "T"]).prop_map(|text| TaskType::new(text).expect("a valid name"))
}

/// One of two domains.
pub fn domain() -> impl Strategy<Value = Domain> + Clone {
    select(vec!["general", "d_"]).prop_map(|text| Domain::new(text).expect("a valid name"))
}

/// Up to two entries, of two keys and two values.
pub fn metadata() -> impl Strategy<Value = Metadata> + Clone {
    let entry = (select(vec!["a.b", "$"]), select(vec!["", "'"]));
    prop::collection::btree_map(entry.0, entry.1, 0..=2).prop_map(|map| {
        map.into_iter()
            .try_fold(Metadata::new(), |all, (key, value)| all.with(key, value))
            .expect("valid entries")
    })
}
