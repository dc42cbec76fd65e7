#![doc = include_str!("../README.md")]

mod cpu;
mod dice;
mod episodes;
mod script;
mod sides;
mod words;

pub use cpu::cpu_time;
pub use dice::Dice;
pub use episodes::{BYTES_MAX, BYTES_MIN, Episodes, STEPS};
pub use sides::{Report, Sides};
