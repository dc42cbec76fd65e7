//! A model test: random operations on a backend and on [`InMemoryStorage`], which
//! must answer alike and hold the same after each of them.
//!
//! The operations draw from a [small universe](universe) of ids, external ids,
//! tags and times, so that they meet each other.

mod apply;
mod observation;
mod operation;
mod propose;
mod select;
mod state;
pub mod universe;

pub use apply::apply;
pub use observation::Observation;
pub use operation::{Base, Operation, Proposal, Read, Write, operations};
pub use state::State;

use crate::{InMemoryStorage, StorageBackend};
use std::fmt::Debug;

/// Applies `operations` to `backend`, which must be empty, and to an
/// [`InMemoryStorage`], and compares what each answers and what each then holds.
///
/// # Panics
/// At the first difference, with the operation and the lines that differ.
pub async fn check<B: StorageBackend + ?Sized>(backend: &B, operations: &[Operation]) {
    let reference = InMemoryStorage::new();
    compare_states(&reference, backend, "before the first operation").await;
    for (step, operation) in operations.iter().enumerate() {
        let place = format!("operation {step}, {operation:#?}");
        let expected = apply(&reference, operation).await;
        let observed = apply(backend, operation).await;
        compare(&expected, &observed, &format!("the answer to {place}"));
        compare_states(&reference, backend, &format!("the state after {place}")).await;
    }
}

async fn compare_states<B: StorageBackend + ?Sized>(
    reference: &InMemoryStorage,
    backend: &B,
    place: &str,
) {
    for namespace in universe::namespaces() {
        let expected = State::read(reference, &namespace).await;
        let observed = State::read(backend, &namespace).await;
        compare(&expected, &observed, place);
    }
}

/// Compares two values by their text, which tells -0.0 from 0.0.
fn compare<T: Debug>(expected: &T, observed: &T, place: &str) {
    let (expected, observed) = (format!("{expected:#?}"), format!("{observed:#?}"));
    assert!(
        expected == observed,
        "the backend differs from the reference in {place}\n{}",
        first_difference(&expected, &observed)
    );
}

/// The first lines that differ, after the last two that do not.
fn first_difference(expected: &str, observed: &str) -> String {
    let mut pairs = expected.lines().zip(observed.lines());
    let same = pairs.by_ref().take_while(|(a, b)| a == b).count();
    let begin = same.saturating_sub(2);
    let part = |text: &str| {
        text.lines()
            .skip(begin)
            .take(12)
            .collect::<Vec<_>>()
            .join("\n")
    };
    format!(
        "expected:\n{}\nobserved:\n{}",
        part(expected),
        part(observed)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_shown_where_it_begins() {
        let text = first_difference("a\nb\nc\nd", "a\nb\nc\ne");
        assert_eq!(text, "expected:\nb\nc\nd\nobserved:\nb\nc\ne");
    }

    #[test]
    #[should_panic(expected = "-0.0")]
    fn f68_a_negative_zero_is_a_difference() {
        compare(&0.0, &-0.0, "a number");
    }
}
