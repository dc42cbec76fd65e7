//! Connections to libSQL databases: one statement or one atomic program at a time.

mod any;
mod backoff;
mod classify;
mod error;
mod execute;
mod local;
mod location;
mod program;
mod rows;
mod secret;
mod single;
mod sql;
mod statement;
mod value;

pub use any::{AnyConfig, AnyConnection, AnyConnector};
pub use error::{Error, ErrorKind, Result};
pub use execute::{Acquire, Connect, Execute};
pub use local::{Access, Durability, LocalConfig, LocalConnection, LocalConnector};
pub use location::{Location, RemoteLocation, Scheme};
pub use program::{Batch, Expect, GroupResult, Program, Step};
pub use rows::{Iter, Row, Rows};
pub use secret::Secret;
pub use single::{Single, SingleLease};
pub use statement::{
    Limits, OPERATION_OTHER, PARAMETERS_MAX, SQL_BYTES_MAX, Statement, VALUE_BYTES_MAX,
};
pub use value::Value;
