use std::sync::Arc;
#[cfg(feature = "zstd")]
use std::sync::{PoisonError, RwLock};

#[cfg(feature = "zstd")]
use crate::dictionary::{Dictionary, Known, Prepared};
use crate::pool::Pool;
use crate::stats::{Counters, Stats};
use crate::{Config, Decoder, Encoder, Result};

/// [`Encoder`]s and [`Decoder`]s for any number of threads and tasks.
///
/// A clone is another handle to the same states. Between calls at most one
/// encoder and one decoder per processor stay allocated (see there for how much that is).
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
    counters: Counters,
    #[cfg(feature = "zstd")]
    dictionary: RwLock<Option<Prepared>>,
    #[cfg(feature = "zstd")]
    known: Known,
}

impl Packer {
    /// A packer; its states are allocated when first used.
    pub fn new(config: Config) -> Self {
        let shared = Shared {
            config,
            encoders: Pool::new(),
            decoders: Pool::new(),
            counters: Counters::default(),
            #[cfg(feature = "zstd")]
            dictionary: RwLock::default(),
            #[cfg(feature = "zstd")]
            known: Known::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// How this packer packs.
    pub fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Packs with `dictionary` from now on, or with none, on all handles. Reads what was packed
    /// with any that it packed with or learnt before.
    ///
    /// Only [`Algorithm::Zstd`](crate::Algorithm::Zstd) packs with a dictionary.
    #[cfg(feature = "zstd")]
    pub fn use_dictionary(&self, dictionary: Option<&Dictionary>) {
        let prepared = dictionary.and_then(|dictionary| {
            self.learn(dictionary);
            Prepared::new(dictionary, self.config().level)
        });
        let current = self.shared.dictionary.write();
        *current.unwrap_or_else(PoisonError::into_inner) = prepared;
    }

    /// The dictionary that it packs with.
    #[cfg(feature = "zstd")]
    pub fn dictionary(&self) -> Option<Dictionary> {
        self.prepared().map(|prepared| prepared.dictionary)
    }

    #[cfg(feature = "zstd")]
    fn prepared(&self) -> Option<Prepared> {
        let current = self.shared.dictionary.read();
        current.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Reads what was packed with `dictionary` from now on, on all handles.
    #[cfg(feature = "zstd")]
    pub fn learn(&self, dictionary: &Dictionary) {
        self.shared.known.add(dictionary);
    }

    /// Whether it can read what was packed with this dictionary.
    #[cfg(feature = "zstd")]
    pub fn knows(&self, id: crate::DictionaryId) -> bool {
        self.shared.known.get(id).is_some()
    }

    /// The envelope of `payload`.
    ///
    /// # Errors
    ///
    /// Those of [`Encoder::encode`].
    pub fn pack(&self, payload: &[u8]) -> Result<Vec<u8>> {
        let make = || Encoder::new(&self.shared.config);
        let envelope = self.shared.encoders.run(make, |encoder| {
            #[cfg(feature = "zstd")]
            encoder.prepare(self.prepared());
            encoder.encode(payload)
        })?;
        self.shared.counters.packed(payload.len(), envelope.len());
        Ok(envelope)
    }

    /// What was packed until now.
    pub fn stats(&self) -> Stats {
        self.shared.counters.stats()
    }

    /// The payload in `envelope`.
    ///
    /// # Errors
    ///
    /// Those of [`Decoder::decode`].
    pub fn unpack(&self, envelope: &[u8]) -> Result<Vec<u8>> {
        let make = || self.shared.decoder();
        self.shared
            .decoders
            .run(make, |decoder| decoder.decode(envelope))
    }
}

impl Shared {
    fn decoder(&self) -> Decoder {
        #[cfg(feature = "zstd")]
        return Decoder::knowing(&self.config, self.known.clone());
        #[cfg(not(feature = "zstd"))]
        Decoder::new(&self.config)
    }
}

impl Default for Packer {
    fn default() -> Self {
        Self::new(Config::default())
    }
}
