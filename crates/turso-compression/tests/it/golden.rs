//! Envelopes written long ago. The files are never edited: see their README.

use turso_compression::{DictionaryId, dictionary_of, original_len};

use crate::samples::{Way, decode};

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

const ZSTD: [&[u8]; 6] = [
    include_bytes!("../golden/v1-zstd-1-text.envelope"),
    include_bytes!("../golden/v1-zstd-19-text.envelope"),
    include_bytes!("../golden/v1-zstd-checksum-text.envelope"),
    include_bytes!("../golden/v1-zstd-stored-text.envelope"),
    include_bytes!("../golden/v1-zstd-own-1-text.envelope"),
    include_bytes!("../golden/v1-zstd-own-3-text.envelope"),
];

const TRAINED: &[u8] = include_bytes!("../golden/trained.dictionary");
const PLAIN: &[u8] = include_bytes!("../golden/plain.dictionary");
/// Envelopes, each with its dictionary.
const WITH_DICTIONARY: [(&[u8], &[u8]); 4] = [
    (
        include_bytes!("../golden/v1-zstd-trained-dictionary-text.envelope"),
        TRAINED,
    ),
    (
        include_bytes!("../golden/v1-zstd-plain-dictionary-text.envelope"),
        PLAIN,
    ),
    (
        include_bytes!("../golden/v1-zstd-own-trained-dictionary-text.envelope"),
        TRAINED,
    ),
    (
        include_bytes!("../golden/v1-zstd-own-plain-dictionary-text.envelope"),
        PLAIN,
    ),
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

#[cfg(feature = "zstd")]
#[test]
fn f23_version_1_zstd_is_read() {
    for envelope in ZSTD {
        assert_eq!(decode(envelope).unwrap(), TEXT);
        assert_eq!(original_len(envelope).unwrap(), TEXT.len());
        assert_eq!(dictionary_of(envelope).unwrap(), None);
    }
}

#[cfg(feature = "zstd")]
#[test]
fn f23_version_1_zstd_with_a_dictionary_is_read() {
    use turso_compression::{Config, Decoder, Dictionary};
    for (envelope, content) in WITH_DICTIONARY {
        let mut decoder = Decoder::new(&Config::default());
        decoder.learn(&Dictionary::new(content).unwrap());
        assert_eq!(decoder.decode(envelope).unwrap(), TEXT);
    }
}

#[test]
fn f23_the_dictionary_of_an_envelope_is_found_without_reading_it() {
    for (envelope, content) in WITH_DICTIONARY {
        let id = DictionaryId::of(content);
        assert_eq!(dictionary_of(&envelope[..20]).unwrap(), Some(id));
        assert_eq!(original_len(envelope).unwrap(), TEXT.len());
    }
}

/// A build without zstd knows what it cannot read.
#[cfg(not(feature = "zstd"))]
#[test]
fn f22_zstd_is_unsupported_without_the_feature() {
    for envelope in ZSTD
        .into_iter()
        .chain(WITH_DICTIONARY.map(|(envelope, _)| envelope))
    {
        let error = decode(envelope).unwrap_err();
        assert_eq!(error.kind(), turso_compression::ErrorKind::Unsupported);
        assert!(error.to_string().contains("feature zstd"), "{error}");
    }
}

/// Today's writer still writes version 1, byte for byte where no compressor
/// has a say.
#[test]
fn f23_raw_is_written_as_before() {
    assert_eq!(Way::Raw.encode(b""), RAW_EMPTY);
    assert_eq!(Way::Raw.encode(TEXT), RAW);
}

#[test]
fn f23_deflate_is_written_with_the_header_of_before() {
    let envelope = Way::Deflate(1).encode(TEXT);
    assert_eq!(envelope[..12], DEFLATED[0][..12]);
}

#[cfg(feature = "zstd")]
#[test]
fn f23_zstd_is_written_with_the_header_of_before() {
    use turso_compression::{Algorithm, Config, Dictionary, Encoder};
    assert_eq!(Way::Zstd(1).encode(TEXT)[..12], ZSTD[0][..12]);
    let config = Config {
        algorithm: Algorithm::Zstd,
        ..Config::default()
    };
    for (old, content) in WITH_DICTIONARY {
        let dictionary = Dictionary::new(content).unwrap();
        let new = Encoder::new(&config)
            .with_dictionary(&dictionary)
            .encode(TEXT);
        let new = new.unwrap();
        // The seal differs, the dictionary's id behind it does not.
        assert_eq!((&new[..12], &new[16..20]), (&old[..12], &old[16..20]));
    }
}
