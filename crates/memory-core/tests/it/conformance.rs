use crate::block_on;
use memory_core::testing::conformance::{self, Case, cases};
use memory_core::{InMemoryStorage, StorageBackend};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[test]
fn the_reference_conforms() {
    block_on(conformance::run(|| async { InMemoryStorage::new() }));
}

// Whatever stands before a backend forwards to it.
#[test]
fn a_shared_reference_conforms() {
    let shared = || async { Arc::new(InMemoryStorage::new()) as Arc<dyn StorageBackend> };
    block_on(conformance::run(shared));
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let names: BTreeSet<&str> = cases().map(|case| case.name()).collect();
    assert_eq!(names.len(), cases().count());
    assert!(names.len() > 150, "{}", names.len());
}

fn case(name: &str) -> Case {
    cases().find(|case| case.name() == name).unwrap()
}

#[test]
fn a_case_that_fails_says_what_it_found() {
    // A backend that is not empty is one that does something else.
    let used = Arc::new(InMemoryStorage::new());
    let case = case("a_new_episode_is_stored_as_it_is");
    block_on(case.run(used.clone())).unwrap();
    let message = block_on(case.run(used)).unwrap_err();
    assert!(message.contains("Unchanged"), "{message}");
}

#[test]
#[should_panic(
    expected = "conformance cases failed\nan_empty_backend_answers_with_an_empty_page: "
)]
fn a_run_names_the_cases_that_fail() {
    let name = "an_empty_backend_answers_with_an_empty_page";
    let used = InMemoryStorage::new();
    block_on(case("a_new_episode_is_stored_as_it_is").run(Arc::new(used.clone()))).unwrap();
    // One backend of all is not empty.
    let place = cases().position(|case| case.name() == name).unwrap();
    let made = AtomicUsize::new(0);
    block_on(conformance::run(async || {
        match made.fetch_add(1, Relaxed) {
            n if n == place => used.clone(),
            _ => InMemoryStorage::new(),
        }
    }));
}
