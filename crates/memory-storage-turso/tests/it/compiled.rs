//! What is asked is one of a fixed set of texts, so that it is compiled once.

use crate::real::{episode_of, lines};
use crate::support::Fresh;
use memory_storage_turso::{
    Atomicity, Direction, Episode, EpisodeQuery, EpisodeRelationship, EpisodeStore as _, Metadata,
    Namespace, PageRequest, RelatedQuery, RelationshipKind, RelationshipQuery,
    RelationshipStore as _, StatisticsQuery, Tag, TagChange, Timestamp, TursoStorage, Update,
};
use testkit::DataSet;

/// Ten episodes at work: stored alone and together, read, searched, tied, changed, deleted.
async fn work(storage: &TursoStorage, episodes: &[Episode]) {
    let namespace = Namespace::default();
    let now = Timestamp::from_micros(1_800_000_000_000_000).unwrap();
    storage.store_episode(&episodes[0]).await.unwrap();
    storage
        .store_episodes(&episodes[1..], Atomicity::AllOrNothing)
        .await
        .unwrap();
    let ids: Vec<_> = episodes.iter().map(|episode| episode.id).collect();
    let found = storage.get_episodes(&namespace, &ids).await.unwrap();
    assert!(found.iter().all(Option::is_some));
    for id in &ids {
        storage.get_episode(&namespace, *id).await.unwrap().unwrap();
    }
    search(storage, &episodes[0]).await;
    let edge = |from: usize, to: usize| {
        let kind = RelationshipKind::Follows;
        EpisodeRelationship::new(namespace.clone(), kind, ids[from], ids[to], now).unwrap()
    };
    let edges = [edge(1, 0), edge(2, 1)];
    storage.add_relationships(&edges).await.unwrap();
    let related = RelatedQuery::from(namespace.clone(), ids[2]);
    storage.find_related(&related).await.unwrap();
    let incoming = RelationshipQuery {
        direction: Direction::Incoming,
        ..RelationshipQuery::of(namespace.clone(), ids[0])
    };
    let page = PageRequest::default();
    storage.query_relationships(&incoming, &page).await.unwrap();
    let change = TagChange::add(Tag::new("read").unwrap());
    storage
        .change_tags(&namespace, ids[3], &change, now)
        .await
        .unwrap();
    let read = storage.get_episode(&namespace, ids[4]).await.unwrap();
    let read = read.unwrap();
    let mut changed = (*read).clone();
    changed
        .edit(now, |draft| draft.description.push_str(", changed"))
        .unwrap();
    let update = Update::new(changed, read.revision);
    storage.update_episode(&update).await.unwrap();
    storage
        .delete_episodes(&namespace, &ids[5..6])
        .await
        .unwrap();
}

/// The searches of an agent.
async fn search(storage: &TursoStorage, like: &Episode) {
    let all = EpisodeQuery::default();
    let kind = EpisodeQuery {
        task_type: Some(like.task_type.clone()),
        ..all.clone()
    };
    let tag = EpisodeQuery {
        tags_all: like.tags.clone(),
        ..all.clone()
    };
    let task = like.metadata.get("task").unwrap();
    let task = EpisodeQuery {
        metadata: Metadata::new().with("task", task).unwrap(),
        ..all.clone()
    };
    let page = PageRequest::first(10).unwrap();
    for query in [all, kind, tag, task] {
        let first = storage.query_episodes(&query, &page).await.unwrap();
        if let Some(next) = first.next {
            let second = page.clone().after(next);
            storage.query_episodes(&query, &second).await.unwrap();
        }
        storage.count_episodes(&query).await.unwrap();
    }
    let statistics = StatisticsQuery::default();
    storage.statistics(&statistics).await.unwrap();
}

#[tokio::test]
async fn after_warming_up_hardly_anything_is_compiled() {
    let test = "after_warming_up_hardly_anything_is_compiled";
    let Some(data) = DataSet::find(test) else {
        return;
    };
    let episodes: Vec<_> = lines(&data, "tau_airline")
        .iter()
        .zip(0..)
        .map(|(line, nth)| episode_of(line, nth))
        .collect();
    let fresh = Fresh::new().await;
    let mut tens = episodes.chunks(10);
    for warming in tens.by_ref().take(3) {
        work(&fresh.storage, warming).await;
    }
    let warm = fresh.storage.prepared_stats();
    for ten in tens {
        work(&fresh.storage, ten).await;
    }
    let now = fresh.storage.prepared_stats();
    let (hits, misses) = (now.hits - warm.hits, now.misses - warm.misses);
    assert!(hits > 500, "{now:?}");
    assert!(misses * 100 <= hits, "{misses} of {hits} were compiled");
    // No text is built per call.
    assert_eq!(now.entries, warm.entries);
}
