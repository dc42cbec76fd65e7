//! What people and programs read.

mod json;
mod table;
mod text;
mod units;

pub(crate) use json::{JsonArray, json_line};
pub(crate) use table::Table;
pub(crate) use text::{block, one_line};
pub(crate) use units::{bytes, count, day_and_time, minute, number, span};
