//! What is stored as one BLOB: a version byte, then a frozen struct in bincode.
//!
//! Invariant: a struct named `…V1` never changes once it is released. bincode does
//! not describe itself: an inserted field or variant would decode to wrong values
//! without an error. A change is a `…V2` beside it, and the golden bytes under
//! `tests/golden` keep every version readable.

mod episode_v1;
#[cfg(test)]
mod golden;
mod pattern_v1;

use bincode::config::{Configuration, Limit, LittleEndian, Varint};
use bincode::{BorrowDecode, Encode};
use memory_core::{Error, ErrorKind, Result};

pub(crate) use episode_v1::EpisodeV1;
pub(crate) use pattern_v1::PatternV1;

/// The first byte of a payload that holds a `…V1`.
const VERSION_1: u8 = 1;

/// Most memory that decoding may claim: several times the largest payload,
/// because a step takes more room in memory than on disk.
const DECODE_BYTES_MAX: usize = 64 * 1024 * 1024;

type Config = Configuration<LittleEndian, Varint, Limit<DECODE_BYTES_MAX>>;

const fn config() -> Config {
    bincode::config::standard().with_limit::<DECODE_BYTES_MAX>()
}

/// The payload of a `…V1`.
pub(crate) fn encode_v1(value: &impl Encode) -> Result<Vec<u8>> {
    let mut bytes = vec![VERSION_1];
    bincode::encode_into_std_write(value, &mut bytes, config())
        .map_err(|e| Error::new(ErrorKind::Bug, "encoding a payload").with_source(e))?;
    Ok(bytes)
}

/// Reads a payload back. Every byte must belong to it.
pub(crate) fn decode_v1<'a, T: BorrowDecode<'a, ()>>(payload: &'a [u8]) -> Result<T> {
    let body = match payload.split_first() {
        Some((&VERSION_1, body)) => body,
        Some((version, _)) => {
            let context = format!(
                "reading a payload of version {version}: this program knows version 1, use a newer one"
            );
            return Err(Error::new(ErrorKind::Unsupported, context));
        }
        None => return Err(crate::error::corrupt("a payload is empty")),
    };
    let (value, read) = bincode::borrow_decode_from_slice(body, config())
        .map_err(|e| crate::error::corrupt("a payload cannot be read").with_source(e))?;
    if read == body.len() {
        return Ok(value);
    }
    Err(crate::error::corrupt(
        "a payload is followed by other bytes",
    ))
}
