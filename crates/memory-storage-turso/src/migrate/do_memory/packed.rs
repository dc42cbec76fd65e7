//! The compressed form of a value: `__compressed__:CODEC:SIZE`, a line feed, base64.

use crate::error::corrupt;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use memory_core::{Error, Result};
use std::borrow::Cow;
use std::io::Read as _;

const PREFIX: &[u8] = b"__compressed__:";

/// The bytes that `stored` stands for, at most `max`; itself, unless it is compressed.
pub(super) fn unpack(stored: &[u8], max: usize) -> Result<Cow<'_, [u8]>> {
    let Some(packed) = stored.strip_prefix(PREFIX) else {
        return Ok(Cow::Borrowed(stored));
    };
    let (codec, size, text) =
        parts(packed).ok_or_else(|| corrupt("a compressed value has no header"))?;
    if size > max {
        return Err(corrupt(format!(
            "a compressed value says that it has {size} bytes"
        )));
    }
    let bytes = STANDARD.decode(text).map_err(broken)?;
    let unpacked = match codec {
        "lz4" => lz4_flex::block::decompress(&bytes, size).map_err(broken)?,
        "zstd" => zstd(&bytes, size)?,
        "gzip" => gzip(&bytes, size)?,
        _ => return Err(corrupt("a value is compressed in an unknown way")),
    };
    if unpacked.len() != size {
        return Err(corrupt("a compressed value has another size than it says"));
    }
    Ok(Cow::Owned(unpacked))
}

fn parts(packed: &[u8]) -> Option<(&str, usize, &[u8])> {
    let end = packed.iter().position(|&byte| byte == b'\n')?;
    let (header, text) = packed.split_at_checked(end)?;
    let (codec, size) = std::str::from_utf8(header).ok()?.split_once(':')?;
    Some((codec, size.parse().ok()?, text.get(1..)?))
}

fn zstd(bytes: &[u8], size: usize) -> Result<Vec<u8>> {
    let mut unpacked = Vec::with_capacity(size);
    zstd_safe::decompress(&mut unpacked, bytes).map_err(|code| {
        corrupt(format!(
            "a compressed value is broken: {}",
            zstd_safe::get_error_name(code)
        ))
    })?;
    Ok(unpacked)
}

fn gzip(bytes: &[u8], size: usize) -> Result<Vec<u8>> {
    let mut unpacked = Vec::new();
    // One byte more, to notice that there is more.
    let limit = u64::try_from(size).unwrap_or(u64::MAX).saturating_add(1);
    let mut reader = flate2::read::GzDecoder::new(bytes).take(limit);
    reader.read_to_end(&mut unpacked).map_err(broken)?;
    Ok(unpacked)
}

fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    corrupt("a compressed value is broken").with_source(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    const MAX: usize = 1_000;

    fn packed(codec: &str, size: usize, bytes: &[u8]) -> Vec<u8> {
        format!("__compressed__:{codec}:{size}\n{}", STANDARD.encode(bytes)).into_bytes()
    }

    fn gzipped(text: &str) -> Vec<u8> {
        let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        writer.write_all(text.as_bytes()).unwrap();
        writer.finish().unwrap()
    }

    #[test]
    fn what_is_not_compressed_stays_as_it_is() {
        assert_eq!(*unpack(b"{}", MAX).unwrap(), *b"{}");
    }

    #[test]
    fn every_codec_is_undone() {
        let text = "abc".repeat(30);
        let mut zstd = Vec::with_capacity(200);
        zstd_safe::compress(&mut zstd, text.as_bytes(), 3).unwrap();
        let lz4 = lz4_flex::block::compress(text.as_bytes());
        for (codec, bytes) in [("lz4", lz4), ("zstd", zstd), ("gzip", gzipped(&text))] {
            let stored = packed(codec, text.len(), &bytes);
            assert_eq!(*unpack(&stored, MAX).unwrap(), *text.as_bytes(), "{codec}");
            // A lie about the size, either way, and a cut are errors.
            for lie in [text.len() - 1, text.len() + 1, MAX + 1] {
                assert!(
                    unpack(&packed(codec, lie, &bytes), MAX).is_err(),
                    "{codec} {lie}"
                );
            }
            let cut = bytes.get(..bytes.len() / 2).unwrap();
            assert!(
                unpack(&packed(codec, text.len(), cut), MAX).is_err(),
                "{codec}"
            );
        }
    }

    #[test]
    fn nonsense_is_an_error() {
        for text in [
            "__compressed__:",
            "__compressed__:lz4:5",
            "__compressed__:lz4:x\n",
            "__compressed__:rot13:1\nAA==",
        ] {
            assert!(unpack(text.as_bytes(), MAX).is_err(), "{text}");
        }
    }
}
