//! Local databases: libsql on this machine, behind the traits of this crate.

mod call;
mod compiled;
mod config;
mod connection;
mod connector;
mod hop;
mod identity;
mod latch;
mod pragma;
mod raw;
mod schema_watch;
mod session;
mod statements;
mod transaction;

pub use compiled::Compiled;
pub use config::{Access, Durability, LocalConfig};
pub use connection::LocalConnection;
pub use connector::LocalConnector;
pub use statements::{StatementCache, StatementCaches};
