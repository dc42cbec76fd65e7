//! Figures of the storage's operations and of its connections.

mod connections;
mod items;
mod names;
mod storage;

pub(crate) use connections::{Connector, metered};
pub(crate) use names::INSTRUMENTS;
pub use storage::MeteredStorage;
