use flate2::Compression;

use crate::codec::CodecId;
use crate::config::packable_len;
use crate::deflate::Deflater;
#[cfg(feature = "zstd")]
use crate::dictionary::{Dictionary, Prepared};
use crate::estimate::worth_trying;
use crate::header::{HEADER_LEN, Header};
#[cfg(feature = "zstd")]
use crate::zstd::{Compressor, With};
use crate::{Algorithm, Config, Result};

/// Packs payloads one after the other with the same compressor state: 380 KB for deflate. For zstd
/// it grows with the largest payload so far; at level 3 it has 57 KB after 1.8 KB and 1.3 MB after
/// 300 KB or more, at level 19 it has 85 MB after 4.5 MB.
#[derive(Debug)]
pub struct Encoder {
    config: Config,
    state: State,
}

/// What an algorithm keeps between calls.
#[derive(Debug)]
enum State {
    Raw,
    Deflate(Deflater),
    #[cfg(feature = "zstd")]
    Zstd(Compressor, Option<Prepared>),
}

impl Encoder {
    /// An encoder with its state allocated.
    pub fn new(config: &Config) -> Self {
        let state = match config.algorithm {
            Algorithm::Raw => State::Raw,
            Algorithm::Deflate => {
                let level = Compression::new(config.level.of_deflate());
                State::Deflate(Deflater::new(level))
            }
            #[cfg(feature = "zstd")]
            Algorithm::Zstd => {
                Compressor::new().map_or(State::Raw, |compressor| State::Zstd(compressor, None))
            }
        };
        Self {
            config: config.clone(),
            state,
        }
    }

    /// The same encoder, packing with `dictionary` if its algorithm uses one.
    #[cfg(feature = "zstd")]
    #[must_use]
    pub fn with_dictionary(mut self, dictionary: &Dictionary) -> Self {
        self.prepare(Prepared::new(dictionary, self.config.level));
        self
    }

    /// Packs with this dictionary from now on, or with none.
    #[cfg(feature = "zstd")]
    pub(crate) fn prepare(&mut self, prepared: Option<Prepared>) {
        if let State::Zstd(_, dictionary) = &mut self.state {
            *dictionary = prepared;
        }
    }

    /// The envelope of `payload`: compressed if that is smaller, else raw. It
    /// is never longer than the payload and [`HEADER_LEN`] bytes.
    ///
    /// Payloads under [`Config::threshold`] are not compressed, nor are those from 4 KB on of which
    /// a sample looks like noise.
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
            && worth_trying(payload)
            && let Some(codec) = self.push_compressed(payload, envelope)
        {
            // The room that compression saved goes back.
            envelope.shrink_to_fit();
            return codec;
        }
        envelope.truncate(HEADER_LEN);
        envelope.extend_from_slice(payload);
        CodecId::Raw
    }

    /// Appends a body that is shorter than the payload, if there is one.
    fn push_compressed(&mut self, payload: &[u8], envelope: &mut Vec<u8>) -> Option<CodecId> {
        match &mut self.state {
            State::Raw => None,
            State::Deflate(state) => {
                let smaller = state.compress(payload, envelope);
                smaller.then_some(CodecId::Deflate)
            }
            #[cfg(feature = "zstd")]
            State::Zstd(state, None) => {
                let with = With::Level(self.config.level);
                let smaller = state.compress(payload, with, envelope, payload.len());
                smaller.then_some(CodecId::Zstd)
            }
            #[cfg(feature = "zstd")]
            State::Zstd(state, Some(prepared)) => {
                let id = prepared.dictionary.id().to_bytes();
                let room = payload.len().checked_sub(id.len())?;
                envelope.extend_from_slice(&id);
                let with = With::Dictionary(prepared);
                let smaller = state.compress(payload, with, envelope, room);
                smaller.then_some(CodecId::ZstdDictionary)
            }
        }
    }
}
