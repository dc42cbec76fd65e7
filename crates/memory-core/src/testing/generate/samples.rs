use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

/// The first `count` values that `strategy` makes from a fixed seed: the same in every run.
///
/// # Panics
/// When the strategy rejects too many of its own values.
pub fn samples<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    let mut sample = || {
        let tree = strategy.new_tree(&mut runner).expect("a value");
        tree.current()
    };
    (0..count).map(|_| sample()).collect()
}
