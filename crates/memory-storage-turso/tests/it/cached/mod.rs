//! The storage behind a cache.

mod changes;
mod errors;
mod exact;
mod model;
mod races;
mod replay;
mod unknown;
mod world;
mod written;
