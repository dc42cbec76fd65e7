use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::{Error, ErrorKind, Result};

/// The content of the gzip stream `body` (RFC 1952), of at most `max` bytes:
/// for answers that come compressed over HTTP. It is no envelope.
///
/// Decodes piece by piece and stops at the first byte over `max`: memory is
/// bounded by that, whatever the stream unfolds to.
///
/// ```
/// use turso_compression::{ErrorKind, gunzip};
///
/// assert_eq!(gunzip(b"hello", 100).unwrap_err().kind(), ErrorKind::Corrupt);
/// ```
///
/// # Errors
/// [`ErrorKind::Limit`] when there is more than `max`; [`ErrorKind::Corrupt`]
/// for anything that is not one whole gzip stream with the right checksum.
pub fn gunzip(body: &[u8], max: usize) -> Result<Vec<u8>> {
    let bound = u64::try_from(max).unwrap_or(u64::MAX).saturating_add(1);
    let mut content = Vec::new();
    MultiGzDecoder::new(body)
        .take(bound)
        .read_to_end(&mut content)
        .map_err(|e| Error::corrupt("decode gzip: it is no whole gzip stream").with_source(e))?;
    if content.len() > max {
        let why = format!("decode gzip: it holds more than {max} bytes");
        return Err(Error::new(ErrorKind::Limit, why));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::*;

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn what_fits_exactly_is_taken_and_one_byte_more_is_not() {
        let body = gzip(&[7; 500]);
        assert_eq!(gunzip(&body, 500).unwrap(), [7; 500]);
        assert_eq!(gunzip(&body, 499).unwrap_err().kind(), ErrorKind::Limit);
        assert_eq!(gunzip(&gzip(b""), 0).unwrap(), b"");
    }

    #[test]
    fn f20_a_bomb_is_stopped_at_the_limit() {
        let body = gzip(&vec![0; 50_000_000]);
        assert!(body.len() < 1_000_000);
        assert_eq!(gunzip(&body, 1000).unwrap_err().kind(), ErrorKind::Limit);
    }

    #[test]
    fn f18_a_stream_that_is_cut_anywhere_is_corrupt() {
        let body = gzip(b"some content, some content");
        for len in 1..body.len() {
            let error = gunzip(&body[..len], 1000).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Corrupt, "cut to {len}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_end_in_an_answer(bytes: Vec<u8>, max in 0_usize..100) {
            let _ = gunzip(&bytes, max);
            let _ = gunzip(&[&[0x1f, 0x8b, 8, 0][..], &bytes].concat(), max);
        }

        #[test]
        fn content_comes_back(bytes: Vec<u8>) {
            prop_assert_eq!(gunzip(&gzip(&bytes), bytes.len()).unwrap(), bytes);
        }
    }
}
