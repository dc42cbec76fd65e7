//! Payloads in every codec, with dictionaries that come and change.
#![cfg_attr(not(feature = "zstd"), allow(unused_imports, unused_mut))]

use crate::support::{Fresh, episode, path_in, sql};
use memory_storage_turso::{
    Algorithm, Atomicity, CompressionConfig, DictionaryChoice, Episode, EpisodeQuery, EpisodeStore,
    ErrorKind, Level, Namespace, PageRequest, PatternStore, StatisticsQuery, TursoStorage,
};

/// Text that differs, and has much in common.
fn text(nth: u64) -> String {
    const WORDS: [&str; 12] = [
        "reservation",
        "cancelled because",
        "the weather in",
        "Lisbon",
        "observation: none",
        "retry with other arguments",
        "passenger",
        "refund of",
        "was denied",
        "by the policy",
        "traceback in line",
        "search_direct_flight",
    ];
    let mut state = nth.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut text = format!("Task {nth}:");
    for _ in 0..60 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        text.push(' ');
        text.push_str(WORDS[usize::try_from(state % 12).unwrap()]);
    }
    text
}

pub(crate) fn episodes(count: u64) -> Vec<Episode> {
    (0..count).map(|nth| episode(&text(nth))).collect()
}

async fn store(storage: &TursoStorage, episodes: &[Episode]) {
    let atomic = Atomicity::AllOrNothing;
    storage.store_episodes(episodes, atomic).await.unwrap();
}

async fn assert_readable(storage: &TursoStorage, episodes: &[Episode]) {
    let ids: Vec<_> = episodes.iter().map(|episode| episode.id).collect();
    let found = storage.get_episodes(&Namespace::default(), &ids).await;
    for (found, stored) in found.unwrap().iter().zip(episodes) {
        assert_eq!(found.as_deref(), Some(stored));
    }
}

async fn stored_bytes(storage: &TursoStorage) -> u64 {
    let query = StatisticsQuery::default();
    storage.statistics(&query).await.unwrap()[0].stored_bytes
}

/// The codecs of the stored payloads, in the order of their rows.
async fn codecs(path: &str) -> Vec<u8> {
    let rows = sql(
        path,
        "SELECT substr(payload, 4, 1) FROM episodes ORDER BY rowid",
    )
    .await;
    rows.iter().map(|row| row.blob(0).unwrap()[0]).collect()
}

async fn open(path: &str, algorithm: Algorithm, dictionary: DictionaryChoice) -> TursoStorage {
    let compression = CompressionConfig {
        algorithm,
        ..CompressionConfig::default()
    };
    let builder = TursoStorage::builder(path).compression(compression);
    builder.dictionary(dictionary).build().await.unwrap()
}

/// All choices of this build, with the codec that each writes.
fn choices() -> Vec<(Algorithm, DictionaryChoice, u8)> {
    let mut choices = vec![
        (Algorithm::Raw, DictionaryChoice::Trained, 0),
        (Algorithm::Deflate, DictionaryChoice::Trained, 1),
    ];
    #[cfg(feature = "zstd")]
    choices.extend([
        (Algorithm::Zstd, DictionaryChoice::None, 2),
        (Algorithm::Zstd, DictionaryChoice::BuiltIn, 3),
        (Algorithm::Zstd, DictionaryChoice::Trained, 3),
    ]);
    choices
}

#[tokio::test]
async fn f23_rows_of_every_codec_stay_readable_when_the_choice_changes() {
    let dir = tempfile::tempdir().unwrap();
    let (path, all) = (path_in(&dir), episodes(10));
    let mut expected = Vec::new();
    for ((algorithm, dictionary, codec), episodes) in choices().into_iter().zip(all.chunks(2)) {
        store(&open(&path, algorithm, dictionary).await, episodes).await;
        expected.extend([codec; 2]);
    }
    assert_eq!(codecs(&path).await, expected);
    for (algorithm, dictionary, codec) in choices() {
        let storage = open(&path, algorithm, dictionary).await;
        assert_readable(&storage, &all[..expected.len()]).await;
        // A store of the same content is none, whatever it would be written with.
        store(&storage, &all[..1]).await;
        assert_eq!(codecs(&path).await[0], 0);
        storage.compact(|_| ()).await.unwrap();
        assert_readable(&storage, &all[..expected.len()]).await;
        assert_eq!(codecs(&path).await, vec![codec; expected.len()]);
        // For the next choice, one row is as it was.
        open(&path, Algorithm::Raw, dictionary)
            .await
            .compact(|_| ())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn f21_a_payload_over_the_configured_maximum_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let compression = CompressionConfig {
        max_uncompressed: 500,
        ..CompressionConfig::default()
    };
    let builder = TursoStorage::builder(path_in(&dir)).compression(compression);
    let storage = builder.build().await.unwrap();
    storage.store_episode(&episode("small")).await.unwrap();
    let error = storage.store_episode(&episode(&text(1))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[tokio::test]
async fn the_level_and_the_threshold_are_those_of_the_choice() {
    let mut sizes = Vec::new();
    for (level, threshold) in [(9, 128), (1, 128), (9, 100_000)] {
        let dir = tempfile::tempdir().unwrap();
        let compression = CompressionConfig {
            algorithm: Algorithm::Deflate,
            level: Level::new(level).unwrap(),
            threshold,
            ..CompressionConfig::default()
        };
        let builder = TursoStorage::builder(path_in(&dir)).compression(compression);
        let storage = builder.build().await.unwrap();
        store(&storage, &episodes(20)).await;
        sizes.push(stored_bytes(&storage).await);
    }
    assert!(sizes[0] < sizes[1] && sizes[1] < sizes[2], "{sizes:?}");
}

#[tokio::test]
async fn compact_changes_no_record() {
    let fresh = Fresh::new().await;
    let all = episodes(30);
    let off = open(&fresh.path(), Algorithm::Raw, DictionaryChoice::None).await;
    store(&off, &all).await;
    let pattern = memory_core::testing::samples(&memory_core::testing::any_pattern(), 20);
    off.store_patterns(&pattern, Atomicity::AllOrNothing)
        .await
        .unwrap();
    let columns =
        "SELECT id, revision, updated_at, write_id, digest, size, original_bytes FROM episodes";
    let before = sql(&fresh.path(), columns).await;
    let (bytes, mut told) = (stored_bytes(&off).await, 0);
    let report = fresh
        .storage
        .compact(|report| told = report.records)
        .await
        .unwrap();
    assert_eq!((report.records, told, report.unreadable), (50, 50, 0));
    assert!(report.rewritten >= 30 && report.bytes_after < report.bytes_before);
    assert!(stored_bytes(&off).await * 2 < bytes);
    let after = sql(&fresh.path(), columns).await;
    assert!(
        before
            .iter()
            .zip(&after)
            .all(|(before, after)| before.values() == after.values())
    );
    assert_readable(&off, &all).await;
    assert!(fresh.storage.check().await.unwrap().is_clean());
    let again = fresh.storage.compact(|_| ()).await.unwrap();
    assert_eq!((again.records, again.rewritten), (50, 0));
}

#[tokio::test]
async fn compact_goes_on_where_it_was_stopped() {
    let fresh = Fresh::new().await;
    let all = episodes(1_200);
    let off = open(&fresh.path(), Algorithm::Raw, DictionaryChoice::None).await;
    store(&off, &all).await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut stop = Some(stop);
    let first = fresh.storage.compact(|_| drop(stop.take()));
    tokio::select! {
        biased;
        _ = stopped => {}
        _ = first => panic!("it was not stopped"),
    }
    let done = codecs(&fresh.path())
        .await
        .iter()
        .filter(|codec| **codec != 0)
        .count();
    assert!((1..1_200).contains(&done), "{done}");
    let rest = fresh.storage.compact(|_| ()).await.unwrap();
    assert_eq!(rest.rewritten, 1_200 - done as u64);
    assert_readable(&off, &all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn compact_takes_nothing_back_while_others_write() {
    let fresh = Fresh::new().await;
    let mut all = episodes(600);
    let off = open(&fresh.path(), Algorithm::Raw, DictionaryChoice::None).await;
    store(&off, &all).await;
    let compacting = tokio::spawn({
        let storage = fresh.storage.clone();
        async move {
            for _ in 0..5 {
                storage.compact(|_| ()).await.unwrap();
            }
        }
    });
    for round in 0..5_u64 {
        for (nth, episode) in all.iter_mut().enumerate().step_by(7) {
            let text = text(1_000 * round + nth as u64);
            episode
                .edit(episode.updated_at, |draft| draft.description = text)
                .unwrap();
        }
        off.store_episodes(&all, Atomicity::AllOrNothing)
            .await
            .unwrap();
    }
    compacting.await.unwrap();
    fresh.storage.compact(|_| ()).await.unwrap();
    let ids: Vec<_> = all.iter().map(|episode| episode.id).collect();
    let found = off.get_episodes(&Namespace::default(), &ids).await.unwrap();
    for (found, stored) in found.iter().zip(&all) {
        assert_eq!(found.as_ref().unwrap().description, stored.description);
    }
    assert!(off.check().await.unwrap().is_clean());
}

#[tokio::test]
async fn what_cannot_be_read_is_left_alone_by_compact() {
    let fresh = Fresh::new().await;
    let off = open(&fresh.path(), Algorithm::Raw, DictionaryChoice::None).await;
    store(&off, &episodes(3)).await;
    let break_one = "UPDATE episodes SET payload = substr(payload, 1, 100) WHERE rowid = 2";
    sql(&fresh.path(), break_one).await;
    let report = fresh.storage.compact(|_| ()).await.unwrap();
    assert_eq!((report.rewritten, report.unreadable), (2, 1));
    assert_eq!(codecs(&fresh.path()).await[1], 0);
}

#[cfg(feature = "zstd")]
mod trained {
    use super::*;

    #[tokio::test]
    async fn a_trained_dictionary_makes_payloads_smaller_and_outlives_its_storage() {
        let fresh = Fresh::new().await;
        let all = episodes(400);
        store(&fresh.storage, &all[..300]).await;
        let before = stored_bytes(&fresh.storage).await;
        let training = fresh.storage.train_dictionary().await.unwrap();
        assert!(training.is_adopted && training.bytes_after < training.bytes_before);
        assert_eq!(training.samples, 300);
        let report = fresh.storage.compact(|_| ()).await.unwrap();
        assert_eq!(report.rewritten, 300);
        assert!(stored_bytes(&fresh.storage).await * 3 < before * 2);
        let later = TursoStorage::open(&fresh.path()).await.unwrap();
        store(&later, &all[300..]).await;
        assert_readable(&later, &all).await;
        let used = sql(
            &fresh.path(),
            "SELECT DISTINCT substr(payload, 17, 4) FROM episodes",
        )
        .await;
        let id = training.dictionary.get().to_le_bytes();
        assert_eq!(used.one().unwrap().blob(0).unwrap(), id);
        assert_eq!(later.compact(|_| ()).await.unwrap().rewritten, 0);
    }

    #[tokio::test]
    async fn a_storage_that_was_open_before_reads_with_a_new_dictionary() {
        let fresh = Fresh::new().await;
        let open_before: Vec<_> = [
            open(&fresh.path(), Algorithm::Raw, DictionaryChoice::None).await,
            TursoStorage::open(&fresh.path()).await.unwrap(),
            TursoStorage::open(&fresh.path()).await.unwrap(),
        ]
        .into();
        let all = episodes(300);
        store(&fresh.storage, &all).await;
        fresh.storage.train_dictionary().await.unwrap();
        fresh.storage.compact(|_| ()).await.unwrap();
        assert_readable(&open_before[0], &all).await;
        let one = open_before[1]
            .get_episode(&Namespace::default(), all[7].id)
            .await;
        assert_eq!(one.unwrap().as_deref(), Some(&all[7]));
        let (query, all) = (EpisodeQuery::default(), PageRequest::default());
        let page = open_before[2].query_episodes(&query, &all);
        assert_eq!(page.await.unwrap().items.len(), 100);
        let unaware = TursoStorage::open(&fresh.path()).await.unwrap();
        assert!(unaware.check().await.unwrap().is_clean());
    }

    /// Trains a dictionary for `fresh`, stores two episodes with it and runs `text`.
    async fn damage(fresh: &Fresh, text: &'static str) -> (Episode, Episode) {
        store(&fresh.storage, &episodes(300)).await;
        let old = episode("stored before");
        fresh.storage.store_episode(&old).await.unwrap();
        fresh.storage.train_dictionary().await.unwrap();
        let new = episode(&super::text(1_000));
        fresh.storage.store_episode(&new).await.unwrap();
        sql(&fresh.path(), text).await;
        (old, new)
    }

    #[tokio::test]
    async fn a_lost_or_damaged_dictionary_is_corrupt_for_its_payloads_alone() {
        for text in [
            "DELETE FROM dictionaries",
            "UPDATE dictionaries SET content = substr(content, 1, length(content) - 1)",
            "UPDATE dictionaries SET id = id - 1",
        ] {
            let fresh = Fresh::new().await;
            let (old, new) = damage(&fresh, text).await;
            let later = TursoStorage::open(&fresh.path()).await.unwrap();
            let namespace = Namespace::default();
            let error = later.get_episode(&namespace, new.id).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "{text}: {error:?}");
            assert!(error.to_string().contains(&new.id.to_string()), "{error}");
            let found = later.get_episode(&namespace, old.id).await.unwrap();
            assert_eq!(found.as_deref(), Some(&old));
            let report = later.check().await.unwrap();
            assert_eq!(report.problems.len(), 1, "{text}: {report:?}");
            assert!(
                report.problems[0].to_string().contains("dictionary"),
                "{report:?}"
            );
            later
                .store_episode(&episode("can be written"))
                .await
                .unwrap();
        }
    }

    #[tokio::test]
    async fn there_must_be_something_to_learn_from() {
        let fresh = Fresh::new().await;
        store(&fresh.storage, &episodes(20)).await;
        let error = fresh.storage.train_dictionary().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse);
        let deflate = open(&fresh.path(), Algorithm::Deflate, DictionaryChoice::Trained).await;
        let error = deflate.train_dictionary().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse);
    }

    #[tokio::test]
    async fn dictionaries_are_limited_in_number() {
        let fresh = Fresh::new().await;
        store(&fresh.storage, &episodes(300)).await;
        let fill = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 64) \
                    INSERT INTO dictionaries SELECT n, 0, x'00' FROM n";
        sql(&fresh.path(), fill).await;
        let error = fresh.storage.train_dictionary().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        // Nothing is written with a dictionary that was not stored.
        let new = episode(&text(1_000));
        fresh.storage.store_episode(&new).await.unwrap();
        assert_readable(&TursoStorage::open(&fresh.path()).await.unwrap(), &[new]).await;
    }
}
