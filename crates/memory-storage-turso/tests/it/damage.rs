//! What is damaged is reported, and does not take the rest with it.

use crate::support::{Fresh, episode, sql};
use memory_storage_turso::{EpisodeQuery, EpisodeStore, ErrorKind, PageRequest};

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
