//! What the subcommands do. Each gets a storage and writes to `out`.

mod check;
mod compact;
mod find;
mod forget;
mod list;
mod pages;
mod patterns;
mod relate;
mod related;
mod show;
mod stats;
mod tag;

pub(crate) use check::check;
pub(crate) use compact::compact;
pub(crate) use forget::forget;
pub(crate) use list::{list, table as episodes_table};
pub(crate) use patterns::{patterns, table as patterns_table};
pub(crate) use relate::{relate, unrelate};
pub(crate) use related::related;
pub(crate) use show::show;
pub(crate) use stats::{stats, table as stats_table};
pub(crate) use tag::tag;
