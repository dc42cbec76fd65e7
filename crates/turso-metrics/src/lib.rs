#![doc = include_str!("../README.md")]

mod buckets;
mod call;
mod counter;
mod distribution;
mod figures;
mod histogram;
mod instrument;
mod lending;
mod metered;
mod metrics;
mod operation;
#[cfg(feature = "prometheus")]
mod prometheus;
mod reporter;
mod slow;
mod snapshot;
mod windowed;

pub use crate::metrics::{ERROR_CANCELLED, ERROR_OTHER, Metrics, OPERATIONS_MAX};
pub use call::Call;
pub use distribution::Distribution;
pub use figures::Figures;
pub use histogram::Histogram;
pub use instrument::{
    Instrument, Instruments, Kind, LABEL_ERROR, LABEL_OPERATION, LABEL_POOL, Unit,
};
pub use lending::{MeteredAcquire, MeteredLease};
pub use metered::{Metered, MeteredConnection};
pub use operation::Outcome;
#[cfg(feature = "prometheus")]
pub use prometheus::Prometheus;
pub use slow::{Slow, SlowOperation};
pub use snapshot::{Latency, OperationSnapshot, Snapshot};
pub use windowed::Windowed;
