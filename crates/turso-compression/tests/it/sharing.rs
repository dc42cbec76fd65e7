//! One packer for many threads.

use std::thread;

use turso_compression::{Config, ErrorKind, Packer};

use crate::samples::Random;

#[test]
fn threads_share_a_packer() {
    let packer = Packer::default();
    let work = |seed| {
        let mut random = Random(seed);
        for len in 0..200 {
            let payload = random.text(len * 5);
            let envelope = packer.pack(&payload).unwrap();
            assert_eq!(packer.unpack(&envelope).unwrap(), payload);
        }
    };
    thread::scope(|scope| (0..8).for_each(|seed| drop(scope.spawn(move || work(seed)))));
}

#[test]
fn a_failed_call_spoils_nothing_for_the_next() {
    let packer = Packer::new(Config {
        max_uncompressed: 1_000,
        ..Config::default()
    });
    let payload = Random(1).text(1_000);
    let good = packer.pack(&payload).unwrap();
    assert_eq!(
        packer.pack(&[0; 1_001]).unwrap_err().kind(),
        ErrorKind::Limit
    );
    assert_eq!(
        packer.unpack(&good[..50]).unwrap_err().kind(),
        ErrorKind::Corrupt
    );
    assert_eq!(packer.unpack(&good).unwrap(), payload);
    assert_eq!(packer.pack(&payload).unwrap(), good);
}

#[test]
fn a_clone_is_the_same_packer() {
    fn assert_shareable<T: Send + Sync + Clone>(_: &T) {}
    let packer = Packer::new(Config {
        threshold: 7,
        ..Config::default()
    });
    assert_shareable(&packer);
    assert_eq!(packer.clone().config(), packer.config());
}

#[cfg(feature = "zstd")]
mod dictionaries {
    use super::*;
    use crate::samples::dictionary;
    use turso_compression::{Algorithm, Dictionary, dictionary_of};

    fn zstd() -> Packer {
        Packer::new(Config {
            algorithm: Algorithm::Zstd,
            ..Config::default()
        })
    }

    #[test]
    fn a_packer_changes_its_dictionary_and_reads_what_it_packed_with_every_one() {
        let (packer, payload) = (zstd(), Random(3).text(1_000));
        let other = Dictionary::new(Random(8).text(500)).unwrap();
        let mut envelopes = Vec::new();
        for dictionary in [None, Some(&dictionary()), Some(&other), None] {
            packer.clone().use_dictionary(dictionary);
            let envelope = packer.pack(&payload).unwrap();
            let id = dictionary.map(Dictionary::id);
            assert_eq!(dictionary_of(&envelope).unwrap(), id);
            assert_eq!(packer.dictionary().map(|used| used.id()), id);
            envelopes.push(envelope);
        }
        for envelope in envelopes {
            assert_eq!(packer.unpack(&envelope).unwrap(), payload);
        }
    }

    #[test]
    fn a_dictionary_that_is_not_known_is_missing_until_it_is_learnt() {
        let (writer, reader) = (zstd(), zstd());
        writer.use_dictionary(Some(&dictionary()));
        let payload = Random(3).text(1_000);
        let envelope = writer.pack(&payload).unwrap();
        let id = dictionary().id();
        let error = reader.unpack(&envelope).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::MissingDictionary);
        assert!(error.to_string().contains(&id.to_string()), "{error}");
        assert!(!reader.knows(id));
        reader.learn(&dictionary());
        assert!(reader.knows(id) && reader.dictionary().is_none());
        assert_eq!(reader.unpack(&envelope).unwrap(), payload);
    }

    /// The content CRC notices what the seal cannot: other bytes under the same id.
    #[test]
    fn a_dictionary_helps_and_a_wrong_one_is_noticed() {
        let (plain, with) = (zstd(), zstd());
        with.use_dictionary(Some(&dictionary()));
        let words = dictionary();
        let payload = &words.content()[500..900];
        let envelope = with.pack(payload).unwrap();
        assert!(envelope.len() * 3 < plain.pack(payload).unwrap().len());
        let other = Dictionary::new(Random(9).text(2_000)).unwrap();
        let mut forged = crate::samples::Forged::like(&envelope);
        forged.body[..4].copy_from_slice(&other.id().get().to_le_bytes());
        plain.learn(&other);
        let error = plain.unpack(&forged.sealed()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Corrupt);
    }
}
