//! Figures of a database are those of its episodes.

use crate::support::{Fresh, episode};
use memory_storage_turso::{
    EpisodeQuery, EpisodeRelationship, EpisodeStore, ExecutionStep, GroupBy, Metadata, Outcome,
    RelationshipKind, RelationshipStore, RewardScore, Statistics, StatisticsQuery, Tag, Timestamp,
};

async fn filled() -> Fresh {
    let fresh = Fresh::new().await;
    let now = Timestamp::from_micros(1).unwrap();
    let (mut done, mut failed, open) = (episode("1"), episode("2"), episode("3"));
    done.add_step(ExecutionStep::new("t", "a"), now).unwrap();
    done.complete(Outcome::success(""), Some(RewardScore::new(0.5)), now)
        .unwrap();
    let metadata = Metadata::new().with("run", "x").unwrap();
    done.edit(now, |draft| draft.metadata = metadata).unwrap();
    failed
        .complete(Outcome::failure(""), Some(RewardScore::new(0.25)), now)
        .unwrap();
    failed
        .edit(now, |draft| draft.reflections = vec!["why".into()])
        .unwrap();
    for episode in [&done, &failed, &open] {
        fresh.storage.store_episode(episode).await.unwrap();
    }
    let kind = RelationshipKind::Follows;
    let namespace = open.namespace.clone();
    let edge = EpisodeRelationship::new(namespace, kind, failed.id, done.id, now).unwrap();
    fresh.storage.add_relationship(&edge).await.unwrap();
    fresh
}

#[tokio::test]
async fn all_figures_of_one_namespace() {
    let fresh = filled().await;
    let figures = fresh
        .storage
        .statistics(&StatisticsQuery::default())
        .await
        .unwrap();
    let [all] = figures.as_slice() else {
        panic!("{figures:?}")
    };
    assert_eq!((all.episodes, all.steps, all.reflections), (3, 1, 1));
    let outcomes = all.outcomes;
    assert_eq!(
        (outcomes.success, outcomes.failure, outcomes.running),
        (1, 1, 1)
    );
    assert_eq!(all.relationships, [(RelationshipKind::Follows, 1)].into());
    assert_eq!(all.tags, [(Tag::new("a").unwrap(), 3)].into());
    assert!((all.reward_sum - 0.75).abs() < f64::EPSILON);
    assert!(all.stored_bytes > 0 && all.original_bytes > 0);
}

#[tokio::test]
async fn groups_and_filters() {
    let fresh = filled().await;
    let by = Some(GroupBy::Metadata("run".into()));
    let query = StatisticsQuery {
        by,
        ..StatisticsQuery::default()
    };
    let figures = fresh.storage.statistics(&query).await.unwrap();
    let groups: Vec<_> = figures
        .iter()
        .map(|f| (f.group.as_deref(), f.episodes))
        .collect();
    assert_eq!(groups, [(None, 2), (Some("x"), 1)]);
    let filter = EpisodeQuery {
        metadata: Metadata::new().with("run", "x").unwrap(),
        ..EpisodeQuery::default()
    };
    let query = StatisticsQuery {
        filter,
        by: Some(GroupBy::Domain),
    };
    let figures = fresh.storage.statistics(&query).await.unwrap();
    assert_eq!(figures.len(), 1);
    assert_eq!(figures[0].group.as_deref(), Some("general"));
}

#[tokio::test]
async fn nothing_is_a_set_of_zeros() {
    let fresh = Fresh::new().await;
    let figures = fresh
        .storage
        .statistics(&StatisticsQuery::default())
        .await
        .unwrap();
    assert_eq!(figures, [Statistics::default()]);
}
