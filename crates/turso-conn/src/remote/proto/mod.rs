//! The protocol in Protobuf, with the parts of its schema that are used:
//! <https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md>.

mod decode;
mod encode;
mod request;
mod response;
mod value;

pub(super) use decode::{answer, failure};
pub(super) use encode::pipeline;
