use flate2::Decompress;

use crate::codec::CodecId;
use crate::config::unpackable_len;
use crate::header::Header;
use crate::{Config, Error, Result, deflate};

/// Unpacks envelopes one after the other with the same decompressor state
/// (about 50 KB, allocated once).
#[derive(Debug)]
pub struct Decoder {
    max_uncompressed: usize,
    inflate: Decompress,
}

impl Decoder {
    /// A decoder with its state allocated. Of `config` only
    /// [`Config::max_uncompressed`] matters: every known codec is read.
    pub fn new(config: &Config) -> Self {
        Self {
            max_uncompressed: config.max_uncompressed,
            inflate: Decompress::new(false),
        }
    }

    /// The payload in `envelope`, exactly as it was packed.
    ///
    /// Whatever the bytes are, it allocates at most the smaller of
    /// [`Config::max_uncompressed`] and 1,032 times their length, and only
    /// after their seal proved right.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Corrupt`](crate::ErrorKind::Corrupt): not an envelope,
    ///   cut short, changed in any bit, or followed by other bytes.
    /// - [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported): a whole
    ///   envelope of a version or codec unknown to this build.
    /// - [`ErrorKind::Limit`](crate::ErrorKind::Limit): a whole envelope of a
    ///   larger payload than allowed.
    ///
    /// After an error the decoder is as good as new.
    pub fn decode(&mut self, envelope: &[u8]) -> Result<Vec<u8>> {
        let (header, body) = Header::open(envelope)?;
        let len = unpackable_len(header.len, self.max_uncompressed)?;
        let payload = match header.codec {
            CodecId::Raw => raw(body, len)?,
            CodecId::Deflate => deflate::decompress(&mut self.inflate, body, len)?,
        };
        if crc32fast::hash(&payload) == header.crc {
            return Ok(payload);
        }
        Err(Error::corrupt(
            "unpack an envelope: its payload does not match its checksum",
        ))
    }
}

fn raw(body: &[u8], len: usize) -> Result<Vec<u8>> {
    if body.len() == len {
        return Ok(body.to_vec());
    }
    Err(Error::corrupt(
        "unpack an envelope: its body is not of its declared length",
    ))
}
