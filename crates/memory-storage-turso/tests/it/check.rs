//! `check` finds what contradicts itself.

use crate::support::{Fresh, episode, sql};
use memory_storage_turso::{
    Atomicity, EpisodeRelationship, EpisodeStore, RelationshipKind, RelationshipStore, Timestamp,
    TursoStorage,
};
use std::fs::OpenOptions;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::time::Duration;
use turso_conn::{Connect as _, Execute as _, LocalConfig, LocalConnector, Location, Statement};

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

/// A relationship was counted and never read.
#[tokio::test]
async fn a_relationship_that_does_not_make_sense() {
    let fresh = related().await;
    sql(
        &fresh.path(),
        "UPDATE relationships SET metadata = '{\"reason\": 7}'",
    )
    .await;
    let report = fresh.storage.check().await.unwrap();
    assert_eq!((report.relationships, report.problems.len()), (3, 3));
}

#[tokio::test]
async fn a_relationship_that_cannot_be_read_with_the_others() {
    let fresh = related().await;
    let text = "UPDATE relationships SET metadata = CAST(x'ff' AS TEXT) \
        WHERE to_id = (SELECT max(to_id) FROM relationships)";
    sql(&fresh.path(), text).await;
    let report = fresh.storage.check().await.unwrap();
    assert_eq!((report.relationships, report.problems.len()), (3, 1));
    let problem = report.problems[0].to_string();
    assert!(problem.starts_with("a relationship: "), "{problem}");
}

/// Whoever repaired the file by other tools left the triggers out, and what was stored from then
/// on was found by no tag.
#[tokio::test]
async fn a_part_of_the_schema_that_is_missing_or_another() {
    finds(
        "DROP TRIGGER episodes_inserted",
        "the schema: the trigger episodes_inserted is missing",
    )
    .await;
    finds(
        "DROP INDEX episodes_by_time",
        "the schema: the index episodes_by_time is missing",
    )
    .await;
    finds(
        "DROP TABLE dictionaries",
        "the schema: the table dictionaries is missing",
    )
    .await;
    let column = "ALTER TABLE dictionaries ADD COLUMN more TEXT";
    finds(column, "the schema: the table dictionaries is another one").await;
}

async fn related() -> Fresh {
    let fresh = Fresh::new().await;
    let episodes = ["a", "b", "c", "d"].map(episode);
    let stored = fresh
        .storage
        .store_episodes(&episodes, Atomicity::AllOrNothing);
    stored.await.unwrap();
    let [first, rest @ ..] = &episodes;
    for other in rest {
        let kind = RelationshipKind::RelatedTo;
        let namespace = first.namespace.clone();
        let relationship =
            EpisodeRelationship::new(namespace, kind, first.id, other.id, Timestamp::now());
        let added = fresh.storage.add_relationship(&relationship.unwrap()).await;
        added.unwrap();
    }
    assert!(fresh.storage.check().await.unwrap().is_clean());
    fresh
}

/// `check` gave up with an error at the first page that SQLite itself could not read, and the
/// advice of that error was to run `check`.
#[tokio::test]
async fn a_page_that_is_no_part_of_a_tree() {
    let fresh = related().await;
    let page = "SELECT rootpage FROM sqlite_schema WHERE name = 'episode_tags'";
    let page = sql(&fresh.path(), page)
        .await
        .one()
        .unwrap()
        .integer(0)
        .unwrap();
    let path = fresh.path();
    fresh.storage.close(Duration::from_secs(10)).await.unwrap();
    let mut file = OpenOptions::new().write(true).open(&path).unwrap();
    let at = 4_096 * (u64::try_from(page).unwrap() - 1);
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[0x55; 4_096]).unwrap();
    let storage = TursoStorage::open(&path).await.unwrap();
    let report = storage.check().await.unwrap();
    let problems: Vec<String> = report.problems.iter().map(ToString::to_string).collect();
    assert!(
        problems.iter().any(|p| p.starts_with("the file: ")),
        "{problems:?}"
    );
    assert!(
        problems.iter().any(|p| p.starts_with("episode_tags: ")),
        "{problems:?}"
    );
    assert_eq!(
        (report.episodes, report.relationships),
        (4, 3),
        "{problems:?}"
    );
}

#[tokio::test]
async fn a_relationship_whose_end_is_gone() {
    let fresh = related().await;
    let location = Location::file(fresh.path()).unwrap();
    let connector = LocalConnector::new(&location, LocalConfig::default()).unwrap();
    let mut conn = connector.connect().await.unwrap();
    for text in [
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM episodes WHERE id = (SELECT max(to_id) FROM relationships)",
    ] {
        conn.query(Statement::new(text)).await.unwrap();
    }
    let report = fresh.storage.check().await.unwrap();
    assert_eq!(report.problems.len(), 1, "{report:?}");
    let problem = report.problems[0].to_string();
    assert_eq!(problem, "1 relationships have an end that does not exist");
}
