use std::sync::Arc;

use crate::pool::Pool;
use crate::{Config, Decoder, Encoder, Result};

/// [`Encoder`]s and [`Decoder`]s for any number of threads and tasks.
///
/// A clone is another handle to the same states. Between calls at most one
/// encoder and one decoder per processor stay allocated (about 370 KB a pair).
///
/// The calls compute and never wait. At the default configuration a payload of
/// some kilobytes takes about ten microseconds, one of 7 MB about ten
/// milliseconds: an async caller moves the large ones to a blocking thread.
#[derive(Debug, Clone)]
pub struct Packer {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    config: Config,
    encoders: Pool<Encoder>,
    decoders: Pool<Decoder>,
}

impl Packer {
    /// A packer; its states are allocated when first used.
    pub fn new(config: Config) -> Self {
        let shared = Shared {
            config,
            encoders: Pool::new(),
            decoders: Pool::new(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// How this packer packs.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// The envelope of `payload`.
    ///
    /// # Errors
    ///
    /// Those of [`Encoder::encode`].
    pub fn pack(&self, payload: &[u8]) -> Result<Vec<u8>> {
        let make = || Encoder::new(&self.shared.config);
        self.shared
            .encoders
            .run(make, |encoder| encoder.encode(payload))
    }

    /// The payload in `envelope`.
    ///
    /// # Errors
    ///
    /// Those of [`Decoder::decode`].
    pub fn unpack(&self, envelope: &[u8]) -> Result<Vec<u8>> {
        let make = || Decoder::new(&self.shared.config);
        self.shared
            .decoders
            .run(make, |decoder| decoder.decode(envelope))
    }
}

impl Default for Packer {
    fn default() -> Self {
        Self::new(Config::default())
    }
}
