//! Payloads and envelopes to do harm to.

use turso_compression::{Codec, Config, Decoder, Encoder, HEADER_LEN, Level};

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

pub(crate) fn encoder(codec: Codec, threshold: usize) -> Encoder {
    Encoder::new(&Config {
        codec,
        threshold,
        ..Config::default()
    })
}

pub(crate) fn deflate(level: u8) -> Codec {
    Codec::Deflate(Level::new(level).unwrap())
}

pub(crate) fn decode(envelope: &[u8]) -> turso_compression::Result<Vec<u8>> {
    Decoder::new(&Config::default()).decode(envelope)
}

/// Fifty payloads of 0 to 500 bytes with their envelopes: raw and deflate at
/// every level, text, noise and runs of one byte.
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
    let codec = if i % 10 == 2 {
        Codec::Raw
    } else {
        deflate(1 + (i % 9) as u8)
    };
    let envelope = encoder(codec, 0).encode(&payload).unwrap();
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
