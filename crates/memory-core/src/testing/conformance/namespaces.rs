//! Namespaces do not see each other, however alike their names are.

use super::Backend;
use super::case::cases;
use super::fixture::{
    episode_with, external, fails, id, namespace, pattern_id, pattern_with, same, tag, time, update,
};
use crate::testing::model::State;
use crate::{
    Change, Episode, EpisodeQuery, EpisodeRelationship, ErrorKind, Namespace, Pattern,
    PatternQuery, RelatedQuery, RelationshipKind, TagChange,
};

cases![
    f67_the_same_ids_live_in_every_namespace,
    f67_queries_see_one_namespace,
    f67_deleting_and_tagging_touch_one_namespace,
    f67_updates_touch_one_namespace,
    relationships_do_not_cross_namespaces,
    one_batch_may_store_into_several_namespaces,
    a_namespace_that_nobody_used_is_empty,
];

/// Names of which one is part of another, or a pattern for it, or a spelling of it.
const NAMES: [&str; 12] = [
    "foo", "foobar", "FOO", "fo_", "fo%", "%", "_oo", "fo", "f\u{f8}o", "foo ", "foo'", "*",
];

fn names() -> impl Iterator<Item = Namespace> {
    NAMES.into_iter().map(namespace)
}

/// An episode that says where it is.
fn resident(place: &Namespace, n: u32) -> Episode {
    episode_with(n, |draft| {
        draft.namespace = place.clone();
        draft.external_id = Some(external(&format!("x{n}")));
        draft.description = place.to_string();
        draft.tags = [tag("a")].into();
        draft.metadata.insert("k", "v").expect("a valid entry");
        draft.patterns = [pattern_id(1)].into();
    })
}

fn lesson(place: &Namespace) -> Pattern {
    pattern_with(1, |draft| {
        draft.namespace = place.clone();
        draft.sources = [id(1)].into();
    })
}

fn edge(place: &Namespace) -> EpisodeRelationship {
    let (from, to) = (id(1), id(2));
    EpisodeRelationship::new(
        place.clone(),
        RelationshipKind::DependsOn,
        from,
        to,
        time(0),
    )
    .expect("two episodes")
}

/// Fills every namespace alike.
async fn fill(backend: &Backend) {
    for place in names() {
        let residents = [resident(&place, 1), resident(&place, 2)];
        let stored = backend
            .store_episodes_with_patterns(&residents, &[lesson(&place)])
            .await;
        let (stored, _) = stored.expect("store_episodes_with_patterns");
        assert!(
            stored.iter().all(|stored| stored.change == Change::Created),
            "{place:?}"
        );
        let added = backend.add_relationship(&edge(&place)).await;
        assert_eq!(added.expect("add_relationship"), Change::Created);
    }
}

async fn states(backend: &Backend) -> Vec<State> {
    let mut states = Vec::new();
    for place in names() {
        states.push(State::read(&**backend, &place).await);
    }
    states
}

/// Changes the first namespace, and expects all others to be as before.
async fn touches_one(backend: &Backend, change: impl AsyncFnOnce(Backend, Namespace)) {
    let before = states(backend).await;
    change(backend.clone(), namespace(NAMES[0])).await;
    let after = states(backend).await;
    assert_ne!(after[0], before[0]);
    for (place, (after, before)) in names().zip(after.iter().zip(&before)).skip(1) {
        assert!(after == before, "{place:?} was changed too");
    }
}

async fn f67_the_same_ids_live_in_every_namespace(backend: Backend) {
    fill(&backend).await;
    for place in names() {
        let found = backend
            .get_episode(&place, id(1))
            .await
            .expect("get_episode");
        same(&*found.expect("an episode"), &resident(&place, 1));
        let found = backend.find_episode_ids(&place, &[external("x2")]).await;
        assert_eq!(found.expect("find_episode_ids"), [Some(id(2))]);
        let found = backend
            .get_pattern(&place, pattern_id(1))
            .await
            .expect("get_pattern");
        same(&*found.expect("a pattern"), &lesson(&place));
    }
}

async fn f67_queries_see_one_namespace(backend: Backend) {
    fill(&backend).await;
    for place in names() {
        let state = State::read(&*backend, &place).await;
        assert_eq!(state.episodes.len(), 2, "{place:?}");
        assert!(
            state
                .episodes
                .iter()
                .all(|episode| episode.namespace == place)
        );
        assert_eq!((state.patterns.len(), state.relationships.len()), (1, 1));
        assert_eq!((state.tags.len(), state.tags[0].episodes), (1, 2));
        let filtered = EpisodeQuery {
            tags_any: [tag("a")].into(),
            metadata: resident(&place, 1).metadata.clone(),
            pattern: Some(pattern_id(1)),
            ..EpisodeQuery::all(place.clone())
        };
        assert_eq!(backend.count_episodes(&filtered).await.expect("count"), 2);
        let learnt = PatternQuery {
            source: Some(id(1)),
            ..PatternQuery::all(place.clone())
        };
        assert_eq!(backend.count_patterns(&learnt).await.expect("count"), 1);
        let related = backend
            .find_related(&RelatedQuery::from(place, id(1)))
            .await;
        assert_eq!(related.expect("find_related").episodes.len(), 1);
    }
}

async fn f67_deleting_and_tagging_touch_one_namespace(backend: Backend) {
    fill(&backend).await;
    touches_one(&backend, async |backend: Backend, place| {
        let change = TagChange::add(tag("b"));
        let changed = backend.change_tags(&place, id(1), &change, time(9)).await;
        changed.expect("change_tags");
    })
    .await;
    touches_one(&backend, async |backend: Backend, place| {
        let renamed = backend
            .rename_tag(&place, &tag("a"), &tag("c"), time(9))
            .await;
        assert_eq!(renamed.expect("rename_tag"), 2);
    })
    .await;
    touches_one(&backend, async |backend: Backend, place| {
        let removed = backend
            .remove_relationship(&place, edge(&place).key())
            .await;
        assert!(removed.expect("remove_relationship"));
    })
    .await;
    touches_one(&backend, async |backend: Backend, place| {
        let deleted = backend.delete_episodes(&place, &[id(1)]).await;
        assert_eq!(deleted.expect("delete_episodes"), 1);
    })
    .await;
    touches_one(&backend, async |backend: Backend, place| {
        let deleted = backend.delete_patterns(&place, &[pattern_id(1)]).await;
        assert_eq!(deleted.expect("delete_patterns"), 1);
    })
    .await;
}

async fn f67_updates_touch_one_namespace(backend: Backend) {
    fill(&backend).await;
    touches_one(&backend, async |backend: Backend, place: Namespace| {
        let mut draft = resident(&place, 1).into_draft();
        draft.external_id = None;
        let value = draft.finish().expect("a valid episode");
        backend
            .update_episode(&update(value, 1))
            .await
            .expect("update_episode");
    })
    .await;
    touches_one(&backend, async |backend: Backend, place: Namespace| {
        let mut draft = lesson(&place).into_draft();
        draft.occurrences = 5;
        let value = draft.finish().expect("a valid pattern");
        backend
            .update_pattern(&update(value, 1))
            .await
            .expect("update_pattern");
    })
    .await;
    touches_one(&backend, async |backend: Backend, place: Namespace| {
        let mut draft = resident(&place, 2).into_draft();
        draft.description = "other".into();
        let value = draft.finish().expect("a valid episode");
        let stored = backend.store_episode(&value).await;
        assert_eq!(stored.expect("store_episode").change, Change::Replaced);
    })
    .await;
}

async fn relationships_do_not_cross_namespaces(backend: Backend) {
    let (here, there) = (namespace("here"), namespace("there"));
    let both = [resident(&here, 1), resident(&there, 2)];
    let stored = backend
        .store_episodes(&both, crate::Atomicity::AllOrNothing)
        .await;
    stored.expect("store_episodes");
    for place in [&here, &there] {
        let result = backend.add_relationship(&edge(place)).await;
        fails(result, ErrorKind::NotFound, Some(0));
    }
}

async fn one_batch_may_store_into_several_namespaces(backend: Backend) {
    let batch: Vec<Episode> = names().map(|place| resident(&place, 1)).collect();
    let stored = backend
        .store_episodes(&batch, crate::Atomicity::AllOrNothing)
        .await;
    let stored = stored.expect("store_episodes");
    assert!(
        stored.iter().all(|stored| stored.change == Change::Created),
        "{stored:?}"
    );
    for place in names() {
        let found = backend
            .get_episode(&place, id(1))
            .await
            .expect("get_episode");
        same(&*found.expect("an episode"), &resident(&place, 1));
    }
}

async fn a_namespace_that_nobody_used_is_empty(backend: Backend) {
    fill(&backend).await;
    let nobody = namespace("nobody");
    let state = State::read(&*backend, &nobody).await;
    assert!(state.episodes.is_empty() && state.patterns.is_empty());
    assert!(state.relationships.is_empty() && state.tags.is_empty());
    let deleted = backend.delete_episodes(&nobody, &[id(1)]).await;
    assert_eq!(deleted.expect("delete_episodes"), 0);
    let renamed = backend
        .rename_tag(&nobody, &tag("a"), &tag("b"), time(0))
        .await;
    assert_eq!(renamed.expect("rename_tag"), 0);
}
