//! `check` finds what contradicts itself.

use crate::support::{Fresh, episode, sql};
use memory_storage_turso::EpisodeStore;

async fn finds(text: &'static str, problem: &str) {
    let fresh = Fresh::new().await;
    fresh
        .storage
        .store_episode(&episode("first"))
        .await
        .unwrap();
    assert!(fresh.storage.check().await.unwrap().is_clean());
    sql(&fresh.path(), text).await;
    let report = fresh.storage.check().await.unwrap();
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert!(
        problems.iter().any(|found| found.contains(problem)),
        "{problems:?}"
    );
}

#[tokio::test]
async fn a_tag_that_is_not_indexed() {
    finds(
        "DELETE FROM episode_tags",
        "episode_tags: 1 rows are missing",
    )
    .await;
}

#[tokio::test]
async fn an_index_entry_without_an_episode() {
    finds(
        "INSERT INTO episode_metadata VALUES ('default', 'k', 'v', 0, x'00')",
        "episode_metadata: 0 rows are missing, 1 are surplus",
    )
    .await;
}

#[tokio::test]
async fn a_column_that_contradicts_the_payload() {
    finds(
        "UPDATE episodes SET steps = 7",
        "its columns contradict its payload",
    )
    .await;
}

#[tokio::test]
async fn content_that_does_not_have_its_digest() {
    finds(
        "UPDATE episodes SET task_type = 'other'",
        "its columns contradict its payload",
    )
    .await;
}

#[tokio::test]
async fn a_reward_that_contradicts_the_payload() {
    finds(
        "UPDATE episodes SET reward = 99",
        "its columns contradict its payload",
    )
    .await;
}
