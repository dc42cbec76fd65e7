//! The model and its reference backend, from outside.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs
)]

mod conformance;
mod json;
mod lifecycle;
mod limits;
mod memory;
mod model;
mod names;
mod numbers;
mod pointers;
mod size;
mod support;

use support::{block_on, draft, kind, pattern_draft, time};
