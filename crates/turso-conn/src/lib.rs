#![doc = include_str!("../README.md")]

mod any;
mod backoff;
mod classify;
mod error;
mod execute;
mod local;
mod location;
mod program;
#[cfg(feature = "remote")]
mod remote;
mod remote_location;
mod row;
mod rows;
mod secret;
mod single;
mod sql;
mod statement;
mod tokens;
mod value;

pub use any::{AnyConfig, AnyConnection, AnyConnector};
pub use backoff::{Backoff, jitter};
pub use error::{Error, ErrorKind, Result};
pub use execute::{Acquire, Connect, Execute};
pub use local::{
    Access, Compiled, Durability, LocalConfig, LocalConnection, LocalConnector, StatementCache,
    StatementCaches,
};
pub use location::Location;
pub use program::{Batch, Expect, GroupResult, Program, Step};
#[cfg(feature = "remote")]
pub use remote::{
    Compression, Dial, Encoding, RemoteConfig, RemoteConnection, RemoteConnector, RemoteStats,
    Retry, TcpDialer,
};
pub use remote_location::{RemoteLocation, Scheme};
pub use row::Row;
pub use rows::{Iter, Rows};
pub use secret::Secret;
pub use single::{Single, SingleLease};
pub use statement::{
    Limits, OPERATION_OTHER, PARAMETERS_MAX, SQL_BYTES_MAX, Statement, VALUE_BYTES_MAX,
};
pub use value::Value;
