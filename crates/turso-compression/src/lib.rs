#![doc = include_str!("../README.md")]

mod codec;
mod config;
mod decoder;
mod deflate;
#[cfg(feature = "zstd")]
mod dictionary;
mod dictionary_id;
mod encoder;
mod error;
mod estimate;
mod gzip;
mod header;
mod packer;
mod pool;
mod stats;
#[cfg(feature = "transport")]
mod transport;
#[cfg(feature = "zstd")]
mod zstd;

pub use codec::{Algorithm, Level};
pub use config::{Config, DEFAULT_MAX_UNCOMPRESSED, DEFAULT_THRESHOLD};
pub use decoder::Decoder;
#[cfg(feature = "zstd")]
pub use dictionary::{DICTIONARY_BYTES_MAX, Dictionary};
pub use dictionary_id::{DictionaryId, dictionary_of};
pub use encoder::Encoder;
pub use error::{Error, ErrorKind, Result};
pub use gzip::gunzip;
pub use header::{CODEC_AT, HEADER_LEN, VERSION, original_len};
pub use packer::Packer;
pub use stats::Stats;
#[cfg(feature = "transport")]
pub use transport::CompressedTransport;
