//! What is packed comes out as it was, and never much larger.

use flate2::{Compress, Compression, FlushCompress};
use proptest::prelude::*;
use turso_compression::{Config, DEFAULT_THRESHOLD, HEADER_LEN};

use crate::samples::{Random, Way, decode};

fn way() -> impl Strategy<Value = Way> {
    (0..76_usize).prop_map(Way::nth)
}

/// Noise, runs, and words: what deflate hates, loves, and meets.
fn payload() -> impl Strategy<Value = Vec<u8>> {
    let noise = proptest::collection::vec(any::<u8>(), 0..2_000);
    let run = (any::<u8>(), 0..70_000_usize).prop_map(|(byte, len)| vec![byte; len]);
    let text = (any::<u64>(), 0..5_000_usize).prop_map(|(seed, len)| Random(seed).text(len));
    prop_oneof![noise, run, text]
}

fn is_raw(envelope: &[u8]) -> bool {
    envelope[3] == 0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn f25_every_payload_comes_back_and_is_stored_no_larger(
        way in way(), threshold in 0..300_usize, payload in payload(),
    ) {
        let envelope = way.encoder(threshold).encode(&payload).unwrap();
        prop_assert!(envelope.len() <= payload.len() + HEADER_LEN);
        prop_assert_eq!(decode(&envelope).unwrap(), payload);
    }

    /// The state kept between calls carries nothing from one to the next.
    #[test]
    fn a_used_encoder_packs_as_a_new_one(
        way in way(), payloads in proptest::collection::vec(payload(), 1..6),
    ) {
        let mut used = way.encoder(0);
        for payload in payloads {
            let envelope = used.encode(&payload).unwrap();
            prop_assert_eq!(envelope, way.encode(&payload));
        }
    }
}

#[test]
fn f25_incompressible_is_stored_raw() {
    for way in Way::some() {
        for len in [0, 1, 2, 1_000, 100_000] {
            let payload = Random(25).bytes(len);
            let envelope = way.encode(&payload);
            assert!(is_raw(&envelope) && envelope.len() == len + HEADER_LEN);
            assert_eq!(decode(&envelope).unwrap(), payload);
        }
    }
}

#[test]
fn f25_nothing_under_the_threshold_is_compressed() {
    assert_eq!(Config::default().threshold, DEFAULT_THRESHOLD);
    for way in Way::some() {
        let mut encoder = way.encoder(DEFAULT_THRESHOLD);
        for (len, codec) in [(127, 0), (128, way.codec()), (129, way.codec())] {
            let payload = vec![b'a'; len];
            let envelope = encoder.encode(&payload).unwrap();
            assert_eq!(envelope[3], codec, "{len}");
            assert_eq!(decode(&envelope).unwrap(), payload);
        }
    }
}

/// What flate2 makes of `payload` with all the room it wants.
fn deflated_len(payload: &[u8]) -> usize {
    let mut out = Vec::with_capacity(payload.len() + 100);
    let mut deflate = Compress::new(Compression::fast(), false);
    deflate
        .compress_vec(payload, &mut out, FlushCompress::Finish)
        .unwrap();
    out.len()
}

/// One byte saved is saved, none is not.
#[test]
fn f25_deflate_is_taken_exactly_when_it_is_smaller() {
    let mut encoder = Way::Deflate(1).encoder(0);
    let mut equal = 0;
    for seed in 0..1_000 {
        let payload = Random(seed).text(20 + seed as usize % 80);
        let envelope = encoder.encode(&payload).unwrap();
        let deflated = deflated_len(&payload);
        assert_eq!(is_raw(&envelope), deflated >= payload.len());
        assert_eq!(envelope.len(), HEADER_LEN + payload.len().min(deflated));
        equal += usize::from(deflated == payload.len());
    }
    assert!(equal > 0, "the samples contain the edge itself");
}

#[test]
fn a_compressed_envelope_keeps_no_room_it_does_not_need() {
    for way in Way::some().filter(|way| *way != Way::Raw) {
        assert!(way.encode(&vec![0; 1_000_000]).capacity() < 20_000);
    }
}

/// Stores of noise killed their workers after a while: zlib-rs 0.6.8 keeps a position in its output
/// when a stream that was given up is reset, and panics when the positions have added up.
#[test]
fn any_number_of_payloads_that_do_not_compress_may_follow_each_other() {
    let mut encoder = Way::Deflate(1).encoder(0);
    for round in 0..200 {
        let noise = Random(round).bytes(3_000);
        assert!(is_raw(&encoder.encode(&noise).unwrap()));
    }
    let text = Random(0).text(3_000);
    assert!(!is_raw(&encoder.encode(&text).unwrap()));
}
