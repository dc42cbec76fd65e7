//! Pages: where they end, and that they hold together while others write.

use super::Backend;
use super::case::cases;
use super::fixture::{
    edge, episode, episode_with, episodes, here, id, ids, large, largest, pattern, pattern_id,
    pattern_ids, relate, store, store_one, store_patterns, tag, tags, time,
};
use crate::limits::{PAGE_BYTES_MAX, PAGE_ITEMS_MAX};
use crate::testing::all_pages;
use crate::{
    Cursor, Episode, EpisodeId, EpisodeQuery, EpisodeRelationship, ErrorKind, Lesson, Order, Page,
    PageRequest, Pattern, PatternQuery, Position, RelationshipKey, RelationshipKind,
    RelationshipQuery, Tags,
};
use std::sync::Arc;

cases![
    next_is_there_exactly_if_there_are_more,
    a_page_of_any_size_leads_to_the_same_whole,
    nothing_is_cut_off_silently,
    a_page_ends_before_it_holds_too_many_bytes,
    a_page_may_be_full_to_the_last_byte,
    two_of_the_largest_episodes_do_not_share_a_page,
    a_page_of_patterns_ends_before_it_holds_too_many_bytes,
    pages_are_stable_while_others_store,
    pages_are_stable_while_others_delete,
    an_episode_that_moves_ahead_is_seen_again_but_none_is_missed,
    a_cursor_of_another_kind_of_query_is_misuse,
    a_made_up_cursor_is_misuse,
    a_cursor_outlives_its_text,
    small_relationships_and_tags_are_limited_by_their_number,
];

fn all() -> EpisodeQuery {
    EpisodeQuery::all(here())
}

fn oldest_first() -> EpisodeQuery {
    EpisodeQuery {
        order: Order::OldestFirst,
        ..all()
    }
}

fn first(limit: usize) -> PageRequest {
    PageRequest::first(limit).expect("a valid size")
}

async fn page(backend: &Backend, query: &EpisodeQuery, request: &PageRequest) -> Page<EpisodeId> {
    let page = backend.query_episodes(query, request).await;
    page.expect("query_episodes").map(|episode| episode.id)
}

async fn sizes(backend: &Backend, query: &EpisodeQuery, limit: usize) -> Vec<usize> {
    let query = async |page| backend.query_episodes(query, &page).await;
    let pages: Vec<Vec<Arc<Episode>>> = all_pages(limit, query).await.expect("query_episodes");
    pages.iter().map(Vec::len).collect()
}

async fn next_is_there_exactly_if_there_are_more(backend: Backend) {
    store(&backend, &episodes(0..4)).await;
    for (limit, expected) in [
        (1, vec![1, 1, 1, 1]),
        (2, vec![2, 2]),
        (3, vec![3, 1]),
        (4, vec![4]),
        (5, vec![4]),
        (PAGE_ITEMS_MAX, vec![4]),
    ] {
        assert_eq!(
            sizes(&backend, &all(), limit).await,
            expected,
            "pages of {limit}"
        );
    }
    // A filter that holds for the first half only must not promise a page more.
    let query = EpisodeQuery {
        since: Some(time(2)),
        ..all()
    };
    assert_eq!(sizes(&backend, &query, 2).await, [2]);
}

async fn a_page_of_any_size_leads_to_the_same_whole(backend: Backend) {
    store(&backend, &episodes(0..30)).await;
    let newest_first: Vec<EpisodeId> = (0..30).rev().map(id).collect();
    for limit in 1..=31 {
        assert_eq!(
            ids(&backend, &all(), limit).await,
            newest_first,
            "pages of {limit}"
        );
    }
}

async fn nothing_is_cut_off_silently(backend: Backend) {
    store(&backend, &episodes(0..2_500)).await;
    assert_eq!(ids(&backend, &all(), PAGE_ITEMS_MAX).await.len(), 2_500);
    assert_eq!(backend.count_episodes(&all()).await.expect("count"), 2_500);
    let default = page(&backend, &all(), &PageRequest::default()).await;
    assert_eq!(default.items.len(), crate::limits::PAGE_ITEMS_DEFAULT);
    assert!(default.next.is_some());
}

async fn a_page_ends_before_it_holds_too_many_bytes(backend: Backend) {
    let third = PAGE_BYTES_MAX / 3;
    // Their own size, beside the description, makes three just too large for one page.
    store(
        &backend,
        &[
            large(1, third),
            large(2, third),
            large(3, third),
            episode(4),
        ],
    )
    .await;
    assert_eq!(sizes(&backend, &oldest_first(), 10).await, [2, 2]);
    assert_eq!(sizes(&backend, &all(), 10).await, [3, 1]);
    assert_eq!(ids(&backend, &all(), 10).await, [4, 3, 2, 1].map(id));
}

async fn a_page_may_be_full_to_the_last_byte(backend: Backend) {
    let plain = episode(0).size_bytes();
    let half = PAGE_BYTES_MAX / 2;
    for (begin, more, expected) in [(0, 0, vec![2]), (10, 1, vec![1, 1])] {
        // The tags are in the sum as well.
        let tagged = episode_with(begin, |draft| {
            draft.tags = tags(&["a", "\"quoted\"", "\u{e9}"]);
            draft.patterns = [1, 2].map(pattern_id).into();
        });
        let mut draft = tagged.into_draft();
        draft.description = "x".repeat(half - draft.clone().finish().expect("valid").size_bytes());
        let exact = draft.finish().expect("a valid episode");
        assert_eq!(exact.size_bytes(), half);
        let rest = PAGE_BYTES_MAX - half + more;
        store(&backend, &[exact, large(begin + 1, rest - plain)]).await;
        let query = EpisodeQuery {
            since: Some(time(begin)),
            until: Some(time(begin + 5)),
            ..all()
        };
        assert_eq!(sizes(&backend, &query, 10).await, expected, "{more} over");
    }
}

async fn two_of_the_largest_episodes_do_not_share_a_page(backend: Backend) {
    let tags: Tags = (0..64)
        .map(|n| tag(&format!("{n:0>2}{}", "\"".repeat(62))))
        .collect();
    let largest = |n| {
        let mut draft = largest(n).into_draft();
        draft.tags = tags.clone();
        draft.finish().expect("valid")
    };
    let batch = [episode(0), largest(1), largest(2), episode(3)];
    store(&backend, &batch).await;
    assert_eq!(sizes(&backend, &all(), 10).await, [2, 2]);
}

fn large_pattern(n: u32) -> Pattern {
    super::fixture::pattern_with(n, |draft| {
        let (features, approach) = (Vec::new(), "x".repeat(900_000));
        draft.lesson = Lesson::ContextPattern { features, approach };
    })
}

async fn a_page_of_patterns_ends_before_it_holds_too_many_bytes(backend: Backend) {
    let patterns: Vec<Pattern> = (0..9).map(large_pattern).collect();
    store_patterns(&backend, &patterns).await;
    let query = PatternQuery::all(here());
    let pages = all_pages(100, async |page| {
        backend.query_patterns(&query, &page).await
    })
    .await;
    let sizes: Vec<usize> = pages
        .expect("query_patterns")
        .iter()
        .map(Vec::len)
        .collect();
    assert_eq!(sizes, [7, 2]);
    let newest_first: Vec<_> = (0..9).rev().map(pattern_id).collect();
    assert_eq!(pattern_ids(&backend, &query, 2).await, newest_first);
}

/// Reads the first page of two, lets others change things, and reads on.
async fn meanwhile(backend: &Backend, change: impl AsyncFnOnce(Backend)) -> Vec<EpisodeId> {
    let mut seen = page(backend, &all(), &first(2)).await;
    change(backend.clone()).await;
    while let Some(next) = seen.next {
        let more = page(backend, &all(), &first(2).after(next)).await;
        seen.items.extend(more.items);
        seen.next = more.next;
    }
    seen.items
}

async fn pages_are_stable_while_others_store(backend: Backend) {
    store(&backend, &episodes([10, 20, 30, 40, 50])).await;
    let seen = meanwhile(&backend, async |backend: Backend| {
        store(&backend, &episodes([60, 45, 41, 35, 5])).await;
    })
    .await;
    // What came before the cursor is not seen, what came behind it is; nothing twice.
    assert_eq!(seen, [50, 40, 35, 30, 20, 10, 5].map(id));
}

async fn pages_are_stable_while_others_delete(backend: Backend) {
    store(&backend, &episodes([10, 20, 30, 40, 50])).await;
    let seen = meanwhile(&backend, async |backend: Backend| {
        // The item that the cursor stands at is among them.
        let gone = [50, 40, 20].map(id);
        let deleted = backend.delete_episodes(&here(), &gone).await;
        assert_eq!(deleted.expect("delete_episodes"), 3);
    })
    .await;
    assert_eq!(seen, [50, 40, 30, 10].map(id));
}

async fn an_episode_that_moves_ahead_is_seen_again_but_none_is_missed(backend: Backend) {
    store(&backend, &episodes([10, 20, 30, 40, 50])).await;
    let seen = meanwhile(&backend, async |backend: Backend| {
        store_one(
            &backend,
            &episode_with(50, |draft| draft.started_at = time(15)),
        )
        .await;
    })
    .await;
    assert_eq!(seen, [50, 40, 30, 20, 50, 10].map(id));
}

/// A cursor of each of the four kinds of query.
async fn cursors(backend: &Backend) -> [Cursor; 4] {
    store(
        backend,
        &[1, 2].map(|n| episode_with(n, |draft| draft.tags = tags(&["a", "b"]))),
    )
    .await;
    store_patterns(backend, &[pattern(1), pattern(2)]).await;
    relate(
        backend,
        &[RelationshipKind::Follows, RelationshipKind::RelatedTo].map(|k| edge(k, 1, 2)),
    )
    .await;
    let one = first(1);
    let episodes = backend
        .query_episodes(&all(), &one)
        .await
        .expect("episodes")
        .next;
    let patterns = PatternQuery::all(here());
    let patterns = backend
        .query_patterns(&patterns, &one)
        .await
        .expect("patterns")
        .next;
    let edges = RelationshipQuery::all(here());
    let edges = backend
        .query_relationships(&edges, &one)
        .await
        .expect("relationships")
        .next;
    let tags = backend.list_tags(&here(), &one).await.expect("tags").next;
    [episodes, patterns, edges, tags].map(|next| next.expect("a second page"))
}

/// What each of the four kinds of query says to a cursor: none when it took it.
async fn answers(backend: &Backend, cursor: &Cursor) -> [Option<ErrorKind>; 4] {
    let request = first(1).after(cursor.clone());
    let patterns = PatternQuery::all(here());
    let edges = RelationshipQuery::all(here());
    [
        backend.query_episodes(&all(), &request).await.err(),
        backend.query_patterns(&patterns, &request).await.err(),
        backend.query_relationships(&edges, &request).await.err(),
        backend.list_tags(&here(), &request).await.err(),
    ]
    .map(|error| error.map(|error| error.kind()))
}

async fn a_cursor_of_another_kind_of_query_is_misuse(backend: Backend) {
    for (kind, cursor) in cursors(&backend).await.into_iter().enumerate() {
        for (other, answer) in answers(&backend, &cursor).await.into_iter().enumerate() {
            let expected = (other != kind).then_some(ErrorKind::Misuse);
            assert_eq!(answer, expected, "cursor {kind}, query {other}");
        }
    }
}

async fn a_made_up_cursor_is_misuse(backend: Backend) {
    for text in [
        "",
        "e",
        "e.",
        "e.x.y",
        "p.1",
        "r...",
        "t.",
        "t.\n",
        "' OR 1=1 --",
        "\0",
    ] {
        let cursor = Cursor::from(text.to_owned());
        assert_eq!(
            answers(&backend, &cursor).await,
            [Some(ErrorKind::Misuse); 4],
            "{text:?}"
        );
    }
}

async fn a_cursor_outlives_its_text(backend: Backend) {
    store(&backend, &episodes(0..3)).await;
    let cursor = page(&backend, &all(), &first(1))
        .await
        .next
        .expect("a second page");
    let copy = Cursor::from(cursor.to_string());
    let rest = page(&backend, &all(), &first(5).after(copy)).await;
    assert_eq!(rest.items, [1, 0].map(id));
    // A position may also be that of an item that was never there.
    let between = (time(1), id(9)).to_cursor();
    let rest = page(&backend, &all(), &first(5).after(between)).await;
    assert_eq!(rest.items, [1, 0].map(id));
}

async fn small_relationships_and_tags_are_limited_by_their_number(backend: Backend) {
    let owned: Vec<String> = (0..60).map(|n| format!("{n:0>64}")).collect();
    let names: Vec<&str> = owned.iter().map(String::as_str).collect();
    store(&backend, &episodes(1..=60)).await;
    store_one(
        &backend,
        &episode_with(0, |draft| draft.tags = tags(&names)),
    )
    .await;
    let kind = RelationshipKind::References;
    let edges: Vec<_> = (1..=60).map(|n| edge(kind, 0, n)).collect();
    relate(&backend, &edges).await;
    let query = RelationshipQuery::all(here());
    for limit in [1, 7, 59, 60, 61] {
        let page = async |page| backend.query_relationships(&query, &page).await;
        let pages = all_pages(limit, page).await.expect("query_relationships");
        let keys: Vec<RelationshipKey> = pages
            .concat()
            .iter()
            .map(EpisodeRelationship::key)
            .collect();
        assert!(keys.is_sorted(), "{keys:?}");
        assert_eq!((pages.len(), keys.len()), (60_usize.div_ceil(limit), 60));
        let pages = all_pages(limit, async |page| backend.list_tags(&here(), &page).await).await;
        let pages = pages.expect("list_tags");
        let found: Vec<_> = pages
            .concat()
            .iter()
            .map(|count| count.tag.as_str().to_owned())
            .collect();
        assert_eq!(
            (pages.len(), &found[..]),
            (60_usize.div_ceil(limit), &owned[..])
        );
    }
}
