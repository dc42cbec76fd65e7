#![doc = include_str!("../README.md")]

mod child;
mod command;
mod connect;
mod data;
mod dice;
mod error;
mod exit;
mod faults;
mod gate;
mod kill;
mod resident;
mod rogue;
mod said;
mod skip;
mod storage;
mod temp;
mod told;
mod worker;

#[cfg(feature = "net")]
pub mod net;

pub use child::Child;
pub use command::WorkerCommand;
pub use connect::{FaultConn, FaultConnect};
pub use data::DataSet;
pub use dice::Dice;
pub use error::{Error, ErrorKind, Result};
pub use exit::Exit;
pub use faults::{Fault, Faults, every_failure};
pub use gate::Gate;
pub use kill::Kill;
pub use resident::resident_bytes;
pub use rogue::{Rogue, RoguePanics};
pub use said::Said;
pub use skip::skipped;
pub use storage::FaultStorage;
pub use temp::TempDb;
pub use told::{Registered, Told};
pub use worker::{Job, JobResult, Worker, work};

/// Generators for every value of the model, nasty strings among them: those of
/// memory-core, where each stands beside the type that it makes.
#[cfg(feature = "strategies")]
pub use memory_core::testing as strategies;
