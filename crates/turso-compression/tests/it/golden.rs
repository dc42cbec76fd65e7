//! Envelopes written long ago. The files are never edited: see their README.

use turso_compression::{Codec, original_len};

use crate::samples::{decode, deflate, encoder};

const TEXT: &[u8] = include_bytes!("../golden/payload.txt");

const RAW_EMPTY: &[u8] = include_bytes!("../golden/v1-raw-empty.envelope");
const RAW: &[u8] = include_bytes!("../golden/v1-raw-text.envelope");
const DEFLATED: [&[u8]; 5] = [
    include_bytes!("../golden/v1-deflate-1-text.envelope"),
    include_bytes!("../golden/v1-deflate-6-text.envelope"),
    include_bytes!("../golden/v1-deflate-fixed-text.envelope"),
    include_bytes!("../golden/v1-deflate-stored-text.envelope"),
    include_bytes!("../golden/v1-deflate-own-text.envelope"),
];

#[test]
fn f23_version_1_raw_is_read() {
    assert_eq!(decode(RAW_EMPTY).unwrap(), b"");
    assert_eq!(decode(RAW).unwrap(), TEXT);
}

#[test]
fn f23_version_1_deflate_is_read() {
    for envelope in DEFLATED {
        assert_eq!(decode(envelope).unwrap(), TEXT);
        assert_eq!(original_len(envelope).unwrap(), TEXT.len());
    }
}

/// Today's writer still writes version 1, byte for byte where no compressor
/// has a say.
#[test]
fn f23_raw_is_written_as_before() {
    let mut encoder = encoder(Codec::Raw, 0);
    assert_eq!(encoder.encode(b"").unwrap(), RAW_EMPTY);
    assert_eq!(encoder.encode(TEXT).unwrap(), RAW);
}

#[test]
fn f23_deflate_is_written_with_the_header_of_before() {
    let envelope = encoder(deflate(1), 0).encode(TEXT).unwrap();
    assert_eq!(envelope[..12], DEFLATED[0][..12]);
}
