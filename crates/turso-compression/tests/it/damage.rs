//! Bytes lost or changed on the way.

use turso_compression::{ErrorKind, HEADER_LEN, original_len};

use crate::samples::{Forged, decode, fifty, reseal};

fn assert_corrupt(envelope: &[u8], what: impl std::fmt::Display) {
    let kind = decode(envelope).map_err(|error| error.kind());
    assert_eq!(kind, Err(ErrorKind::Corrupt), "{what}");
}

/// All envelopes that differ from this one in one bit.
fn flips(envelope: &[u8]) -> impl Iterator<Item = (usize, Vec<u8>)> + '_ {
    (0..envelope.len() * 8).map(|bit| {
        let mut flipped = envelope.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        (bit, flipped)
    })
}

#[test]
fn f18_truncated_at_every_length_is_corrupt() {
    for (_, envelope) in fifty() {
        for len in 0..envelope.len() {
            assert_corrupt(&envelope[..len], len);
        }
    }
}

/// The seal of what is left fits: the lengths have to tell.
#[test]
fn f18_truncated_and_sealed_again_is_corrupt() {
    for (_, envelope) in fifty() {
        for len in HEADER_LEN..envelope.len() {
            let mut cut = envelope[..len].to_vec();
            reseal(&mut cut);
            assert_corrupt(&cut, len);
        }
    }
}

#[test]
fn f18_a_cut_header_has_no_length() {
    let (_, envelope) = fifty().pop().unwrap();
    for len in 0..HEADER_LEN {
        let kind = original_len(&envelope[..len]).unwrap_err().kind();
        assert_eq!(kind, ErrorKind::Corrupt, "{len}");
    }
}

#[test]
fn f19_any_flipped_bit_is_corrupt() {
    for (i, (_, envelope)) in fifty().iter().enumerate() {
        for (bit, flipped) in flips(envelope) {
            assert_corrupt(&flipped, format_args!("bit {bit} of sample {i}"));
        }
    }
}

/// Someone who can compute the seal may flip any bit. Some flips leave the
/// same payload behind (deflate can say one thing in several ways); none gives
/// another one.
#[test]
fn f19_a_flipped_bit_under_a_right_seal_never_gives_other_data() {
    for (i, (payload, envelope)) in fifty().iter().enumerate() {
        for (bit, mut flipped) in flips(envelope) {
            reseal(&mut flipped);
            if let Ok(read) = decode(&flipped) {
                assert_eq!(&read, payload, "bit {bit} of sample {i}");
            }
        }
    }
}

#[test]
fn f19_a_swapped_codec_is_not_believed() {
    for (payload, envelope) in fifty() {
        let mut forged = Forged::like(&envelope);
        for other in (0..4).filter(|codec| *codec != Forged::like(&envelope).codec) {
            forged.codec = other;
            let read = decode(&forged.sealed());
            assert!(read.is_err(), "{} bytes as codec {other}", payload.len());
        }
    }
}

#[test]
fn bytes_after_an_envelope_are_corrupt() {
    for (_, mut envelope) in fifty() {
        envelope.push(0);
        assert_corrupt(&envelope, "old seal");
        reseal(&mut envelope);
        assert_corrupt(&envelope, "new seal");
    }
}
