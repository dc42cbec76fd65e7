//! Small records with numbers for ids, and what the cases ask of a backend again and again.

use super::Backend;
use crate::limits::{EPISODE_BYTES_MAX, RELATIONSHIPS_MAX};
use crate::tag::{TAGS_BYTES_MAX, tags_len};
use crate::testing::all_pages;
use crate::testing::model::State;
use crate::{
    Atomicity, Episode, EpisodeDraft, EpisodeId, EpisodeQuery, EpisodeRelationship, ErrorKind,
    ExternalId, Lesson, Namespace, Pattern, PatternDraft, PatternId, PatternQuery,
    RelationshipKind, Result, Revision, Stored, Tag, Tags, TaskType, Timestamp, Update,
};
use std::fmt::Debug;
use std::sync::Arc;

fn bytes(n: u32) -> [u8; 16] {
    (u128::from(n) << 64).to_be_bytes()
}

pub(super) fn id(n: u32) -> EpisodeId {
    EpisodeId::from_bytes(bytes(n))
}

pub(super) fn pattern_id(n: u32) -> PatternId {
    PatternId::from_bytes(bytes(n))
}

/// `n` microseconds after a day in 2023.
pub(super) fn time(n: u32) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + i64::from(n)).expect("in range")
}

pub(super) fn revision(n: u64) -> Revision {
    Revision::new(n).expect("in range")
}

pub(super) fn here() -> Namespace {
    Namespace::default()
}

pub(super) fn namespace(text: &str) -> Namespace {
    Namespace::new(text).expect("a valid name")
}

pub(super) fn external(text: &str) -> ExternalId {
    ExternalId::new(text).expect("a valid name")
}

pub(super) fn tag(text: &str) -> Tag {
    Tag::new(text).expect("a valid tag")
}

pub(super) fn tags(texts: &[&str]) -> Tags {
    texts.iter().map(|text| tag(text)).collect()
}

pub(super) fn task_type(text: &str) -> TaskType {
    TaskType::new(text).expect("a valid name")
}

/// The plain episode with id `n`, which began at time `n`.
pub(super) fn episode(n: u32) -> Episode {
    episode_with(n, |_| ())
}

/// The plain episode with id `n`, changed.
pub(super) fn episode_with(n: u32, change: impl FnOnce(&mut EpisodeDraft)) -> Episode {
    let mut draft = EpisodeDraft::new(task_type("t"), "", time(n));
    draft.id = id(n);
    change(&mut draft);
    draft.finish().expect("a valid episode")
}

pub(super) fn episodes(numbers: impl IntoIterator<Item = u32>) -> Vec<Episode> {
    numbers.into_iter().map(episode).collect()
}

/// The plain episode with id `n` and this description.
pub(super) fn told(n: u32, description: &str) -> Episode {
    episode_with(n, |draft| draft.description = description.to_owned())
}

/// The plain episode with id `n` and this external id.
pub(super) fn known_as(n: u32, external_id: &str) -> Episode {
    episode_with(n, |draft| draft.external_id = Some(external(external_id)))
}

/// An episode whose description alone has this many bytes.
pub(super) fn large(n: u32, bytes: usize) -> Episode {
    told(n, &"x".repeat(bytes))
}

/// The largest episode that there can be before it has tags.
pub(super) fn largest(n: u32) -> Episode {
    let plain = episode(n).size_bytes() - tags_len(&Tags::new());
    large(n, EPISODE_BYTES_MAX - TAGS_BYTES_MAX - plain)
}

/// The plain pattern with id `n`, made at time `n`.
pub(super) fn pattern(n: u32) -> Pattern {
    pattern_with(n, |_| ())
}

/// The plain pattern with id `n`, changed.
pub(super) fn pattern_with(n: u32, change: impl FnOnce(&mut PatternDraft)) -> Pattern {
    let lesson = Lesson::ToolSequence { tools: Vec::new() };
    let mut draft = PatternDraft::new(lesson, time(n));
    draft.id = pattern_id(n);
    change(&mut draft);
    draft.finish().expect("a valid pattern")
}

/// The plain pattern with id `n` that was learnt from these episodes.
pub(super) fn learnt(n: u32, sources: &[u32]) -> Pattern {
    pattern_with(n, |draft| {
        draft.sources = sources.iter().map(|n| id(*n)).collect();
    })
}

pub(super) fn edge(kind: RelationshipKind, from: u32, to: u32) -> EpisodeRelationship {
    EpisodeRelationship::new(here(), kind, id(from), id(to), time(0)).expect("two episodes")
}

/// An update made from this revision.
pub(super) fn update<T>(value: T, expected: u64) -> Update<T> {
    Update::new(value, revision(expected))
}

pub(super) async fn store(backend: &Backend, episodes: &[Episode]) -> Vec<Stored<EpisodeId>> {
    let stored = backend
        .store_episodes(episodes, Atomicity::AllOrNothing)
        .await;
    stored.expect("store_episodes")
}

pub(super) async fn store_one(backend: &Backend, episode: &Episode) -> Stored<EpisodeId> {
    backend.store_episode(episode).await.expect("store_episode")
}

pub(super) async fn store_patterns(
    backend: &Backend,
    patterns: &[Pattern],
) -> Vec<Stored<PatternId>> {
    let stored = backend
        .store_patterns(patterns, Atomicity::AllOrNothing)
        .await;
    stored.expect("store_patterns")
}

pub(super) async fn relate(backend: &Backend, edges: &[EpisodeRelationship]) {
    for part in edges.chunks(RELATIONSHIPS_MAX) {
        let added = backend.add_relationships(part).await;
        added.expect("add_relationships");
    }
}

/// The stored episode with id `n`.
pub(super) async fn get(backend: &Backend, n: u32) -> Arc<Episode> {
    let found = backend.get_episode(&here(), id(n)).await;
    found.expect("get_episode").expect("an episode")
}

/// The stored pattern with id `n`.
pub(super) async fn get_pattern(backend: &Backend, n: u32) -> Arc<Pattern> {
    let found = backend.get_pattern(&here(), pattern_id(n)).await;
    found.expect("get_pattern").expect("a pattern")
}

/// Which episode this external id means.
pub(super) async fn find(backend: &Backend, external_id: &str) -> Option<EpisodeId> {
    let ids = backend
        .find_episode_ids(&here(), &[external(external_id)])
        .await;
    ids.expect("find_episode_ids")[0]
}

/// Everything in the default namespace.
pub(super) async fn state(backend: &Backend) -> State {
    State::read(&**backend, &here()).await
}

/// The ids that a query finds, over pages of this many items.
pub(super) async fn ids(backend: &Backend, query: &EpisodeQuery, limit: usize) -> Vec<EpisodeId> {
    let page = async |page| backend.query_episodes(query, &page).await;
    let pages = all_pages(limit, page).await.expect("query_episodes");
    pages.iter().flatten().map(|episode| episode.id).collect()
}

/// The ids that a query finds, over pages of this many items.
pub(super) async fn pattern_ids(
    backend: &Backend,
    query: &PatternQuery,
    limit: usize,
) -> Vec<PatternId> {
    let page = async |page| backend.query_patterns(query, &page).await;
    let pages = all_pages(limit, page).await.expect("query_patterns");
    pages.iter().flatten().map(|pattern| pattern.id).collect()
}

/// The call must have failed so, with nothing stored.
#[track_caller]
pub(super) fn fails<T: Debug>(result: Result<T>, kind: ErrorKind, index: Option<usize>) {
    let error = result.expect_err("the call must fail");
    assert_eq!((error.kind(), error.index()), (kind, index), "{error}");
    assert_eq!(error.committed(), 0, "{error}");
}

/// Compares by text, which tells -0.0 from 0.0.
#[track_caller]
pub(super) fn same<T: Debug>(observed: &T, expected: &T) {
    let (observed, expected) = (format!("{observed:?}"), format!("{expected:?}"));
    assert!(
        observed == expected,
        "observed: {observed}\nexpected: {expected}"
    );
}
