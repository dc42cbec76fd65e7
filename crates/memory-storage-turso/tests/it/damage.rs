//! What is damaged is reported, and does not take the rest with it.

use crate::support::{Fresh, episode, sql};
use memory_storage_turso::{
    EpisodeQuery, EpisodeStore, ErrorKind, Lesson, Metadata, PageRequest, PatternDraft,
    PatternStore, Tags, Timestamp,
};

/// Stores two episodes, changes the first by `text`, and expects an error of `kind` for it alone.
async fn damage_one(text: &'static str, kind: ErrorKind) {
    let fresh = Fresh::new().await;
    let (first, second) = (episode("first"), episode("second"));
    fresh.storage.store_episode(&first).await.unwrap();
    fresh.storage.store_episode(&second).await.unwrap();
    sql(&fresh.path(), text).await;
    let namespace = &first.namespace;
    let error = fresh
        .storage
        .get_episode(namespace, first.id)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), kind, "{text}: {error:?}");
    assert!(error.to_string().contains(&first.id.to_string()), "{error}");
    assert!(
        fresh
            .storage
            .get_episode(namespace, second.id)
            .await
            .unwrap()
            .is_some()
    );
    let query = EpisodeQuery::default();
    let page = fresh
        .storage
        .query_episodes(&query, &PageRequest::default())
        .await;
    assert_eq!(page.unwrap_err().kind(), kind);
    let report = fresh.storage.check().await.unwrap();
    assert!(!report.is_clean());
    assert_eq!(report.episodes, 2);
    assert!(
        fresh
            .storage
            .delete_episode(namespace, first.id)
            .await
            .unwrap()
    );
    assert!(fresh.storage.check().await.unwrap().is_clean());
}

#[tokio::test]
async fn l19_a_flipped_byte_of_a_payload_is_corrupt() {
    damage_one(
        "UPDATE episodes SET payload = CAST(substr(payload, 1, 20) || x'ff' || substr(payload, 22) AS BLOB) WHERE rowid = 1",
        ErrorKind::Corrupt,
    )
    .await;
}

#[tokio::test]
async fn a_truncated_payload_is_corrupt() {
    damage_one(
        "UPDATE episodes SET payload = substr(payload, 1, length(payload) - 1) WHERE rowid = 1",
        ErrorKind::Corrupt,
    )
    .await;
}

#[tokio::test]
async fn f66_text_that_is_not_utf_8_is_corrupt() {
    damage_one(
        "UPDATE episodes SET domain = CAST(x'c328' AS TEXT) WHERE rowid = 1",
        ErrorKind::Corrupt,
    )
    .await;
}

#[tokio::test]
async fn a_list_that_is_not_one_is_corrupt() {
    damage_one(
        "UPDATE episodes SET metadata = '[[\"k\",\"v\"],[\"\",\"\"]]' WHERE rowid = 1",
        ErrorKind::Corrupt,
    )
    .await;
}

#[tokio::test]
async fn a_time_out_of_range_is_corrupt() {
    damage_one(
        "UPDATE episodes SET completed_at = 9223372036854775807 WHERE rowid = 1",
        ErrorKind::Corrupt,
    )
    .await;
}

/// Triggers keep lists that are no JSON out; a tool that switches them off does not.
async fn without_triggers(path: &str, text: &'static str) {
    let triggers = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'";
    let triggers = sql(path, triggers).await;
    for trigger in &triggers {
        sql(path, format!("DROP TRIGGER {}", trigger.text(0).unwrap())).await;
    }
    sql(path, text).await;
    for trigger in &triggers {
        sql(path, trigger.text(1).unwrap().to_owned()).await;
    }
}

#[tokio::test]
async fn a_list_that_is_no_json_can_be_read_around_deleted_and_replaced() {
    for (text, replaced) in [
        ("UPDATE episodes SET tags = '[' WHERE rowid = 1", false),
        ("UPDATE episodes SET metadata = '[' WHERE rowid = 1", true),
        ("UPDATE episodes SET patterns = 'x' WHERE rowid = 1", false),
        ("UPDATE episodes SET patterns = 'x' WHERE rowid = 1", true),
    ] {
        let fresh = Fresh::new().await;
        let at = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
        let mut first = episode("first");
        let lesson = Lesson::ToolSequence { tools: Vec::new() };
        let mut pattern = PatternDraft::new(lesson, at);
        pattern.sources = [first.id].into();
        let pattern = pattern.finish().unwrap();
        let edited = first.edit(at, |draft| {
            draft.patterns = [pattern.id].into();
            draft.metadata = Metadata::new().with("k", "v").unwrap();
        });
        edited.unwrap();
        let storage = &fresh.storage;
        storage.store_episode(&first).await.unwrap();
        storage.store_episode(&episode("second")).await.unwrap();
        storage.store_pattern(&pattern).await.unwrap();
        without_triggers(&fresh.path(), text).await;
        let found = storage.get_episode(&first.namespace, first.id).await;
        assert_eq!(found.unwrap_err().kind(), ErrorKind::Corrupt);
        assert!(!storage.check().await.unwrap().is_clean());
        if replaced {
            let mut other = first.clone();
            other.edit(at, |draft| draft.tags = Tags::new()).unwrap();
            storage.store_episode(&other).await.unwrap();
            let found = storage.get_episode(&first.namespace, first.id).await;
            assert!(found.unwrap().unwrap().same_content(&other));
        } else {
            let deleted = storage.delete_episode(&first.namespace, first.id).await;
            assert!(deleted.unwrap());
        }
        let report = storage.check().await.unwrap();
        assert!(report.is_clean(), "{text}: {report:?}");
    }
}

#[tokio::test]
async fn sources_that_are_no_json_hold_nothing_up() {
    let fresh = Fresh::new().await;
    let storage = &fresh.storage;
    let first = episode("first");
    let lesson = Lesson::ToolSequence { tools: Vec::new() };
    let mut pattern = PatternDraft::new(lesson, first.started_at);
    pattern.sources = [first.id].into();
    let pattern = pattern.finish().unwrap();
    storage.store_episode(&first).await.unwrap();
    storage.store_pattern(&pattern).await.unwrap();
    without_triggers(&fresh.path(), "UPDATE patterns SET sources = '['").await;
    let namespace = &first.namespace;
    assert!(storage.delete_episode(namespace, first.id).await.unwrap());
    let deleted = storage.delete_patterns(namespace, &[pattern.id]).await;
    assert_eq!(deleted.unwrap(), 1);
    assert!(storage.check().await.unwrap().is_clean());
}
