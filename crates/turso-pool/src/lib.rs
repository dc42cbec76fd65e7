#![doc = include_str!("../README.md")]

mod acquire;
mod breaker;
mod builder;
mod config;
mod contain;
mod dial;
mod error;
mod hooks;
mod lease;
mod lent;
mod maintain;
mod pool;
mod queue;
mod recycle;
mod shared;
mod sizer;
mod sizing;
mod slot;
mod state;
mod status;
mod time;

pub use breaker::BreakerPolicy;
pub use builder::Builder;
pub use config::{Config, Sizing};
pub use error::{Error, Result};
pub use hooks::HookFuture;
pub use lease::Lease;
pub use pool::{Pool, WeakPool};
pub use sizing::{Decision, DemandMetrics, History, Reason, ScalingPolicy, decide};
pub use slot::{ConnectionId, Meta};
pub use status::{Stats, Status};
