//! What an input is fed to, here and under cargo-fuzz.

use std::task::{Context, Poll, Waker};
use turso_compression::{
    Algorithm, CompressedTransport, Config, Decoder, Dictionary, Encoder, ErrorKind, HEADER_LEN,
    Level, Packer, dictionary_of, gunzip, original_len,
};

/// No input is unpacked to more.
const MAX: usize = 1_000_000;

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Some bytes were packed and came back.
    CameBack,
    /// It was taken for an envelope or a gzip stream, and gave so many bytes.
    Unpacked(usize),
    /// It was refused.
    Refused(ErrorKind),
}

/// Decoders and encoders of every kind, used for one input after the other.
pub(crate) struct Target {
    decoder: Decoder,
    encoders: Vec<Encoder>,
    packer: Packer,
}

impl Target {
    /// One that knows `dictionary`.
    pub(crate) fn new(dictionary: &Dictionary) -> Self {
        let mut decoder = Decoder::new(&config(Algorithm::Raw, 1));
        decoder.learn(dictionary);
        let encoder = |algorithm, level| Encoder::new(&config(algorithm, level));
        let encoders = vec![
            encoder(Algorithm::Raw, 1),
            encoder(Algorithm::Deflate, 1),
            encoder(Algorithm::Deflate, 6),
            encoder(Algorithm::Zstd, 1),
            encoder(Algorithm::Zstd, 3).with_dictionary(dictionary),
        ];
        let packer = Packer::new(config(Algorithm::Raw, 1));
        packer.learn(dictionary);
        Self {
            decoder,
            encoders,
            packer,
        }
    }

    /// Feeds it an input: what is done with it, which encoder does it, and the bytes.
    ///
    /// Panics when something does that never may.
    pub(crate) fn feed(&mut self, input: &[u8]) -> Outcome {
        let [what, which, bytes @ ..] = input else {
            return self.unpack(input);
        };
        match what % 5 {
            0 => self.unpack(bytes),
            1 => self.unpack(&resealed(bytes)),
            2 => self.pack(*which, bytes),
            3 => outcome(gunzip(bytes, MAX)),
            _ => self.receive(bytes),
        }
    }

    fn unpack(&mut self, bytes: &[u8]) -> Outcome {
        let declared = original_len(bytes);
        let named = dictionary_of(bytes);
        let payload = self.decoder.decode(bytes);
        if let Ok(payload) = &payload {
            assert_eq!(declared.ok(), Some(payload.len()));
            assert!(named.is_ok() && payload.len() <= MAX);
        }
        outcome(payload)
    }

    /// The bytes as one frame of a transport, and what follows as the next ones.
    fn receive(&self, bytes: &[u8]) -> Outcome {
        let len = u32::try_from(bytes.len()).unwrap_or(0).to_le_bytes();
        let wire = [&len, bytes].concat();
        let mut receiver = CompressedTransport::new(wire.as_slice(), self.packer.clone());
        match at_once(receiver.recv()) {
            Ok(message) => Outcome::Unpacked(message.map_or(0, |message| message.len())),
            Err(error) => Outcome::Refused(error.kind()),
        }
    }

    fn pack(&mut self, which: u8, payload: &[u8]) -> Outcome {
        let place = usize::from(which) % self.encoders.len();
        let envelope = self.encoders[place].encode(payload).unwrap();
        assert!(envelope.len() <= payload.len() + HEADER_LEN);
        assert_eq!(self.decoder.decode(&envelope).unwrap(), payload);
        Outcome::CameBack
    }
}

fn config(algorithm: Algorithm, level: u8) -> Config {
    Config {
        algorithm,
        level: Level::new(level).unwrap(),
        threshold: 0,
        max_uncompressed: MAX,
    }
}

fn outcome(unpacked: turso_compression::Result<Vec<u8>>) -> Outcome {
    match unpacked {
        Ok(payload) => Outcome::Unpacked(payload.len()),
        Err(error) => Outcome::Refused(error.kind()),
    }
}

/// The output of a future that never has to wait.
fn at_once<F: Future>(future: F) -> F::Output {
    let mut future = std::pin::pin!(future);
    match future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("bytes in memory are always there"),
    }
}

/// The same bytes with the seal that lets the decoder believe the rest.
fn resealed(bytes: &[u8]) -> Vec<u8> {
    let mut envelope = bytes.to_vec();
    if envelope.len() >= HEADER_LEN {
        envelope[..3].copy_from_slice(&[0xF5, b'E', 1]);
        let mut crc = crc32fast::Hasher::new();
        crc.update(&envelope[..12]);
        crc.update(&envelope[HEADER_LEN..]);
        envelope[12..HEADER_LEN].copy_from_slice(&crc.finalize().to_le_bytes());
    }
    envelope
}
