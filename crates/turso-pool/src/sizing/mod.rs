//! How many connections a pool should have: data in, a number out. Nothing in
//! here reads a clock, takes a lock or opens a connection.

mod decide;
mod demand;
mod history;
mod policy;

pub use decide::{Decision, Reason, decide};
pub use demand::DemandMetrics;
pub use history::History;
pub use policy::ScalingPolicy;
