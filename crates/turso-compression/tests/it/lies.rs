//! Whole, sealed envelopes that say what is not so, or not yet.

use turso_compression::{Config, ErrorKind, Packer, original_len};

use crate::samples::{Forged, Random, Way, decode, decoder};

fn kind(forged: &Forged) -> ErrorKind {
    decode(&forged.sealed()).unwrap_err().kind()
}

/// The same text in every codec; raw comes first, then deflate.
fn every() -> Vec<Forged> {
    let payload = Random(21).text(1_000);
    let forged = |way: Way| Forged::like(&way.encode(&payload));
    let all: Vec<_> = Way::some().take(4).map(forged).collect();
    assert!(!cfg!(feature = "zstd") || all[3].codec == 3);
    all
}

#[test]
fn f21_a_wrong_length_within_the_limit_is_corrupt() {
    for forged in every() {
        for len in [0, 1, 999, 1_001, 100_000, 7_000_000] {
            let lie = Forged {
                len,
                ..forged.clone()
            };
            assert_eq!(kind(&lie), ErrorKind::Corrupt, "{len}");
        }
    }
}

#[test]
fn f21_a_length_over_the_limit_is_refused() {
    for forged in every() {
        for len in [7_000_001, 1 << 31, u32::MAX] {
            let lie = Forged {
                len,
                ..forged.clone()
            };
            assert_eq!(kind(&lie), ErrorKind::Limit, "{len}");
        }
    }
}

#[test]
fn f21_a_payload_of_exactly_the_limit_passes() {
    let payload = vec![b'x'; 5_000];
    let at = |max_uncompressed| {
        Packer::new(Config {
            max_uncompressed,
            ..Config::default()
        })
    };
    let envelope = at(5_000).pack(&payload).unwrap();
    assert_eq!(at(5_000).unpack(&envelope).unwrap(), payload);
    assert_eq!(
        at(4_999).pack(&payload).unwrap_err().kind(),
        ErrorKind::Limit
    );
    assert_eq!(
        at(4_999).unpack(&envelope).unwrap_err().kind(),
        ErrorKind::Limit
    );
}

#[test]
fn f21_the_declared_length_is_read_without_the_body() {
    for forged in every() {
        assert_eq!(original_len(&forged.sealed()[..16]).unwrap(), 1_000);
    }
}

#[test]
fn f22_another_version_is_unsupported_and_named() {
    for version in (0..=u8::MAX).filter(|version| *version != 1) {
        for forged in every() {
            let envelope = Forged { version, ..forged }.sealed();
            let error = decode(&envelope).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported);
            assert!(
                error.to_string().contains(&format!("version {version} ")),
                "{error}"
            );
            assert_eq!(
                original_len(&envelope).unwrap_err().kind(),
                ErrorKind::Unsupported
            );
        }
    }
}

#[test]
fn f22_an_unknown_codec_is_unsupported_and_named() {
    for codec in 4..=u8::MAX {
        let raw = every().remove(0);
        let error = decode(&Forged { codec, ..raw }.sealed()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
        assert!(
            error.to_string().contains(&format!("codec {codec} ")),
            "{error}"
        );
    }
}

#[test]
fn f22_other_envelopes_stay_readable_after_an_unsupported_one() {
    let mut decoder = decoder(&Config::default());
    let text = every().remove(0).body;
    for forged in every() {
        let newer = Forged {
            version: 2,
            ..forged.clone()
        };
        assert!(decoder.decode(&newer.sealed()).is_err());
        assert_eq!(decoder.decode(&forged.sealed()).unwrap(), text);
    }
}

#[test]
fn text_and_foreign_formats_are_corrupt_not_unsupported() {
    let foreign: [&[u8]; 4] = [
        b"{\"json\": \"not an envelope\"}",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03gzip, more bytes",
        b"\x28\xb5\x2f\xfdzstd, more bytes than 16",
        &[0; 64],
    ];
    for bytes in foreign {
        assert_eq!(decode(bytes).unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(original_len(bytes).unwrap_err().kind(), ErrorKind::Corrupt);
    }
}

#[test]
fn a_broken_stream_has_the_library_s_error_as_its_source() {
    let mut deflated = every().remove(1);
    deflated.body[0] = 0xFF;
    let error = decode(&deflated.sealed()).unwrap_err();
    let source = std::error::Error::source(&error).expect("a source");
    assert!(!error.to_string().contains(&source.to_string()));
}
