//! Every order of steps of the protocol, on a model small enough for that: one
//! row under two stamps, a few readers and writers. The real types run under
//! shuttle (`src/schedules.rs`).

mod model;
mod reader;
mod search;

use model::{Fault, Model};
use search::{Outcome, explore};

/// Writers with one write each, readers with so many reads each, and so many
/// loads that fail or are cancelled.
type Cast = (usize, &'static [u8], u8);

/// Small enough for every run of the tests, and enough to need every step.
const SMALL: [Cast; 2] = [(1, &[2, 1], 1), (1, &[1, 1], 2)];

/// For the long run.
const LARGE: [Cast; 5] = [
    (1, &[2, 2], 2),
    (2, &[2, 1], 1),
    (2, &[1, 1], 2),
    (1, &[1, 1, 1], 2),
    (2, &[1, 1, 1], 0),
];

fn explore_all(casts: &[Cast], fault: Fault) -> Outcome {
    casts.iter().try_fold(0, |sum, &(writers, reads, mishaps)| {
        Ok(sum + explore(Model::new(fault, writers, reads, mishaps))?)
    })
}

fn casts() -> &'static [Cast] {
    match std::env::var_os("CACHE_LONG") {
        Some(_) => &LARGE,
        None => &SMALL,
    }
}

#[test]
fn f76_no_order_of_steps_answers_a_value_that_was_not_true_meanwhile() {
    let states = explore_all(casts(), Fault::None).unwrap_or_else(|story| panic!("{story}"));
    eprintln!("{states} states");
    assert!(states > 50_000, "only {states}: the model has shrunk");
}

#[test]
fn f76_every_step_of_the_protocol_is_needed() {
    let faults = [
        Fault::NotAnnounced,
        Fault::EndedEarly,
        Fault::VersionKept,
        Fault::StampsTakenLate,
        Fault::OneStampOnly,
        Fault::HitUnchecked,
        Fault::StoredWhilePending,
        Fault::JoinsAny,
        Fault::JoinsPending,
    ];
    for fault in faults {
        let story = explore_all(&SMALL, fault).expect_err(&format!("{fault:?} went unnoticed"));
        assert!(story.contains("the row is"), "{fault:?}: {story}");
    }
}

#[test]
fn the_check_before_a_fill_saves_work_and_is_not_needed() {
    explore_all(casts(), Fault::FillUnchecked).unwrap_or_else(|story| panic!("{story}"));
}
