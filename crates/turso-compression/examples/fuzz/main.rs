//! Feeds any number of mutated inputs to everything that reads bytes, and counts.
//!
//! ```sh
//! cargo run --release -p turso-compression --features transport,zstd --example fuzz -- 10000000 1
//! ```
//!
//! Takes the number of inputs and a seed. The same two give the same inputs. A panic ends it and
//! names the input.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod corpus;
mod target;

use corpus::Corpus;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Instant;
use target::{Outcome, Target};
use turso_compression::Dictionary;

fn main() -> ExitCode {
    let mut numbers = std::env::args().skip(1).map(|arg| arg.parse().unwrap());
    let inputs: u64 = numbers.next().unwrap_or(100_000);
    let seed: u64 = numbers.next().unwrap_or(1);
    let dictionary = Dictionary::new(corpus::words(7, 2_000)).unwrap();
    let mut target = Target::new(&dictionary);
    let mut corpus = Corpus::new(seed, &dictionary);
    let (began, mut counts) = (Instant::now(), BTreeMap::new());
    for nth in 0..inputs {
        let input = corpus.next();
        let fed = catch_unwind(AssertUnwindSafe(|| target.feed(&input)));
        let Ok(outcome) = fed else {
            eprintln!("input {nth} of seed {seed} panicked: {input:02x?}");
            return ExitCode::FAILURE;
        };
        *counts.entry(name(outcome)).or_insert(0_u64) += 1;
    }
    println!(
        "{inputs} inputs of seed {seed} in {:.1?}, no panic",
        began.elapsed()
    );
    for (outcome, count) in counts {
        println!("{count:>12} {outcome}");
    }
    ExitCode::SUCCESS
}

fn name(outcome: Outcome) -> String {
    match outcome {
        Outcome::CameBack => "packed, and came back".into(),
        Outcome::Unpacked(_) => "unpacked".into(),
        Outcome::Refused(kind) => format!("refused: {kind:?}"),
    }
}
