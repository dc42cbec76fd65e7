//! Servers: Hrana 3 over HTTP/1.1, behind the traits of this crate.

mod answer;
mod ask;
mod classify;
mod config;
mod connection;
mod connector;
mod counted;
mod dial;
mod fault;
mod json;
mod plan;
mod proto;
mod read;
mod reads;
mod reply;
mod retry;
mod shared;
mod socket;
mod stats;
mod target;
mod texts;
#[cfg(feature = "tls")]
mod tls;
mod together;
mod tries;
mod wire;

pub use config::{Compression, Encoding, RemoteConfig};
pub use connection::RemoteConnection;
pub use connector::RemoteConnector;
pub use dial::{Dial, TcpDialer};
pub use retry::Retry;
pub use stats::RemoteStats;
