use std::fmt;

use crate::codec::CodecId;
use crate::header::Parts;
use crate::{Error, Result};

/// What a dictionary is called in envelopes: the CRC-32 of its content.
///
/// So the id needs no counting, is the same wherever the dictionary is, and
/// tells when its bytes were changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DictionaryId(u32);

impl DictionaryId {
    /// The id of a dictionary with this content.
    pub fn of(content: &[u8]) -> Self {
        Self(crc32fast::hash(content))
    }

    /// Its number.
    pub const fn get(self) -> u32 {
        self.0
    }

    /// Its bytes at the beginning of a body.
    #[cfg(feature = "zstd")]
    pub(crate) const fn to_bytes(self) -> [u8; 4] {
        self.0.to_le_bytes()
    }

    /// The id at the beginning of `body`, and what follows it.
    pub(crate) fn split_from(body: &[u8]) -> Result<(Self, &[u8])> {
        let parts = body.split_first_chunk();
        let (id, rest) = parts.ok_or_else(|| {
            Error::corrupt("unpack an envelope: it is too short for the id of its dictionary")
        })?;
        Ok((Self(u32::from_le_bytes(*id)), rest))
    }
}

impl From<u32> for DictionaryId {
    fn from(number: u32) -> Self {
        Self(number)
    }
}

impl fmt::Display for DictionaryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

/// The dictionary without which `envelope` cannot be read, if it needs one.
///
/// Looks at the first 20 bytes only. As for [`original_len`](crate::original_len), nothing is
/// verified.
///
/// # Errors
///
/// [`ErrorKind::Corrupt`](crate::ErrorKind::Corrupt) when this is not the beginning of an
/// envelope, [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) when its format version is
/// not known here.
pub fn dictionary_of(envelope: &[u8]) -> Result<Option<DictionaryId>> {
    let parts = Parts::of(envelope)?;
    parts.check_version()?;
    if CodecId::from_byte(parts.codec) != Some(CodecId::ZstdDictionary) {
        return Ok(None);
    }
    DictionaryId::split_from(parts.body).map(|(id, _)| Some(id))
}
