use memory_core::{
    Episode, EpisodeQuery, EpisodeStore as _, ErrorKind, InMemoryStorage, Namespace, Result,
    StorageBackend, TaskType, Timestamp, testing::model,
};
use proptest::prelude::*;
use testkit::{Fault, FaultStorage, Faults, Gate, every_failure};

fn episode() -> Episode {
    let kind = TaskType::new("test").unwrap();
    Episode::start(kind, "an episode", Timestamp::from_micros(1).unwrap()).unwrap()
}

/// Three calls: store, get, count.
async fn visit(storage: &impl StorageBackend, episode: &Episode) -> Result<u64> {
    storage.store_episode(episode).await?;
    storage
        .get_episode(&Namespace::default(), episode.id)
        .await?;
    storage.count_episodes(&EpisodeQuery::default()).await
}

#[tokio::test]
async fn each_call_fails_in_turn_and_stores_nothing_when_it_was_the_store() {
    let mut stored = Vec::new();
    let runs = every_failure(ErrorKind::Full, 100, async |faults| {
        let storage = FaultStorage::new(InMemoryStorage::new(), faults);
        let failed = visit(&storage, &episode()).await.err();
        assert!(failed.is_none_or(|error| error.kind() == ErrorKind::Full));
        stored.push(
            storage
                .get_ref()
                .count_episodes(&EpisodeQuery::default())
                .await
                .unwrap(),
        );
    });
    assert_eq!(runs.await.unwrap(), 3);
    assert_eq!(stored, [0, 1, 1, 1]);
}

#[tokio::test]
async fn a_lost_reply_to_a_store_is_stored() {
    let faults = Faults::none();
    faults.nth_of(
        "store_episodes",
        1,
        Fault::FailAfter(ErrorKind::OutcomeUnknown),
    );
    let storage = FaultStorage::new(InMemoryStorage::new(), faults);
    let episode = episode();
    let error = visit(&storage, &episode).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
    assert_eq!(visit(&storage, &episode).await.unwrap(), 1);
}

#[tokio::test]
async fn a_reader_stands_at_the_gate_while_others_go_on() {
    let (faults, gate) = (Faults::none(), Gate::new());
    faults.nth_of("count_episodes", 1, Fault::Park(gate.clone()));
    let storage = std::sync::Arc::new(FaultStorage::new(InMemoryStorage::new(), faults));
    let reader = tokio::spawn({
        let storage = storage.clone();
        async move { storage.count_episodes(&EpisodeQuery::default()).await }
    });
    gate.arrived(1).await;
    storage.store_episode(&episode()).await.unwrap();
    gate.open();
    assert_eq!(reader.await.unwrap().unwrap(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn without_faults_it_behaves_as_the_reference(operations in model::operations(1..30)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let storage = FaultStorage::new(InMemoryStorage::new(), Faults::none());
        runtime.block_on(model::check(&storage, &operations));
    }
}
