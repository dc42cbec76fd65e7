//! Any sequence of operations does to a database what it does to the reference.

use crate::support::{Fresh, block_on};
use memory_core::testing::model;
use memory_storage_turso::TursoStorage;
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_file_behaves_as_the_reference(operations in model::operations(1..25)) {
        block_on(async {
            let fresh = Fresh::new().await;
            model::check(&fresh.storage, &operations).await;
            let report = fresh.storage.check().await.unwrap();
            assert!(report.is_clean(), "{report:?}");
        });
    }

    #[test]
    fn memory_behaves_as_the_reference(operations in model::operations(1..25)) {
        block_on(async {
            let storage = TursoStorage::open(":memory:").await.unwrap();
            model::check(&storage, &operations).await;
        });
    }
}
