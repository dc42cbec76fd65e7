#![doc = include_str!("../README.md")]

mod codec;
mod config;
mod decoder;
mod deflate;
mod encoder;
mod error;
mod gzip;
mod header;
mod packer;
mod pool;

pub use codec::{Codec, Level};
pub use config::{Config, DEFAULT_MAX_UNCOMPRESSED, DEFAULT_THRESHOLD};
pub use decoder::Decoder;
pub use encoder::Encoder;
pub use error::{Error, ErrorKind, Result};
pub use gzip::gunzip;
pub use header::{HEADER_LEN, VERSION, original_len};
pub use packer::Packer;
