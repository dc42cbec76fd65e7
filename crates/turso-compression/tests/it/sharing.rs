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
