use crate::codec::CodecId;
use crate::{Error, ErrorKind, Result};

/// Bytes before the body of an envelope.
pub const HEADER_LEN: usize = 16;

/// Where in an envelope the byte of its codec is, in every version so far.
pub const CODEC_AT: usize = 3;

/// The format version this build writes, and the only one it reads.
pub const VERSION: u8 = 1;

/// `F5` occurs in no UTF-8 text: text is never taken for an envelope.
const MAGIC: [u8; 2] = [0xF5, b'E'];

/// The header without its last field, the seal.
type Sealed = [u8; HEADER_LEN - 4];

/// What the header of this version says about its body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) codec: CodecId,
    /// Bytes of the uncompressed payload.
    pub(crate) len: u32,
    /// CRC32 of the uncompressed payload.
    pub(crate) crc: u32,
}

impl Header {
    /// Writes itself over the first 16 bytes of an otherwise finished envelope.
    pub(crate) fn write(self, envelope: &mut [u8]) {
        let Some((sealed, rest)) = envelope.split_first_chunk_mut() else {
            return;
        };
        let Some((seal_field, body)) = rest.split_first_chunk_mut() else {
            return;
        };
        *sealed = self.to_bytes();
        *seal_field = seal(sealed, body).to_le_bytes();
    }

    /// Splits an envelope into its header and its body, which are then what
    /// was written: the seal is checked before anything else is believed.
    pub(crate) fn open(envelope: &[u8]) -> Result<(Self, &[u8])> {
        let parts = Parts::of(envelope)?;
        parts.check_seal()?;
        Ok((parts.header()?, parts.body))
    }

    #[rustfmt::skip]
    fn to_bytes(self) -> Sealed {
        let [m0, m1] = MAGIC;
        let [l0, l1, l2, l3] = self.len.to_le_bytes();
        let [c0, c1, c2, c3] = self.crc.to_le_bytes();
        [m0, m1, VERSION, self.codec as u8, l0, l1, l2, l3, c0, c1, c2, c3]
    }
}

/// The length in bytes of the payload in `envelope`, as its header declares it.
///
/// Looks at the first [`HEADER_LEN`] bytes only, so a prefix of the envelope is
/// enough and nothing is decompressed. For the same reason the seal cannot be
/// checked: fit for statistics, not a promise. [`Decoder::decode`] verifies it.
///
/// [`Decoder::decode`]: crate::Decoder::decode
///
/// # Errors
///
/// [`ErrorKind::Corrupt`] when this is not the beginning of an envelope,
/// [`ErrorKind::Unsupported`] when its format version is not known here.
pub fn original_len(envelope: &[u8]) -> Result<usize> {
    let parts = Parts::of(envelope)?;
    parts.check_version()?;
    Ok(usize::try_from(parts.len).unwrap_or(usize::MAX))
}

/// An envelope with the right magic, taken apart; nothing else is checked yet.
pub(crate) struct Parts<'a> {
    sealed: &'a Sealed,
    version: u8,
    pub(crate) codec: u8,
    len: u32,
    crc: u32,
    seal: u32,
    pub(crate) body: &'a [u8],
}

impl<'a> Parts<'a> {
    pub(crate) fn of(envelope: &'a [u8]) -> Result<Self> {
        let (sealed, rest) = envelope.split_first_chunk().ok_or_else(too_short)?;
        let (seal, body) = rest.split_first_chunk().ok_or_else(too_short)?;
        let [m0, m1, version, codec, l0, l1, l2, l3, c0, c1, c2, c3] = *sealed;
        if [m0, m1] != MAGIC {
            return Err(Error::corrupt(
                "open an envelope: it does not begin with the magic",
            ));
        }
        let len = u32::from_le_bytes([l0, l1, l2, l3]);
        let crc = u32::from_le_bytes([c0, c1, c2, c3]);
        let seal = u32::from_le_bytes(*seal);
        Ok(Self {
            sealed,
            version,
            codec,
            len,
            crc,
            seal,
            body,
        })
    }

    fn check_seal(&self) -> Result<()> {
        if seal(self.sealed, self.body) == self.seal {
            return Ok(());
        }
        Err(Error::corrupt(
            "open an envelope: its bytes do not match its seal",
        ))
    }

    pub(crate) fn check_version(&self) -> Result<()> {
        if self.version == VERSION {
            return Ok(());
        }
        Err(unsupported("format version", self.version))
    }

    fn header(&self) -> Result<Header> {
        self.check_version()?;
        let codec =
            CodecId::from_byte(self.codec).ok_or_else(|| unsupported("codec", self.codec))?;
        Ok(Header {
            codec,
            len: self.len,
            crc: self.crc,
        })
    }
}

/// CRC32 of the header before the seal, then of the body.
fn seal(sealed: &Sealed, body: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    crc.update(sealed);
    crc.update(body);
    crc.finalize()
}

fn too_short() -> Error {
    Error::corrupt("open an envelope: it is shorter than its header")
}

fn unsupported(what: &str, number: u8) -> Error {
    let context = format!("open an envelope: {what} {number} is not known to this build");
    Error::new(ErrorKind::Unsupported, context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_opened() {
        let header = Header {
            codec: CodecId::Deflate,
            len: 0x0102_0304,
            crc: 0xA0B0_C0D0,
        };
        let mut envelope = [[0; HEADER_LEN].as_slice(), b"body"].concat();
        header.write(&mut envelope);
        assert_eq!(
            Header::open(&envelope).unwrap(),
            (header, b"body".as_slice())
        );
        assert_eq!(original_len(&envelope[..HEADER_LEN]).unwrap(), 0x0102_0304);
    }

    #[test]
    fn the_fields_are_where_the_readme_says() {
        let mut envelope = [0; HEADER_LEN];
        Header {
            codec: CodecId::Deflate,
            len: 0x0102_0304,
            crc: 0xA0B0_C0D0,
        }
        .write(&mut envelope);
        let fields = [0xF5, 0x45, 1, 1, 4, 3, 2, 1, 0xD0, 0xC0, 0xB0, 0xA0];
        assert_eq!(envelope[..12], fields);
        assert_eq!(envelope[12..], crc32fast::hash(&fields).to_le_bytes());
    }
}
