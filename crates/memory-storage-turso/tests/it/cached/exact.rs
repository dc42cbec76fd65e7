//! What a write makes obsolete, and what it leaves; and the ways around the cache.

use super::world::{World, numbered};
use memory_storage_turso::{
    CacheConfig, CacheLives, CachedStorage, EpisodeId, EpisodeQuery, EpisodeStore as _,
    ManualClock, Metadata, Namespace, PageRequest, PatternStore as _, Tag,
};
use std::time::Duration;

/// Which of these reads ask the backend after the write.
async fn asks_again(world: &World, write: &str, reads: &[&'static str]) -> Vec<&'static str> {
    world.read_all(&world.cached).await;
    world.write(&world.cached, write).await.unwrap();
    let mut asked = Vec::new();
    for &read in reads {
        let calls = world.faults.calls();
        world.read(&world.cached, read).await;
        if world.faults.calls() > calls {
            asked.push(read);
        }
    }
    asked
}

const ALL: [&str; 7] = [
    "get_episode",
    "query_episodes",
    "list_tags",
    "get_pattern",
    "count_patterns",
    "query_relationships",
    "find_related",
];

#[tokio::test]
async fn a_write_makes_obsolete_what_it_can_have_changed_and_nothing_else() {
    let episodes = ["query_episodes", "list_tags"];
    let edges = ["query_relationships", "find_related"];
    let patterns = ["get_pattern", "count_patterns"];
    for (write, obsolete) in [
        ("store two", episodes.to_vec()),
        ("store_episodes", [&["get_episode"], &episodes[..]].concat()),
        (
            "store under the external id",
            [&["get_episode"], &episodes[..]].concat(),
        ),
        ("change_tags", [&["get_episode"], &episodes[..]].concat()),
        ("update_patterns", patterns.to_vec()),
        (
            "delete_patterns",
            [&["get_episode"], &episodes[..], &patterns].concat(),
        ),
        ("add_relationships", edges.to_vec()),
        ("remove_relationships", edges.to_vec()),
        ("delete_episodes", ALL.to_vec()),
    ] {
        let world = World::new().await;
        assert_eq!(asks_again(&world, write, &ALL).await, obsolete, "{write}");
    }
}

#[tokio::test]
async fn a_write_in_another_namespace_leaves_all_as_it_is() {
    let world = World::new().await;
    let truth = world.read_all(&world.cached).await;
    let mut draft = numbered(1).into_draft();
    draft.namespace = Namespace::new("another").unwrap();
    world
        .cached
        .store_episode(&draft.finish().unwrap())
        .await
        .unwrap();
    let other = Namespace::new("another").unwrap();
    world
        .cached
        .delete_patterns(&other, &[world.pattern.id])
        .await
        .unwrap();
    let calls = world.faults.calls();
    assert_eq!(world.read_all(&world.cached).await, truth);
    assert_eq!(world.faults.calls(), calls);
}

#[tokio::test]
async fn queries_that_look_alike_are_told_apart() {
    let world = World::new().await;
    let query = |tag: &str, metadata: &[(&str, &str)]| EpisodeQuery {
        tags_all: [Tag::new(tag).unwrap()].into(),
        metadata: metadata.iter().fold(Metadata::new(), |all, (key, value)| {
            all.with(*key, *value).unwrap()
        }),
        ..EpisodeQuery::default()
    };
    let queries = [
        query("api", &[]),
        query("a,b", &[]),
        query("a b", &[]),
        query("api", &[("a", "b=c")]),
        query("api", &[("a=b", "c")]),
        EpisodeQuery {
            tags_any: [Tag::new("api").unwrap()].into(),
            ..EpisodeQuery::default()
        },
    ];
    let calls = world.faults.calls();
    for query in &queries {
        world.cached.count_episodes(query).await.unwrap();
    }
    let limits = [1, 2].map(|limit| PageRequest::first(limit).unwrap());
    for page in &limits {
        world
            .cached
            .query_episodes(&queries[0], page)
            .await
            .unwrap();
    }
    // One more for the look at the writes of others.
    assert_eq!(
        world.faults.calls() - calls,
        queries.len() + limits.len() + 1
    );
}

#[tokio::test]
async fn a_call_around_the_cache_asks_the_backend_and_leaves_the_cache_alone() {
    let world = World::new().await;
    let truth = world.read_all(&world.cached).await;
    let held = world.cached.figures();
    let calls = world.faults.calls();
    assert_eq!(world.read_all(&world.cached.uncached()).await, truth);
    assert!(world.faults.calls() > calls);
    let now = world.cached.figures();
    assert_eq!(
        [now.episodes, now.patterns, now.relationships, now.queries],
        [
            held.episodes,
            held.patterns,
            held.relationships,
            held.queries
        ]
    );
    // Its writes are not hidden from the cache.
    world
        .write(&world.cached.uncached(), "store_episodes")
        .await
        .unwrap();
    let truth = world.read_all(&world.plain).await;
    assert_eq!(world.read_all(&world.cached).await, truth);
}

#[tokio::test]
async fn without_a_cache_every_call_goes_through() {
    let world = World::new().await;
    let off = CachedStorage::new(world.plain.clone(), &CacheConfig::off()).unwrap();
    for write in ["store_episodes", "change_tags"] {
        world.write(&off, write).await.unwrap();
        let truth = world.read_all(&world.plain).await;
        assert_eq!(world.read_all(&off).await, truth);
    }
    assert_eq!(off.figures(), memory_storage_turso::CacheFigures::default());
}

#[tokio::test]
async fn the_figures_tell_how_long_values_live_and_nothing_where_there_are_none() {
    let world = World::new().await;
    let clock = ManualClock::new();
    let config = CacheConfig::default();
    let cached = CachedStorage::with_clock(world.plain.clone(), &config, &clock).unwrap();
    assert_eq!(cached.figures().lives, CacheLives::default());
    let namespace = Namespace::default();
    for number in [1, 2, 9] {
        let id = EpisodeId::from_bytes([number; 16]);
        cached.get_episode(&namespace, id).await.unwrap();
    }
    let lives = cached.figures().lives;
    // The third is not there, so its place has no part in this. Lives are cut by a tenth at most.
    let spread = lives.episodes.unwrap();
    let ordered = [spread.shortest, spread.median, spread.p90, spread.longest];
    assert!(ordered.is_sorted(), "{ordered:?}");
    let base = config.policy.base_ttl;
    assert!(spread.shortest >= base.mul_f64(0.9) && spread.longest <= base);
    let none = [lives.patterns, lives.relationships, lives.queries];
    assert_eq!(none, [None; 3]);
    // Nobody asks for them any more.
    clock.advance(Duration::from_hours(24));
    let forgotten = cached.figures().lives.episodes.unwrap();
    assert!(forgotten.longest < spread.shortest, "{forgotten:?}");
}
