//! Metadata is literal: no character means anything in it.

use super::Backend;
use super::case::cases;
use super::fixture::{episode_with, here, id, ids, store};
use crate::testing::{any_metadata, samples};
use crate::{Episode, EpisodeQuery, Metadata};

cases![
    f67_keys_and_values_mean_nothing_but_themselves,
    f67_a_key_is_no_path_into_another,
    f67_any_entry_finds_its_episode,
    a_key_without_a_value_is_not_an_empty_value,
    all_entries_must_be_there,
    a_value_is_compared_whole,
    every_entry_of_the_largest_metadata_can_be_found,
];

/// Keys and values that have a meaning in SQL, in JSON paths, in patterns, in globs.
const WORDS: [&str; 22] = [
    "k",
    "K",
    "a.b",
    "a",
    "b",
    "$",
    "$.a",
    "$.a.b",
    "[0]",
    "$[0]",
    "\"",
    "'",
    "\"a\"",
    "%",
    "_",
    "*",
    "?",
    "' OR 1=1 --",
    "\\",
    "k ",
    "\u{e9}",
    "e\u{301}",
];

fn marked(n: u32, key: &str, value: &str) -> Episode {
    let metadata = Metadata::new().with(key, value).expect("a valid entry");
    episode_with(n, |draft| draft.metadata = metadata)
}

fn wanted(key: &str, value: &str) -> EpisodeQuery {
    EpisodeQuery {
        metadata: Metadata::new().with(key, value).expect("a valid entry"),
        ..EpisodeQuery::all(here())
    }
}

async fn f67_keys_and_values_mean_nothing_but_themselves(backend: Backend) {
    let by_key = (1..).zip(WORDS).map(|(n, word)| marked(n, word, "value"));
    let by_value = (101..).zip(WORDS).map(|(n, word)| marked(n, "key", word));
    store(&backend, &by_key.chain(by_value).collect::<Vec<_>>()).await;
    for (n, word) in (1..).zip(WORDS) {
        assert_eq!(
            ids(&backend, &wanted(word, "value"), 9).await,
            [id(n)],
            "{word:?}"
        );
        assert_eq!(
            ids(&backend, &wanted("key", word), 9).await,
            [id(n + 100)],
            "{word:?}"
        );
        assert!(
            ids(&backend, &wanted(word, "other"), 9).await.is_empty(),
            "{word:?}"
        );
    }
}

// A JSON path would find the value of `b` inside the object `a`.
async fn f67_a_key_is_no_path_into_another(backend: Backend) {
    store(
        &backend,
        &[marked(1, "a", "{\"b\":\"v\"}"), marked(2, "a.b", "v")],
    )
    .await;
    assert_eq!(ids(&backend, &wanted("a.b", "v"), 9).await, [id(2)]);
    assert!(ids(&backend, &wanted("$.a.b", "v"), 9).await.is_empty());
    assert!(ids(&backend, &wanted("b", "v"), 9).await.is_empty());
}

async fn f67_any_entry_finds_its_episode(backend: Backend) {
    let many = samples(&any_metadata(), 60);
    let episodes = (0..).zip(&many);
    let episodes = episodes.map(|(n, m)| episode_with(n, |draft| draft.metadata = m.clone()));
    let episodes: Vec<Episode> = episodes.collect();
    store(&backend, &episodes).await;
    for (key, value) in many.iter().flat_map(Metadata::iter) {
        let query = wanted(key, value);
        let matching = episodes
            .iter()
            .rev()
            .filter(|episode| query.matches(episode));
        let expected: Vec<_> = matching.map(|episode| episode.id).collect();
        assert_eq!(
            ids(&backend, &query, 100).await,
            expected,
            "{key:?}: {value:?}"
        );
    }
}

async fn a_key_without_a_value_is_not_an_empty_value(backend: Backend) {
    store(&backend, &[marked(1, "k", ""), marked(2, "l", "x")]).await;
    assert_eq!(ids(&backend, &wanted("k", ""), 9).await, [id(1)]);
    assert!(ids(&backend, &wanted("m", ""), 9).await.is_empty());
}

async fn all_entries_must_be_there(backend: Backend) {
    let both = Metadata::new()
        .with("a", "1")
        .and_then(|all| all.with("b", "2"));
    let both = both.expect("valid entries");
    let all = episode_with(3, |draft| draft.metadata = both.clone());
    store(&backend, &[marked(1, "a", "1"), marked(2, "b", "2"), all]).await;
    let query = EpisodeQuery {
        metadata: both,
        ..EpisodeQuery::all(here())
    };
    assert_eq!(ids(&backend, &query, 9).await, [id(3)]);
    // Two values of one key are no entry of each other's.
    store(&backend, &[marked(4, "a", "2")]).await;
    assert!(!ids(&backend, &wanted("a", "1"), 9).await.contains(&id(4)));
}

async fn a_value_is_compared_whole(backend: Backend) {
    let long = "v".repeat(4_096);
    store(
        &backend,
        &[marked(1, "k", &long), marked(2, "k", &long[1..])],
    )
    .await;
    assert_eq!(ids(&backend, &wanted("k", &long), 9).await, [id(1)]);
    assert_eq!(ids(&backend, &wanted("k", &long[1..]), 9).await, [id(2)]);
    assert!(ids(&backend, &wanted("k", "v"), 9).await.is_empty());
}

async fn every_entry_of_the_largest_metadata_can_be_found(backend: Backend) {
    let all = (0..crate::limits::METADATA_ENTRIES_MAX).fold(Metadata::new(), |all, n| {
        all.with(format!("k{n}"), n.to_string())
            .expect("a valid entry")
    });
    store(
        &backend,
        &[episode_with(1, |draft| draft.metadata = all.clone())],
    )
    .await;
    let query = EpisodeQuery {
        metadata: all,
        ..EpisodeQuery::all(here())
    };
    assert_eq!(ids(&backend, &query, 9).await, [id(1)]);
    assert_eq!(ids(&backend, &wanted("k63", "63"), 9).await, [id(1)]);
}
