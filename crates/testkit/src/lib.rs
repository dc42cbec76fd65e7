#![doc = include_str!("../README.md")]

mod child;
mod command;
mod data;
mod error;
mod exit;
mod kill;
mod skip;
mod temp;
mod worker;

pub use child::Child;
pub use command::WorkerCommand;
pub use data::DataSet;
pub use error::{Error, ErrorKind, Result};
pub use exit::Exit;
pub use kill::Kill;
pub use skip::skipped;
pub use temp::TempDb;
pub use worker::{Job, JobResult, Worker, work};
