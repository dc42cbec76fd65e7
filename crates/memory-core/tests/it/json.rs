//! JSON is the interchange format: what is written is read back exactly.

use crate::{draft, time};
use memory_core::limits::JSON_DEPTH_MAX;
use memory_core::testing::{any_episode, any_metadata, any_pattern, any_relationship, any_tags};
use memory_core::{
    Episode, EpisodeRelationship, ExecutionStep, Metadata, Pattern, Revision, Tags, Timestamp,
};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::fmt::Debug;

/// Compares by text, which tells -0.0 from 0.0.
fn returns<T: Serialize + DeserializeOwned + Debug>(value: &T) -> Result<(), TestCaseError> {
    let text = serde_json::to_string(value).unwrap();
    let back: T = serde_json::from_str(&text).unwrap();
    prop_assert_eq!(format!("{:?}", value), format!("{:?}", back));
    // What passes through a value of JSON is the same too.
    let through: T = serde_json::from_value(serde_json::to_value(value).unwrap()).unwrap();
    prop_assert_eq!(format!("{:?}", value), format!("{:?}", through));
    Ok(())
}

proptest! {
    #[test]
    fn an_episode_returns(episode in any_episode()) {
        returns::<Episode>(&episode)?;
    }

    #[test]
    fn a_pattern_returns(pattern in any_pattern()) {
        returns::<Pattern>(&pattern)?;
    }

    #[test]
    fn a_relationship_returns(edge in any_relationship()) {
        returns::<EpisodeRelationship>(&edge)?;
    }

    #[test]
    fn metadata_and_tags_return(metadata in any_metadata(), tags in any_tags()) {
        returns::<Metadata>(&metadata)?;
        returns::<Tags>(&tags)?;
    }
}

// serde_json reads 127 levels; an episode puts three around its arguments, and an
// export of several kinds of records some more.
#[test]
fn the_deepest_episode_returns_from_inside_an_export() {
    let mut draft = draft();
    let deepest = (1..JSON_DEPTH_MAX).fold(json!([]), |inner, _| json!([inner]));
    draft.steps = vec![ExecutionStep {
        arguments: Some(deepest),
        ..ExecutionStep::default()
    }];
    let episode = draft.finish().unwrap();
    let text = json!([{"episode": [episode]}]).to_string();
    let back: Value = serde_json::from_str(&text).unwrap();
    let back: Episode = serde_json::from_value(back[0]["episode"][0].clone()).unwrap();
    assert_eq!(back, episode);
}

fn least() -> Value {
    json!({
        "id": "01890000-0000-7000-8000-000000000000",
        "task_type": "t",
        "started_at": "2026-11-23T16:08:34Z",
        "created_at": "2026-11-23T16:08:34Z",
        "updated_at": "2026-11-23T17:08:34.5+01:00",
    })
}

#[test]
fn five_fields_make_an_episode() {
    let episode: Episode = serde_json::from_value(least()).unwrap();
    assert_eq!(episode.namespace.as_str(), "default");
    assert_eq!(episode.context.domain.as_str(), "general");
    assert_eq!(episode.revision, Revision::FIRST);
    assert_eq!(
        episode.updated_at.since(episode.started_at).as_millis(),
        500
    );
    for field in ["id", "task_type", "started_at", "created_at", "updated_at"] {
        let mut value = least();
        value.as_object_mut().unwrap().remove(field);
        assert!(serde_json::from_value::<Episode>(value).is_err(), "{field}");
    }
}

#[test]
fn what_no_constructor_makes_is_not_read_either() {
    for (field, value) in [
        ("unknown", json!(1)),
        ("namespace", json!("")),
        ("external_id", json!("a\u{0}b")),
        ("tags", json!(["a\nb"])),
        ("revision", json!(0)),
        ("revision", json!(-1)),
        ("metadata", json!({"": "x"})),
        ("metadata", json!({"k": "\u{0}"})),
        ("started_at", json!("yesterday")),
        ("started_at", json!(0)),
        ("reflections", json!(vec![""; 1_001])),
        ("description", json!("x".repeat(4_500_000))),
        ("outcome", json!({"kind": "unknown"})),
    ] {
        let mut episode = least();
        episode[field] = value;
        assert!(
            serde_json::from_value::<Episode>(episode).is_err(),
            "{field}"
        );
    }
    for text in ["1.5", "-0.1", "null"] {
        assert!(
            serde_json::from_str::<memory_core::Ratio>(text).is_err(),
            "{text}"
        );
    }
}

#[test]
fn a_self_relation_is_not_read() {
    let id = "01890000-0000-7000-8000-000000000000";
    let edge = json!({"kind": "Follows", "from": id, "to": id, "created_at": time(0)});
    assert!(serde_json::from_value::<EpisodeRelationship>(edge).is_err());
}

#[test]
fn a_null_argument_means_none() {
    let mut value = least();
    value["steps"] = json!([{"arguments": null, "observation": null}]);
    let episode: Episode = serde_json::from_value(value).unwrap();
    assert_eq!(episode.steps, [ExecutionStep::default()]);
    assert_eq!(
        serde_json::to_value(&episode).unwrap()["steps"],
        json!([{}])
    );
}

#[test]
fn times_are_written_with_six_decimals() {
    let text = serde_json::to_string(&time(1_700_000_000_000_000)).unwrap();
    assert_eq!(text, "\"2023-11-14T22:13:20.000000Z\"");
    assert_eq!(
        serde_json::from_str::<Timestamp>(&text).unwrap(),
        time(1_700_000_000_000_000)
    );
}
