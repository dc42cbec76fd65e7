//! The protocol in JSON.

mod decode;
mod encode;
mod value;

pub(super) use decode::{answer, failure};
pub(super) use encode::pipeline;
