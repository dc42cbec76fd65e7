use flate2::{Compress, Compression};

use crate::codec::CodecId;
use crate::config::packable_len;
use crate::header::{HEADER_LEN, Header};
use crate::{Codec, Config, Result, deflate};

/// Packs payloads one after the other with the same compressor state (about
/// 320 KB for deflate, allocated once).
#[derive(Debug)]
pub struct Encoder {
    config: Config,
    deflate: Option<Compress>,
}

impl Encoder {
    /// An encoder with its state allocated.
    pub fn new(config: &Config) -> Self {
        let deflate = match &config.codec {
            Codec::Raw => None,
            Codec::Deflate(level) => Some(Compress::new(
                Compression::new(u32::from(level.get())),
                false,
            )),
        };
        Self {
            config: config.clone(),
            deflate,
        }
    }

    /// The envelope of `payload`: compressed if that is smaller, else raw. It
    /// is never longer than the payload and [`HEADER_LEN`] bytes.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Limit`](crate::ErrorKind::Limit) when the payload is over
    /// [`Config::max_uncompressed`], before any work or allocation.
    pub fn encode(&mut self, payload: &[u8]) -> Result<Vec<u8>> {
        let len = packable_len(payload.len(), self.config.max_uncompressed)?;
        let mut envelope = Vec::with_capacity(HEADER_LEN + payload.len());
        envelope.resize(HEADER_LEN, 0);
        let codec = self.push_body(payload, &mut envelope);
        Header {
            codec,
            len,
            crc: crc32fast::hash(payload),
        }
        .write(&mut envelope);
        Ok(envelope)
    }

    fn push_body(&mut self, payload: &[u8], envelope: &mut Vec<u8>) -> CodecId {
        if payload.len() >= self.config.threshold
            && let Some(state) = &mut self.deflate
            && deflate::compress(state, payload, envelope)
        {
            // The room that compression saved goes back.
            envelope.shrink_to_fit();
            return CodecId::Deflate;
        }
        envelope.extend_from_slice(payload);
        CodecId::Raw
    }
}
