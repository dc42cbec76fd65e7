use super::universe;
use crate::testing::all_pages;
use crate::{
    Episode, EpisodeId, EpisodeQuery, EpisodeRelationship, Namespace, Order, Pattern, PatternQuery,
    RelationshipQuery, StorageBackend, TagCount,
};
use std::sync::Arc;

/// Large enough that few pages are read, small enough that some are.
const PAGE_ITEMS: usize = 500;

/// Everything that a namespace holds, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// Oldest first.
    pub episodes: Vec<Arc<Episode>>,
    /// Oldest first.
    pub patterns: Vec<Arc<Pattern>>,
    /// By their keys.
    pub relationships: Vec<EpisodeRelationship>,
    /// By their names.
    pub tags: Vec<TagCount>,
    /// What the external ids of the [universe] mean.
    pub external_ids: Vec<Option<EpisodeId>>,
}

impl State {
    /// Reads it all.
    ///
    /// # Panics
    /// When the backend fails, or contradicts itself: when an episode or a pattern that a
    /// query finds is another when it is got by its id, or the counts are others.
    pub async fn read<B: StorageBackend + ?Sized>(backend: &B, namespace: &Namespace) -> Self {
        Self {
            episodes: episodes(backend, namespace).await,
            patterns: patterns(backend, namespace).await,
            relationships: relationships(backend, namespace).await,
            tags: tags(backend, namespace).await,
            external_ids: backend
                .find_episode_ids(namespace, &universe::external_ids())
                .await
                .expect("find_episode_ids"),
        }
    }
}

async fn episodes<B: StorageBackend + ?Sized>(
    backend: &B,
    namespace: &Namespace,
) -> Vec<Arc<Episode>> {
    let query = EpisodeQuery {
        order: Order::OldestFirst,
        ..EpisodeQuery::all(namespace.clone())
    };
    let page = async |page| backend.query_episodes(&query, &page).await;
    let pages = all_pages(PAGE_ITEMS, page).await;
    let all = pages.expect("query_episodes").concat();
    let ids: Vec<_> = all.iter().map(|episode| episode.id).collect();
    let got = backend.get_episodes(namespace, &ids).await;
    let got: Vec<_> = got.expect("get_episodes").into_iter().flatten().collect();
    assert_eq!(got, all, "episodes by id and by query");
    let count = backend
        .count_episodes(&query)
        .await
        .expect("count_episodes");
    assert_eq!(count, all.len() as u64, "the count of all episodes");
    all
}

async fn patterns<B: StorageBackend + ?Sized>(
    backend: &B,
    namespace: &Namespace,
) -> Vec<Arc<Pattern>> {
    let query = PatternQuery {
        order: Order::OldestFirst,
        ..PatternQuery::all(namespace.clone())
    };
    let page = async |page| backend.query_patterns(&query, &page).await;
    let pages = all_pages(PAGE_ITEMS, page).await;
    let all = pages.expect("query_patterns").concat();
    let ids: Vec<_> = all.iter().map(|pattern| pattern.id).collect();
    let got = backend.get_patterns(namespace, &ids).await;
    let got: Vec<_> = got.expect("get_patterns").into_iter().flatten().collect();
    assert_eq!(got, all, "patterns by id and by query");
    let count = backend
        .count_patterns(&query)
        .await
        .expect("count_patterns");
    assert_eq!(count, all.len() as u64, "the count of all patterns");
    all
}

async fn relationships<B: StorageBackend + ?Sized>(
    backend: &B,
    namespace: &Namespace,
) -> Vec<EpisodeRelationship> {
    let query = RelationshipQuery::all(namespace.clone());
    let page = async |page| backend.query_relationships(&query, &page).await;
    let pages = all_pages(PAGE_ITEMS, page).await;
    pages.expect("query_relationships").concat()
}

async fn tags<B: StorageBackend + ?Sized>(backend: &B, namespace: &Namespace) -> Vec<TagCount> {
    let page = async |page| backend.list_tags(namespace, &page).await;
    let pages = all_pages(PAGE_ITEMS, page).await;
    pages.expect("list_tags").concat()
}
