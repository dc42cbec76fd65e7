//! Any bytes, to everything that reads bytes. Run it from the crate's directory:
//!
//! ```sh
//! RUSTC_BOOTSTRAP=1 cargo fuzz run --sanitizer=none envelope -- -max_total_time=60
//! ```
#![no_main]

#[path = "../../examples/fuzz/target.rs"]
mod target;

use libfuzzer_sys::fuzz_target;
use std::cell::RefCell;
use target::Target;
use turso_compression::Dictionary;

thread_local! {
    static TARGET: RefCell<Target> = RefCell::new(Target::new(&dictionary()));
}

fn dictionary() -> Dictionary {
    Dictionary::new("search the flight observation: error\n42 retry ".repeat(20)).unwrap()
}

fuzz_target!(|input: &[u8]| {
    TARGET.with_borrow_mut(|target| target.feed(input));
});
