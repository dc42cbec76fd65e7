//! Packing and unpacking the payloads of episodes, beside the libraries alone.
//!
//! ```sh
//! MEMORY_BENCH_DB=real.db cargo bench -p memory-benches --bench compression
//! ```
//!
//! Takes the payloads of every eighth episode of the memory that the variable names, else of some made-up ones.
//! For each codec: this crate, the library with its state used again ("naked"), and the
//! library as it is used at first ("naive"), which makes its state anew for each call.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::needless_for_each,
    clippy::semicolon_if_nothing_returned
)]

#[path = "../common/mod.rs"]
mod common;

use flate2::{Compress, Compression, FlushCompress};
use memory_benches::{Episodes, Sides};
use std::hint::black_box;
use std::io::{Read as _, Write as _};
use tokio::runtime::Runtime;
use turso_compression::{Algorithm, Config, Dictionary, Level, Packer};
use zstd::bulk::Compressor;

fn payloads() -> Vec<Vec<u8>> {
    let runtime = Runtime::new().unwrap();
    let episodes = match std::env::var("MEMORY_BENCH_DB") {
        Ok(path) => runtime.block_on(common::episodes(&path)),
        Err(_) => Episodes::new(1).take(800).collect(),
    };
    runtime.block_on(common::payloads(&episodes))
}

/// Payloads to measure on, those to learn from, and how many rounds.
struct Bench {
    payloads: Vec<Vec<u8>>,
    dictionary: Dictionary,
    rounds: usize,
}

impl Bench {
    fn each(&self, mut work: impl FnMut(&[u8])) {
        self.payloads.iter().for_each(|payload| work(payload));
    }

    fn sides(&self, name: &str) -> Sides<'_> {
        let operations = u32::try_from(self.payloads.len()).unwrap();
        Sides::new(name).rounds(self.rounds).operations(operations)
    }

    /// Our packer, and what it makes of the payloads.
    fn packer(&self, algorithm: Algorithm, level: u8, with: bool) -> (Packer, Vec<Vec<u8>>) {
        let level = Level::new(level).unwrap();
        let packer = Packer::new(Config {
            algorithm,
            level,
            ..Config::default()
        });
        packer.use_dictionary(with.then_some(&self.dictionary));
        let envelopes = self
            .payloads
            .iter()
            .map(|payload| packer.pack(payload).unwrap());
        let envelopes = envelopes.collect();
        (packer, envelopes)
    }

    fn deflate(&self, level: u8) {
        let (packer, envelopes) = self.packer(Algorithm::Deflate, level, false);
        let compression = Compression::new(u32::from(level));
        let naive = |payload: &[u8]| {
            let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), compression);
            encoder.write_all(payload).unwrap();
            encoder.finish().unwrap()
        };
        let mut state = Compress::new(compression, false);
        let mut naked = |payload: &[u8]| {
            let mut out = Vec::with_capacity(payload.len() + 100);
            state.reset();
            state
                .compress_vec(payload, &mut out, FlushCompress::Finish)
                .unwrap();
            black_box(out);
        };
        let report = self
            .sides(&format!("deflate {level}, pack"))
            .side("naked", || self.each(&mut naked))
            .side("ours", || {
                self.each(|payload| drop(black_box(packer.pack(payload).unwrap())))
            })
            .side("naive", || {
                self.each(|payload| drop(black_box(naive(payload))))
            })
            .run();
        println!("{report}");
        let streams: Vec<_> = self.payloads.iter().map(|payload| naive(payload)).collect();
        let inflate = |stream: &Vec<u8>| {
            let mut out = Vec::new();
            flate2::read::DeflateDecoder::new(stream.as_slice())
                .read_to_end(&mut out)
                .unwrap();
            black_box(out);
        };
        let report = self
            .sides(&format!("deflate {level}, unpack"))
            .side("naive", || streams.iter().for_each(inflate))
            .side("ours", || {
                envelopes
                    .iter()
                    .for_each(|e| drop(black_box(packer.unpack(e).unwrap())))
            })
            .run();
        println!("{report}");
        self.size(&format!("deflate {level}"), &envelopes);
    }

    fn zstd(&self, level: u8, with: bool) {
        let name = format!(
            "zstd {level}{}",
            if with { " with a dictionary" } else { "" }
        );
        let (packer, envelopes) = self.packer(Algorithm::Zstd, level, with);
        let dictionary = if with { self.dictionary.content() } else { &[] };
        let number = i32::from(level);
        let mut naked = Compressor::with_dictionary(number, dictionary).unwrap();
        let naive = |payload: &[u8]| {
            let mut compressor = Compressor::with_dictionary(number, dictionary).unwrap();
            compressor.compress(payload).unwrap()
        };
        let report = self
            .sides(&format!("{name}, pack"))
            .side("naked", || {
                self.each(|payload| drop(black_box(naked.compress(payload).unwrap())))
            })
            .side("ours", || {
                self.each(|payload| drop(black_box(packer.pack(payload).unwrap())))
            })
            .side("naive", || {
                self.each(|payload| drop(black_box(naive(payload))))
            })
            .run();
        println!("{report}");
        let frames: Vec<_> = self.payloads.iter().map(|p| (naive(p), p.len())).collect();
        let mut state = zstd::bulk::Decompressor::with_dictionary(dictionary).unwrap();
        let report = self
            .sides(&format!("{name}, unpack"))
            .side("naked", || {
                for (frame, len) in &frames {
                    black_box(state.decompress(frame, *len).unwrap());
                }
            })
            .side("ours", || {
                envelopes
                    .iter()
                    .for_each(|e| drop(black_box(packer.unpack(e).unwrap())))
            })
            .run();
        println!("{report}");
        self.size(&name, &envelopes);
    }

    fn lz4(&self) {
        let blocks: Vec<_> = self
            .payloads
            .iter()
            .map(|p| lz4_flex::compress(p))
            .collect();
        let frames: Vec<_> = blocks
            .iter()
            .zip(self.payloads.iter().map(Vec::len))
            .collect();
        let report = self
            .sides("lz4")
            .side("pack", || {
                self.each(|payload| drop(black_box(lz4_flex::compress(payload))))
            })
            .side("unpack", || {
                for (block, len) in &frames {
                    black_box(lz4_flex::decompress(block, *len).unwrap());
                }
            })
            .run();
        println!("{report}");
        self.size("lz4", &blocks);
    }

    fn size(&self, name: &str, packed: &[Vec<u8>]) {
        let sum = |all: &[Vec<u8>]| all.iter().map(Vec::len).sum::<usize>() as f64;
        println!(
            "{name}: stored {:.3} of the payloads\n",
            sum(packed) / sum(&self.payloads)
        );
    }
}

fn main() {
    // `cargo test` wants to know that it runs, `cargo bench` how fast.
    let is_bench = std::env::args().any(|argument| argument == "--bench");
    let all = payloads();
    let learnt: Vec<_> = all.iter().step_by(4).collect();
    let mut measured: Vec<_> = all.iter().skip(1).step_by(8).cloned().collect();
    if !is_bench {
        measured.truncate(20);
    }
    let bench = Bench {
        dictionary: Dictionary::train(&learnt, 64 * 1024).unwrap(),
        payloads: measured,
        rounds: if is_bench { 15 } else { 1 },
    };
    let mut lengths: Vec<_> = bench.payloads.iter().map(Vec::len).collect();
    lengths.sort_unstable();
    let (count, sum) = (lengths.len(), lengths.iter().sum::<usize>());
    let p50 = lengths.get(count / 2).unwrap();
    println!("{count} payloads, p50 {p50} bytes, mean {}\n", sum / count);
    for level in [1, 3, 6] {
        bench.deflate(level);
    }
    for (level, with) in [(1, false), (3, false), (1, true), (3, true)] {
        bench.zstd(level, with);
    }
    bench.lz4();
}
