//! Bytes from anywhere: never a panic, never data that was not packed.

use turso_compression::{Config, ErrorKind, dictionary_of, original_len};

use crate::samples::{Forged, Random, decoder, fifty, reseal};

const INPUTS: usize = 100_000;

/// Arbitrary bytes, some with the right magic and version.
fn noise(random: &mut Random) -> Vec<u8> {
    let len = random.below(200);
    let mut bytes = random.bytes(len);
    if random.below(4) > 0 {
        let start = [0xF5, 0x45, 1, random.below(5) as u8];
        bytes
            .iter_mut()
            .zip(start)
            .for_each(|(byte, right)| *byte = right);
    }
    bytes
}

/// A good envelope with one to three bytes replaced, inserted or removed.
fn mutant(random: &mut Random, good: &[u8]) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=random.below(3) {
        let at = 2 + random.below(bytes.len() - 2);
        match random.below(3) {
            0 => bytes[at] = random.next() as u8,
            1 => bytes.insert(at, random.next() as u8),
            _ if bytes.len() > 3 => drop(bytes.remove(at)),
            _ => {}
        }
    }
    bytes
}

#[test]
fn f24_arbitrary_bytes_are_an_error() {
    let mut random = Random(24);
    let mut decoder = decoder(&Config::default());
    for _ in 0..INPUTS {
        let bytes = noise(&mut random);
        let _ = original_len(&bytes);
        let _ = dictionary_of(&bytes);
        assert_eq!(
            decoder.decode(&bytes).unwrap_err().kind(),
            ErrorKind::Corrupt
        );
    }
}

/// With the seal right, the inflater gets to see the mutations.
#[test]
fn f24_mutants_under_a_right_seal_give_the_payload_or_an_error() {
    let mut random = Random(240);
    let mut decoder = decoder(&Config::default());
    let samples = fifty();
    for _ in 0..INPUTS {
        let (payload, envelope) = &samples[random.below(samples.len())];
        let mut bytes = mutant(&mut random, envelope);
        if bytes.len() >= 16 {
            reseal(&mut bytes);
        }
        if let Ok(read) = decoder.decode(&bytes) {
            assert_eq!(&read, payload);
        }
    }
}

/// A body of noise that claims to be a stream or a frame, of a plausible length.
#[test]
fn f24_noise_as_a_compressed_body_is_an_error() {
    let mut random = Random(2_400);
    let mut decoder = decoder(&Config::default());
    for _ in 0..INPUTS / 5 {
        let len = random.below(300);
        let mut body = random.bytes(len);
        let codec = 1 + random.below(2) as u8;
        if codec == 2 {
            let magic = [0x28, 0xB5, 0x2F, 0xFD];
            body.iter_mut()
                .zip(magic)
                .for_each(|(byte, right)| *byte = right);
        }
        let len = random.below(3_000) as u32;
        let crc = random.next() as u32;
        let forged = Forged {
            version: 1,
            codec,
            len,
            crc,
            body,
        };
        let kind = decoder.decode(&forged.sealed()).unwrap_err().kind();
        let unsupported = !cfg!(feature = "zstd") && codec == 2;
        assert!(kind == ErrorKind::Corrupt || unsupported && kind == ErrorKind::Unsupported);
    }
}
