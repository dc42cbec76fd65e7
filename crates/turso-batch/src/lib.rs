#![doc = include_str!("../README.md")]

mod commit;
mod config;
mod many;
mod multi_row;
mod plan;
mod read;
mod sizes;
mod stats;
mod submission;

pub use commit::{GroupCommit, OPERATION_GROUP};
pub use config::Config;
pub use many::ManyRead;
pub use multi_row::MultiRow;
pub use plan::{Atomicity, Part, PartLimits, Weight, plan};
pub use read::{GroupRead, ReadStats};
pub use stats::Stats;
pub use submission::Submission;
