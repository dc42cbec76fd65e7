//! Every order of steps of the protocol, on a model small enough for that: one
//! row under two stamps, a few readers and writers. The real types run under
//! shuttle (`src/schedules.rs`).

mod model;
mod reader;
mod search;
mod writer;

use model::{Cast, Fault, Model};
use search::{Outcome, explore};

const fn cast(writers: usize, reads: &'static [u8], mishaps: u8) -> Cast {
    Cast {
        writers,
        keeps: false,
        reads,
        mishaps,
    }
}

/// Writers that leave in the cache what they wrote.
const fn keeping(writers: usize, reads: &'static [u8]) -> Cast {
    Cast {
        keeps: true,
        ..cast(writers, reads, 0)
    }
}

/// Small enough for every run of the tests, and enough to need every step.
const SMALL: [Cast; 3] = [cast(1, &[2, 1], 1), cast(1, &[1, 1], 2), keeping(2, &[1])];

/// For the long run.
const LARGE: [Cast; 7] = [
    cast(1, &[2, 2], 2),
    cast(2, &[2, 1], 1),
    cast(2, &[1, 1], 2),
    cast(1, &[1, 1, 1], 2),
    cast(2, &[1, 1, 1], 0),
    keeping(2, &[2]),
    keeping(2, &[1, 1]),
];

fn explore_all(casts: &[Cast], fault: Fault) -> Outcome {
    casts
        .iter()
        .try_fold(0, |sum, &cast| Ok(sum + explore(Model::new(fault, cast))?))
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
        Fault::KeptLate,
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
