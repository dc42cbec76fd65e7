//! Everything that the model admits comes out as it went in.

use crate::support::block_on;
use memory_core::testing::{any_episode, any_pattern};
use memory_storage_turso::{EpisodeStore, PatternStore, TursoStorage};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_episode_comes_back_as_itself(episode in any_episode()) {
        block_on(async {
            let storage = TursoStorage::open(":memory:").await.unwrap();
            storage.store_episode(&episode).await.unwrap();
            let found = storage.get_episode(&episode.namespace, episode.id).await.unwrap();
            assert_eq!(found.as_deref(), Some(&episode));
            let report = storage.check().await.unwrap();
            assert!(report.is_clean(), "{report:?}");
        });
    }

    #[test]
    fn any_pattern_comes_back_as_itself(pattern in any_pattern()) {
        block_on(async {
            let storage = TursoStorage::open(":memory:").await.unwrap();
            storage.store_pattern(&pattern).await.unwrap();
            let found = storage.get_pattern(&pattern.namespace, pattern.id).await.unwrap();
            assert_eq!(found.as_deref(), Some(&pattern));
        });
    }
}
