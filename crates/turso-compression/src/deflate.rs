use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use crate::{Error, Result};

/// Deflate's best case: 258 bytes from a match of two bits.
const MAX_RATIO: usize = 1032;

/// A compressor whose state (about 380 KB) is allocated once.
#[derive(Debug)]
pub(crate) struct Deflater {
    state: Compress,
    level: Compression,
}

impl Deflater {
    pub(crate) fn new(level: Compression) -> Self {
        let state = Compress::new(level, false);
        Self { state, level }
    }

    /// Appends the deflate stream of `payload` to `out`, if it is shorter than the
    /// payload; else leaves `out` as it was and answers `false`.
    ///
    /// `out` has room for as many bytes as the payload has, and is not grown. An
    /// error of the library counts as "not shorter": a payload is never refused
    /// because it could not be compressed.
    pub(crate) fn compress(&mut self, payload: &[u8], out: &mut Vec<u8>) -> bool {
        let start = out.len();
        let status = self.state.compress_vec(payload, out, FlushCompress::Finish);
        let ended = matches!(status, Ok(Status::StreamEnd));
        if ended {
            self.state.reset();
        } else {
            // zlib-rs 0.6.8 does not reset how far the pending output was written:
            // after some streams that were given up it panics.
            self.state = Compress::new(self.level, false);
        }
        let smaller = ended && out.len() - start < payload.len();
        if !smaller {
            out.truncate(start);
        }
        smaller
    }
}

/// The payload of `len` bytes in the deflate stream `body`.
///
/// Allocates `len` bytes only if a body of that size can hold so many, and
/// stops there whatever the stream says. The stream has to end with the body
/// and to give exactly `len` bytes.
pub(crate) fn decompress(state: &mut Decompress, body: &[u8], len: usize) -> Result<Vec<u8>> {
    if len > body.len().saturating_mul(MAX_RATIO) {
        return Err(Error::corrupt(
            "inflate a body: it is too short for its declared length",
        ));
    }
    // One byte more than declared: zlib promises to report the end of a stream
    // only where there is room left.
    let mut out = Vec::with_capacity(len.saturating_add(1));
    state.reset(false);
    let status = state
        .decompress_vec(body, &mut out, FlushDecompress::Finish)
        .map_err(|e| Error::corrupt("inflate a body: it is no deflate stream").with_source(e))?;
    let used_up = usize::try_from(state.total_in()) == Ok(body.len());
    if status == Status::StreamEnd && used_up && out.len() == len {
        return Ok(out);
    }
    Err(Error::corrupt(
        "inflate a body: it is not a stream of exactly its declared length",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn deflated(payload: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(payload.len());
        assert!(Deflater::new(Compression::fast()).compress(payload, &mut out));
        out
    }

    fn inflate(body: &[u8], len: usize) -> Result<Vec<u8>> {
        decompress(&mut Decompress::new(false), body, len)
    }

    #[test]
    fn only_a_whole_stream_of_the_declared_length_is_taken() {
        let payload = [7; 500];
        let body = deflated(&payload);
        assert_eq!(inflate(&body, 500).unwrap(), payload);
        for len in [0, 1, 499, 501, 5_000] {
            assert_eq!(inflate(&body, len).unwrap_err().kind(), ErrorKind::Corrupt);
        }
    }

    #[test]
    fn bytes_after_the_stream_are_corrupt() {
        let mut body = deflated(&[7; 500]);
        body.push(0);
        assert_eq!(inflate(&body, 500).unwrap_err().kind(), ErrorKind::Corrupt);
    }

    #[test]
    fn the_best_case_of_deflate_is_still_plausible() {
        let payload = vec![0; 5_000_000];
        let mut body = Vec::with_capacity(payload.len());
        assert!(Deflater::new(Compression::best()).compress(&payload, &mut body));
        assert!(payload.len() / body.len() > 1000, "a ratio near the bound");
        assert_eq!(inflate(&body, payload.len()).unwrap(), payload);
    }
}
