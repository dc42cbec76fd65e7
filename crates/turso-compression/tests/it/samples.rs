//! Payloads and envelopes to do harm to.

#[cfg(feature = "zstd")]
use turso_compression::Dictionary;
use turso_compression::{Algorithm, Config, Decoder, Encoder, HEADER_LEN, Level};

/// SplitMix64: the same numbers from the same seed on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }

    /// Text of few words, which compresses as prose does.
    pub(crate) fn text(&mut self, len: usize) -> Vec<u8> {
        const WORDS: [&str; 8] = [
            "search ",
            "the ",
            "flight ",
            "observation: ",
            "error\n",
            "42 ",
            "é",
            "retry ",
        ];
        let mut text = Vec::new();
        while text.len() < len {
            text.extend_from_slice(WORDS[self.below(WORDS.len())].as_bytes());
        }
        text.truncate(len);
        text
    }
}

/// A way to pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Raw,
    Deflate(u8),
    #[cfg(feature = "zstd")]
    Zstd(u8),
    #[cfg(feature = "zstd")]
    Dictionary(u8),
}

impl Way {
    /// The ways of this build, each at a level that `n` chooses.
    pub(crate) fn nth(n: usize) -> Self {
        let level = (n / 4) as u8;
        match n % 4 {
            1 => Self::Deflate(1 + level % 9),
            #[cfg(feature = "zstd")]
            2 => Self::Zstd(1 + level % 19),
            #[cfg(feature = "zstd")]
            3 => Self::Dictionary(1 + level % 19),
            _ => Self::Raw,
        }
    }

    /// All ways, each at a low and a high level.
    pub(crate) fn some() -> impl Iterator<Item = Self> {
        [0, 1, 2, 3, 33, 34, 35].into_iter().map(Self::nth)
    }

    fn config(self) -> Config {
        let (algorithm, level) = match self {
            Self::Raw => (Algorithm::Raw, 1),
            Self::Deflate(level) => (Algorithm::Deflate, level),
            #[cfg(feature = "zstd")]
            Self::Zstd(level) | Self::Dictionary(level) => (Algorithm::Zstd, level),
        };
        Config {
            algorithm,
            level: Level::new(level).unwrap(),
            ..Config::default()
        }
    }

    pub(crate) fn encoder(self, threshold: usize) -> Encoder {
        let encoder = Encoder::new(&Config {
            threshold,
            ..self.config()
        });
        #[cfg(feature = "zstd")]
        if let Self::Dictionary(_) = self {
            return encoder.with_dictionary(&dictionary());
        }
        encoder
    }

    pub(crate) fn encode(self, payload: &[u8]) -> Vec<u8> {
        self.encoder(0).encode(payload).unwrap()
    }

    /// The codec byte of what it makes, unless that is raw.
    pub(crate) fn codec(self) -> u8 {
        match self {
            Self::Raw => 0,
            Self::Deflate(_) => 1,
            #[cfg(feature = "zstd")]
            Self::Zstd(_) => 2,
            #[cfg(feature = "zstd")]
            Self::Dictionary(_) => 3,
        }
    }
}

/// Words of [`Random::text`], which make its samples shorter.
#[cfg(feature = "zstd")]
pub(crate) fn dictionary() -> Dictionary {
    Dictionary::new(Random(7).text(2_000)).unwrap()
}

/// A decoder that knows that dictionary.
pub(crate) fn decoder(config: &Config) -> Decoder {
    #[allow(unused_mut)]
    let mut decoder = Decoder::new(config);
    #[cfg(feature = "zstd")]
    decoder.learn(&dictionary());
    decoder
}

pub(crate) fn decode(envelope: &[u8]) -> turso_compression::Result<Vec<u8>> {
    decoder(&Config::default()).decode(envelope)
}

/// Fifty payloads of 0 to 500 bytes with their envelopes: every codec at many
/// levels, text, noise and runs of one byte.
pub(crate) fn fifty() -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut random = Random(50);
    (0..50).map(|i| sample(i, &mut random)).collect()
}

fn sample(i: usize, random: &mut Random) -> (Vec<u8>, Vec<u8>) {
    let len = i * 10;
    let payload = match i % 5 {
        0 => random.bytes(len),
        1 => vec![random.next() as u8; len],
        _ => random.text(len),
    };
    let envelope = Way::nth(i).encode(&payload);
    (payload, envelope)
}

/// An envelope made by hand from the layout in the README.
#[derive(Clone)]
pub(crate) struct Forged {
    pub(crate) version: u8,
    pub(crate) codec: u8,
    pub(crate) len: u32,
    pub(crate) crc: u32,
    pub(crate) body: Vec<u8>,
}

impl Forged {
    /// What `envelope` consists of.
    pub(crate) fn like(envelope: &[u8]) -> Self {
        let word = |at: usize| u32::from_le_bytes(envelope[at..at + 4].try_into().unwrap());
        Self {
            version: envelope[2],
            codec: envelope[3],
            len: word(4),
            crc: word(8),
            body: envelope[HEADER_LEN..].to_vec(),
        }
    }

    /// The envelope, with the seal it needs to be believed.
    pub(crate) fn sealed(&self) -> Vec<u8> {
        let mut envelope = vec![0xF5, 0x45, self.version, self.codec];
        envelope.extend(self.len.to_le_bytes());
        envelope.extend(self.crc.to_le_bytes());
        envelope.extend([0; 4]);
        envelope.extend(&self.body);
        reseal(&mut envelope);
        envelope
    }
}

/// Makes the seal fit whatever else is in the envelope.
pub(crate) fn reseal(envelope: &mut [u8]) {
    let mut crc = crc32fast::Hasher::new();
    crc.update(&envelope[..12]);
    crc.update(&envelope[HEADER_LEN..]);
    envelope[12..HEADER_LEN].copy_from_slice(&crc.finalize().to_le_bytes());
}
