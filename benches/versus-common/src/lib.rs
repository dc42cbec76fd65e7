//! Measures something beside ours, which runs as a child process and takes turns with it.
//!
//! Two versions of libsql, or libsql and another SQLite, do not link into one program. So ours is the
//! example `ours` of `memory-benches`, which is asked for its measurements through a pipe and answers with
//! the time and the processor time of its own process.
//!
//! What makes the episodes, and the tables, are the sources of `memory-benches` themselves.

mod child;
mod compare;
#[path = "../../src/cpu.rs"]
mod cpu;
#[path = "../../../crates/testkit/src/dice.rs"]
mod dice;
#[path = "../../src/episodes.rs"]
mod episodes;
mod measure;
mod order;
mod places;
#[path = "../../src/script.rs"]
mod script;
#[path = "../../src/sides.rs"]
mod sides;
#[path = "../../src/words.rs"]
mod words;

pub use child::Child;
pub use compare::{Compared, Side, compare};
pub use cpu::{cpu_time, thread_cpu_time};
pub use dice::Dice;
pub use episodes::{BYTES_MAX, BYTES_MIN, Episodes, STEPS};
pub use measure::{Measured, Memory, Outcome};
pub use order::{Answer, Order, Work};
pub use places::{Place, figure, places};
pub use sides::{Report, Sides};
