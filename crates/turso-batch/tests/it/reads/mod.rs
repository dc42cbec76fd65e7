//! Reads that wait for a connection, against a lender that counts what it is asked.

mod cancelled;
mod groups;
mod lender;
mod model;
