//! Batches whose records meet in the same rows do what storing them one by one does.

use crate::support::{block_on, episode};
use memory_storage_turso::{
    Atomicity, Change, Episode, EpisodeId, EpisodeQuery, EpisodeStore, ErrorKind, ExternalId,
    InMemoryStorage, RewardScore, Timestamp, TursoStorage,
};
use proptest::prelude::*;

/// An episode of a universe in which most of them meet: few ids, few external ids, few contents.
fn few() -> impl Strategy<Value = Episode> {
    (0..4_u8, prop::option::of(0..3_u8), 0..2_u8).prop_map(|(id, external, content)| {
        let mut episode = episode(&format!("content {content}"));
        let at = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
        let edited = episode.edit(at, |draft| {
            draft.id = EpisodeId::from_bytes([id; 16]);
            draft.external_id = external.map(|x| ExternalId::new(format!("x{x}")).unwrap());
        });
        edited.unwrap();
        episode
    })
}

/// What storing answered, or the kind of its error and the item it names.
fn seen<T>(
    stored: memory_storage_turso::Result<Vec<T>>,
) -> Result<Vec<T>, (ErrorKind, Option<usize>)> {
    stored.map_err(|error| (error.kind(), error.index()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn f69_records_that_meet_are_stored_in_their_order(
        batches in prop::collection::vec(prop::collection::vec(few(), 1..7), 1..5),
    ) {
        block_on(async {
            let storage = TursoStorage::open(":memory:").await.unwrap();
            let reference = InMemoryStorage::new();
            for batch in &batches {
                let found = storage.store_episodes(batch, Atomicity::AllOrNothing).await;
                let expected = reference.store_episodes(batch, Atomicity::AllOrNothing).await;
                assert_eq!(seen(found), seen(expected));
            }
            let report = storage.check().await.unwrap();
            assert!(report.is_clean(), "{report:?}");
        });
    }
}

/// Statements are cut at half a megabyte. Across the cut, too, a record finds what an earlier
/// one of the same batch made.
#[test]
fn a_batch_of_many_statements_is_stored_in_order() {
    let large = |id: u8, seed: u64| {
        let mut state = seed;
        let mut noise = String::new();
        while noise.len() < 300_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            noise.push_str(&state.to_string());
        }
        let mut episode = episode(&noise);
        let at = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
        let edited = episode.edit(at, |draft| draft.id = EpisodeId::from_bytes([id; 16]));
        edited.unwrap();
        episode
    };
    let mut batch: Vec<Episode> = (0..6).map(|n| large(n, u64::from(n))).collect();
    batch.push(large(0, 0));
    batch.push(large(1, 99));
    block_on(async {
        let storage = TursoStorage::open(":memory:").await.unwrap();
        let stored = storage.store_episodes(&batch, Atomicity::AllOrNothing);
        let changes: Vec<Change> = stored.await.unwrap().iter().map(|s| s.change).collect();
        assert_eq!(changes[..6], [Change::Created; 6]);
        assert_eq!(changes[6..], [Change::Unchanged, Change::Replaced]);
    });
}

/// The reals that SQLite does not read exactly from digits: 2.2253204324411944e233 came back as
/// 2.225320432441194e233.
#[test]
fn f68_every_reward_is_stored_exactly() {
    let rewards = [
        0.1,
        2.225_320_432_441_194_4e233,
        -1.343_050_569_498_731_1e-211,
        5e-324,
        f64::MAX,
        f64::MIN,
        1e-5,
        -0.0,
        9_007_199_254_740_993.0,
    ];
    let batch: Vec<Episode> = rewards
        .map(|reward| {
            let mut episode = episode("rewarded");
            let at = Timestamp::from_micros(1_700_000_000_000_000).unwrap();
            let edited = episode.edit(at, |draft| draft.reward = Some(RewardScore::new(reward)));
            edited.unwrap();
            episode
        })
        .into();
    block_on(async {
        let storage = TursoStorage::open(":memory:").await.unwrap();
        let stored = storage.store_episodes(&batch, Atomicity::AllOrNothing);
        stored.await.unwrap();
        // Compares the columns with the payloads.
        let report = storage.check().await.unwrap();
        assert!(report.is_clean(), "{report:?}");
    });
}

#[tokio::test]
async fn one_bad_episode_among_ten_thousand_is_named_and_nothing_is_stored() {
    const BAD: usize = 7_321;
    let storage = TursoStorage::open(":memory:").await.unwrap();
    let named = |name: &str| {
        let mut named = episode(name);
        let id = ExternalId::new(name).unwrap();
        let edited = named.edit(named.started_at, |draft| draft.external_id = Some(id));
        edited.unwrap();
        named
    };
    let (one, other) = (named("one"), named("other"));
    for stored in [&one, &other] {
        storage.store_episode(stored).await.unwrap();
    }
    let mut all: Vec<Episode> = (0..10_000).map(|nth| episode(&format!("{nth}"))).collect();
    // The id of one with the external id of the other.
    all[BAD] = one.clone();
    let edited = all[BAD].edit(one.started_at, |draft| {
        draft.external_id.clone_from(&other.external_id);
    });
    edited.unwrap();
    let stored = storage.store_episodes(&all, Atomicity::AllOrNothing).await;
    assert_eq!(seen(stored), Err((ErrorKind::Constraint, Some(BAD))));
    let query = EpisodeQuery::default();
    assert_eq!(storage.count_episodes(&query).await.unwrap(), 2);
}
