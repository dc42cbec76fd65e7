//! Processes and tasks at work on one database while things go wrong, all of it by a seed. What
//! each did is written down, and afterwards compared with what is stored: nothing acknowledged
//! is lost, nothing is doubled, nothing that failed is there.
//!
//! Here it is short. `MEMORY_SOAK_SECONDS` makes it as long as wanted, with eight processes of
//! sixteen tasks, and `MEMORY_SOAK_SEED` repeats the choices of another run; `scripts/soak.sh`
//! sets both.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    unreachable_pub
)]

mod episodes;
mod history;
mod model;
mod parent;
mod plan;
mod processes;
mod resources;
mod shared;
mod task;
mod verdict;
mod weather;
mod worker;

use plan::Plan;
use testkit::net::{Proxy, Sqld};
use testkit::{Dice, TempDb};

#[test]
fn worker() {
    testkit::work(&[("soak", worker::run)]);
}

#[test]
fn f16_what_processes_on_one_file_were_told_is_true_though_some_are_killed() {
    let place = TempDb::new().unwrap();
    parent::run(&Plan::from_env(), place.path().to_str().unwrap(), None);
}

#[test]
fn f32_what_processes_on_one_server_were_told_is_true_though_it_fails() {
    let name = "f32_what_processes_on_one_server_were_told_is_true_though_it_fails";
    let Some(sqld) = Sqld::start(name).unwrap() else {
        return;
    };
    let plan = Plan::from_env();
    let proxy = Proxy::before(sqld.address()).unwrap();
    let url = proxy.url();
    let server = weather::Server { sqld, proxy };
    parent::run(&plan, &url, Some(&server));
}

/// The dice of one part of the whole, whatever the others threw.
fn dice(seed: u64, part: &[u64]) -> Dice {
    let mixed = part.iter().fold(seed, |seed, part| {
        Dice::new(seed ^ part.wrapping_mul(0x9E37_79B9)).bits()
    });
    Dice::new(mixed)
}
