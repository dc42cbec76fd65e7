//! Inputs: good envelopes and gzip streams, and what mutations make of them.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write as _;
use turso_compression::{Algorithm, Config, Dictionary, Encoder, Level};

/// Inputs without end.
pub(crate) struct Corpus {
    random: Random,
    seeds: Vec<Vec<u8>>,
}

impl Corpus {
    /// The inputs of this seed.
    pub(crate) fn new(seed: u64, dictionary: &Dictionary) -> Self {
        let random = Random(seed);
        Self {
            random,
            seeds: seeds(dictionary),
        }
    }

    /// The next input: noise, or a good one with up to eight changes.
    pub(crate) fn next(&mut self) -> Vec<u8> {
        let mut input = vec![self.random.byte(), self.random.byte()];
        if self.random.below(8) == 0 {
            let len = self.random.below(300);
            input.extend((0..len).map(|_| self.random.byte()));
            return input;
        }
        let seed = self.random.below(self.seeds.len());
        input.extend_from_slice(&self.seeds[seed]);
        for _ in 0..self.random.below(9) {
            self.mutate(&mut input);
        }
        input
    }

    fn mutate(&mut self, input: &mut Vec<u8>) {
        if input.len() < 3 {
            return input.push(self.random.byte());
        }
        let at = 2 + self.random.below(input.len() - 2);
        let to = at + self.random.below(input.len() - at);
        match self.random.below(6) {
            0 => input[at] ^= 1 << self.random.below(8),
            1 => input[at] = [0, 1, 3, 0x7F, 0x80, 0xFF][self.random.below(6)],
            2 => input.insert(at, self.random.byte()),
            3 => drop(input.drain(at..to)),
            4 if input.len() < 5_000 => {
                let piece = input[at..to].to_vec();
                input.splice(at..at, piece);
            }
            _ => {
                let other = &self.seeds[self.random.below(self.seeds.len())];
                let from = self.random.below(other.len());
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
        }
    }
}

/// Payloads of 0 to 1,200 bytes, packed in every way.
fn seeds(dictionary: &Dictionary) -> Vec<Vec<u8>> {
    let ways = [
        (Algorithm::Raw, 1),
        (Algorithm::Deflate, 1),
        (Algorithm::Deflate, 9),
        (Algorithm::Zstd, 1),
        (Algorithm::Zstd, 19),
    ];
    let mut seeds = Vec::new();
    for (nth, (algorithm, level)) in ways.into_iter().cycle().take(60).enumerate() {
        let config = Config {
            algorithm,
            level: Level::new(level).unwrap(),
            threshold: 0,
            ..Config::default()
        };
        let payload = words(nth as u64, nth * 20);
        seeds.push(Encoder::new(&config).encode(&payload).unwrap());
        let mut with = Encoder::new(&config).with_dictionary(dictionary);
        seeds.push(with.encode(&payload).unwrap());
        let mut gzip = GzEncoder::new(Vec::new(), Compression::new(u32::from(level.min(9))));
        gzip.write_all(&payload).unwrap();
        seeds.push(gzip.finish().unwrap());
    }
    seeds
}

/// Text of few words.
pub(crate) fn words(seed: u64, len: usize) -> Vec<u8> {
    let words = [
        "search ",
        "the ",
        "flight ",
        "observation: ",
        "error\n",
        "42 ",
        "é",
        "retry ",
    ];
    let mut random = Random(seed);
    let mut text = Vec::new();
    while text.len() < len {
        text.extend_from_slice(words[random.below(words.len())].as_bytes());
    }
    text.truncate(len);
    text
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn byte(&mut self) -> u8 {
        self.next() as u8
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }
}
