use flate2::Decompress;

use crate::codec::CodecId;
use crate::config::unpackable_len;
#[cfg(feature = "zstd")]
use crate::dictionary::{Dictionary, Known};
use crate::header::Header;
#[cfg(feature = "zstd")]
use crate::zstd::Decompressor;
use crate::{Config, Error, Result, deflate};

/// Unpacks envelopes one after the other with the same decompressor state
/// (48 KB, and 96 KB more once zstd is met).
#[derive(Debug)]
pub struct Decoder {
    max_uncompressed: usize,
    inflate: Decompress,
    #[cfg(feature = "zstd")]
    zstd: Decompressor,
}

impl Decoder {
    /// A decoder with its state allocated. Of `config` only
    /// [`Config::max_uncompressed`] matters: every known codec is read.
    pub fn new(config: &Config) -> Self {
        Self {
            max_uncompressed: config.max_uncompressed,
            inflate: Decompress::new(false),
            #[cfg(feature = "zstd")]
            zstd: Decompressor::new(Known::default()),
        }
    }

    /// The same decoder with the dictionaries of others.
    #[cfg(feature = "zstd")]
    pub(crate) fn knowing(config: &Config, known: Known) -> Self {
        Self {
            zstd: Decompressor::new(known),
            ..Self::new(config)
        }
    }

    /// Reads envelopes made with `dictionary` from now on.
    #[cfg(feature = "zstd")]
    pub fn learn(&mut self, dictionary: &Dictionary) {
        self.zstd.known.add(dictionary);
    }

    /// The payload in `envelope`, exactly as it was packed.
    ///
    /// Whatever the bytes are, it allocates at most the smaller of
    /// [`Config::max_uncompressed`] and what so many bytes can hold at best (1,032 times their
    /// length for deflate, 32,768 times for zstd), and only after their seal proved right.
    ///
    /// # Errors
    ///
    /// - [`ErrorKind::Corrupt`](crate::ErrorKind::Corrupt): not an envelope,
    ///   cut short, changed in any bit, or followed by other bytes.
    /// - [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported): a whole
    ///   envelope of a version or codec unknown to this build.
    /// - [`ErrorKind::MissingDictionary`](crate::ErrorKind::MissingDictionary): it was made with
    ///   a dictionary that this decoder did not [learn](Self::learn).
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
            #[cfg(feature = "zstd")]
            CodecId::Zstd => self.zstd.plain(body, len)?,
            #[cfg(feature = "zstd")]
            CodecId::ZstdDictionary => self.zstd.with_dictionary(body, len)?,
            #[cfg(not(feature = "zstd"))]
            CodecId::Zstd | CodecId::ZstdDictionary => return Err(without_zstd(header.codec)),
        };
        if crc32fast::hash(&payload) == header.crc {
            return Ok(payload);
        }
        Err(Error::corrupt(
            "unpack an envelope: its payload does not match its checksum",
        ))
    }
}

#[cfg(not(feature = "zstd"))]
fn without_zstd(codec: CodecId) -> Error {
    let codec = codec as u8;
    let context = format!("open an envelope: codec {codec} needs a build with the feature zstd");
    Error::new(crate::ErrorKind::Unsupported, context)
}

fn raw(body: &[u8], len: usize) -> Result<Vec<u8>> {
    if body.len() == len {
        return Ok(body.to_vec());
    }
    Err(Error::corrupt(
        "unpack an envelope: its body is not of its declared length",
    ))
}
