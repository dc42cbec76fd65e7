//! Connections to libSQL databases: one statement or one atomic program at a time.

mod error;
mod execute;
mod program;
mod rows;
mod secret;
mod statement;
mod value;

pub use error::{Error, ErrorKind, Result};
pub use execute::{Acquire, Connect, Execute};
pub use program::{Batch, Expect, GroupResult, Program, Step};
pub use rows::{Iter, Row, Rows};
pub use secret::Secret;
pub use statement::{
    Limits, OPERATION_OTHER, PARAMETERS_MAX, SQL_BYTES_MAX, Statement, VALUE_BYTES_MAX,
};
pub use value::Value;
