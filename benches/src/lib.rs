#![doc = include_str!("../README.md")]

mod cpu;
mod episodes;
mod figures;
mod script;
mod sides;
mod words;

pub use cpu::{cpu_time, thread_cpu_time};
pub use episodes::{BYTES_MAX, BYTES_MIN, Episodes, STEPS};
pub use figures::{figure, millis, quantile};
pub use sides::{Report, Sides};
pub use testkit::Dice;
