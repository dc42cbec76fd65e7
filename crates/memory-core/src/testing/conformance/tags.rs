//! Tags: changed, renamed, listed, and found by.

use super::Backend;
use super::case::cases;
use super::fixture::{
    episode, episode_with, fails, get, here, id, ids, largest, revision, same, state, store,
    store_one, tag, tags, time,
};
use crate::limits::TAGS_MAX;
use crate::testing::{any_tag, samples};
use crate::{
    Episode, EpisodeId, EpisodeQuery, ErrorKind, PageRequest, Revision, Tag, TagChange, Tags,
};

cases![
    tags_can_be_added_and_removed,
    a_change_that_changes_nothing_keeps_the_revision,
    a_tag_to_be_added_and_removed_is_removed,
    the_tags_of_an_episode_that_is_not_there_are_not_found,
    f63_an_episode_takes_64_tags_and_not_one_more,
    f63_the_limit_counts_what_is_left_in_the_end,
    the_largest_episode_takes_every_tag,
    a_renamed_tag_is_renamed_everywhere,
    renaming_to_a_tag_that_is_there_leaves_one,
    renaming_to_itself_changes_nothing,
    renaming_a_tag_that_nobody_has_counts_nothing,
    tags_in_use_are_listed_with_their_counts,
    a_tag_that_is_no_longer_used_is_not_listed,
    tags_are_found_by_all_and_by_any,
    f67_any_tag_finds_its_episode_and_is_listed,
];

fn tagged(n: u32, texts: &[&str]) -> Episode {
    episode_with(n, |draft| draft.tags = tags(texts))
}

fn change(add: &[&str], remove: &[&str]) -> TagChange {
    TagChange {
        add: tags(add),
        remove: tags(remove),
    }
}

/// Changes the tags of episode 1.
async fn changed(backend: &Backend, change: &TagChange) -> Revision {
    let revision = backend.change_tags(&here(), id(1), change, time(9)).await;
    revision.expect("change_tags")
}

async fn rename(backend: &Backend, from: &str, to: &str) -> u64 {
    let renamed = backend
        .rename_tag(&here(), &tag(from), &tag(to), time(9))
        .await;
    renamed.expect("rename_tag")
}

async fn listed(backend: &Backend) -> Vec<(String, u64)> {
    let page = backend.list_tags(&here(), &PageRequest::default()).await;
    let items = page.expect("list_tags").items.into_iter();
    items
        .map(|count| (count.tag.to_string(), count.episodes))
        .collect()
}

async fn tags_can_be_added_and_removed(backend: Backend) {
    store_one(&backend, &tagged(1, &["a", "b"])).await;
    assert_eq!(
        changed(&backend, &change(&["c", "d"], &["a"])).await,
        revision(2)
    );
    let found = get(&backend, 1).await;
    let mut expected = tagged(1, &["b", "c", "d"]).into_draft();
    (expected.revision, expected.updated_at) = (revision(2), time(9));
    same(&*found, &expected.finish().expect("a valid episode"));
    assert_eq!(
        changed(&backend, &change(&[], &["b", "c", "d"])).await,
        revision(3)
    );
    assert!(get(&backend, 1).await.tags.is_empty());
}

async fn a_change_that_changes_nothing_keeps_the_revision(backend: Backend) {
    store_one(&backend, &tagged(1, &["a"])).await;
    let before = state(&backend).await;
    for nothing in [
        change(&[], &[]),
        change(&["a"], &[]),
        change(&[], &["b"]),
        change(&["b"], &["b"]),
    ] {
        assert_eq!(
            changed(&backend, &nothing).await,
            revision(1),
            "{nothing:?}"
        );
        same(&state(&backend).await, &before);
    }
}

async fn a_tag_to_be_added_and_removed_is_removed(backend: Backend) {
    store_one(&backend, &tagged(1, &["a"])).await;
    assert_eq!(
        changed(&backend, &change(&["a", "b"], &["a"])).await,
        revision(2)
    );
    assert_eq!(get(&backend, 1).await.tags, tags(&["b"]));
}

async fn the_tags_of_an_episode_that_is_not_there_are_not_found(backend: Backend) {
    let add = TagChange::add(tag("a"));
    let result = backend.change_tags(&here(), id(1), &add, time(9)).await;
    fails(result, ErrorKind::NotFound, None);
    assert!(listed(&backend).await.is_empty());
}

/// `count` tags from number `begin` on.
fn numbered(begin: usize, count: usize) -> Tags {
    (begin..begin + count)
        .map(|n| tag(&format!("n{n:0>63}")))
        .collect()
}

async fn f63_an_episode_takes_64_tags_and_not_one_more(backend: Backend) {
    store_one(&backend, &episode(1)).await;
    let add = |begin, count| TagChange {
        add: numbered(begin, count),
        remove: Tags::new(),
    };
    assert_eq!(changed(&backend, &add(0, TAGS_MAX)).await, revision(2));
    let before = state(&backend).await;
    for change in [add(TAGS_MAX, 1), add(0, 10_000)] {
        let result = backend.change_tags(&here(), id(1), &change, time(9)).await;
        fails(result, ErrorKind::Limit, None);
        same(&state(&backend).await, &before);
    }
}

async fn f63_the_limit_counts_what_is_left_in_the_end(backend: Backend) {
    store_one(
        &backend,
        &episode_with(1, |draft| draft.tags = numbered(0, TAGS_MAX)),
    )
    .await;
    let change = TagChange {
        add: numbered(TAGS_MAX, 10),
        remove: numbered(0, 10),
    };
    assert_eq!(changed(&backend, &change).await, revision(2));
    assert_eq!(get(&backend, 1).await.tags, numbered(10, TAGS_MAX));
}

async fn the_largest_episode_takes_every_tag(backend: Backend) {
    store_one(&backend, &largest(1)).await;
    let quotes = "\"".repeat(62);
    let add = TagChange {
        add: (0..TAGS_MAX)
            .map(|n| tag(&format!("{n:0>2}{quotes}")))
            .collect(),
        remove: Tags::new(),
    };
    assert_eq!(changed(&backend, &add).await, revision(2));
    assert_eq!(get(&backend, 1).await.tags, add.add);
}

async fn a_renamed_tag_is_renamed_everywhere(backend: Backend) {
    store(
        &backend,
        &[tagged(1, &["a", "x"]), tagged(2, &["a"]), tagged(3, &["x"])],
    )
    .await;
    let untouched = get(&backend, 3).await;
    assert_eq!(rename(&backend, "a", "b").await, 2);
    assert_eq!(get(&backend, 1).await.tags, tags(&["b", "x"]));
    let found = get(&backend, 2).await;
    assert_eq!(found.tags, tags(&["b"]));
    assert_eq!((found.revision, found.updated_at), (revision(2), time(9)));
    same(&get(&backend, 3).await, &untouched);
    assert_eq!(listed(&backend).await, [("b".into(), 2), ("x".into(), 2)]);
}

async fn renaming_to_a_tag_that_is_there_leaves_one(backend: Backend) {
    store(&backend, &[tagged(1, &["a", "b"]), tagged(2, &["a"])]).await;
    assert_eq!(rename(&backend, "a", "b").await, 2);
    for n in [1, 2] {
        let found = get(&backend, n).await;
        assert_eq!((&found.tags, found.revision), (&tags(&["b"]), revision(2)));
    }
    assert_eq!(listed(&backend).await, [("b".into(), 2)]);
}

async fn renaming_to_itself_changes_nothing(backend: Backend) {
    store(&backend, &[tagged(1, &["a", "b"]), tagged(2, &["a"])]).await;
    let before = state(&backend).await;
    assert_eq!(rename(&backend, "a", " A ").await, 2);
    same(&state(&backend).await, &before);
}

async fn renaming_a_tag_that_nobody_has_counts_nothing(backend: Backend) {
    store(&backend, &[tagged(1, &["a"])]).await;
    let before = state(&backend).await;
    assert_eq!(rename(&backend, "b", "c").await, 0);
    same(&state(&backend).await, &before);
}

async fn tags_in_use_are_listed_with_their_counts(backend: Backend) {
    assert!(listed(&backend).await.is_empty());
    store(
        &backend,
        &[
            tagged(1, &["b", "a", "c"]),
            tagged(2, &["c", "b"]),
            tagged(3, &["c"]),
        ],
    )
    .await;
    let expected = [("a", 1), ("b", 2), ("c", 3)].map(|(tag, count)| (tag.to_owned(), count));
    assert_eq!(listed(&backend).await, expected);
}

async fn a_tag_that_is_no_longer_used_is_not_listed(backend: Backend) {
    store(&backend, &[tagged(1, &["a", "b"])]).await;
    changed(&backend, &TagChange::remove(tag("a"))).await;
    assert_eq!(listed(&backend).await, [("b".into(), 1)]);
    store_one(&backend, &tagged(1, &["c"])).await;
    assert_eq!(listed(&backend).await, [("c".into(), 1)]);
}

async fn found(backend: &Backend, all: &[&str], any: &[&str]) -> Vec<EpisodeId> {
    let query = EpisodeQuery {
        tags_all: tags(all),
        tags_any: tags(any),
        ..EpisodeQuery::all(here())
    };
    ids(backend, &query, 100).await
}

async fn tags_are_found_by_all_and_by_any(backend: Backend) {
    store(
        &backend,
        &[
            tagged(1, &[]),
            tagged(2, &["a"]),
            tagged(3, &["a", "b"]),
            tagged(4, &["b", "c"]),
        ],
    )
    .await;
    assert_eq!(found(&backend, &[], &[]).await, [4, 3, 2, 1].map(id));
    assert_eq!(found(&backend, &["a"], &[]).await, [3, 2].map(id));
    assert_eq!(found(&backend, &["a", "b"], &[]).await, [id(3)]);
    assert_eq!(found(&backend, &["a", "c"], &[]).await, []);
    assert_eq!(found(&backend, &[], &["a"]).await, [3, 2].map(id));
    assert_eq!(
        found(&backend, &[], &["a", "b", "z"]).await,
        [4, 3, 2].map(id)
    );
    assert_eq!(found(&backend, &["b"], &["a", "c"]).await, [4, 3].map(id));
    assert_eq!(found(&backend, &["b"], &["z"]).await, []);
    let many: Vec<String> = (0..300).map(|n| format!("none{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).chain(["c"]).collect();
    assert_eq!(found(&backend, &[], &many).await, [id(4)]);
}

async fn f67_any_tag_finds_its_episode_and_is_listed(backend: Backend) {
    let all: Tags = samples(&any_tag(), 60).into_iter().collect();
    for (n, one) in (0..).zip(&all) {
        store_one(
            &backend,
            &episode_with(n, |draft| draft.tags = [one.clone()].into()),
        )
        .await;
    }
    for (n, one) in (0..).zip(&all) {
        let found = found(&backend, &[one.as_str()], &[]).await;
        assert_eq!(found, [id(n)], "{one:?}");
    }
    let listed: Vec<Tag> = state(&backend)
        .await
        .tags
        .into_iter()
        .map(|count| count.tag)
        .collect();
    assert_eq!(
        listed,
        all.into_iter().collect::<Vec<_>>(),
        "sorted by their bytes"
    );
}
