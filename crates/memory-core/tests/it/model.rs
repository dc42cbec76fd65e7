use crate::block_on;
use memory_core::InMemoryStorage;
use memory_core::testing::model::{self, Observation, Operation, Write};
use proptest::prelude::*;
use std::collections::BTreeSet;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    // Held against itself, the reference shows that the check is deterministic
    // and that a backend does not contradict itself.
    #[test]
    fn the_reference_behaves_as_itself(operations in model::operations(1..40)) {
        block_on(model::check(&InMemoryStorage::new(), &operations));
    }
}

/// What an observation is called: the variant, and the kind and place of an error.
fn label(observation: &Observation) -> String {
    match observation {
        Observation::Failed { kind, index, .. } => format!("{kind:?} {index:?}"),
        other => format!("{other:?}")
            .chars()
            .take_while(|c| c.is_alphabetic())
            .collect(),
    }
}

// A universe that is too large would let a model test pass without testing anything.
#[test]
fn operations_meet_each_other() {
    let runs = memory_core::testing::samples(&model::operations(30..31), 60);
    let mut labels = BTreeSet::new();
    for operations in runs {
        let backend = InMemoryStorage::new();
        for operation in operations {
            let seen = block_on(model::apply(&backend, &operation));
            if let (Operation::Write(Write::UpdateEpisodes(_)), Observation::Revisions(_)) =
                (&operation, &seen)
            {
                labels.insert("an update that succeeds".to_owned());
            }
            if format!("{seen:?}").contains("Unchanged") {
                labels.insert("an identical store".to_owned());
            }
            labels.insert(label(&seen));
        }
    }
    for wanted in [
        "an update that succeeds",
        "an identical store",
        "Conflict Some(0)",
        "Conflict Some(1)",
        "Constraint Some(0)",
        "Constraint Some(1)",
        "NotFound Some(0)",
        "NotFound Some(1)",
        "NotFound None",
        "Limit None",
        "Related",
        "TagPages",
    ] {
        assert!(
            labels.contains(wanted),
            "never seen: {wanted}; seen: {labels:?}"
        );
    }
}
