//! A megabyte that would inflate to a gigabyte, and 33 KB that would, too.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use flate2::{Compress, Compression, FlushCompress};
use turso_compression::{Config, Decoder, ErrorKind};

use crate::samples::{Forged, decode};

const GIB: u32 = 1 << 30;
const CHILD: &str = "TURSO_COMPRESSION_BOMB_CHILD";
const STATUS: &str = "/proc/self/status";

/// A deflate stream of 1 GiB of zeros: one flushed megabyte, 1,024 times.
fn bomb() -> Vec<u8> {
    let mut part = Vec::with_capacity(4_096);
    let zeros = vec![0; 1 << 20];
    let mut deflate = Compress::new(Compression::best(), false);
    deflate
        .compress_vec(&zeros, &mut part, FlushCompress::Full)
        .unwrap();
    let mut stream = part.repeat(1_024);
    stream.extend([3, 0]); // an empty last block
    stream
}

#[cfg(feature = "zstd")]
/// A zstd frame of 1 GiB of zeros: 8,192 blocks of 128 KiB, each of 4 bytes (RFC 8878, 3.1.1).
fn zstd_bomb() -> Vec<u8> {
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0xE0];
    frame.extend(u64::from(GIB).to_le_bytes());
    for block in 1..=8_192_u32 {
        let last = u32::from(block == 8_192);
        let header = (128 * 1_024) << 3 | 1 << 1 | last;
        frame.extend_from_slice(&header.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

fn forged(codec: u8, body: Vec<u8>, len: u32) -> Vec<u8> {
    Forged {
        version: 1,
        codec,
        len,
        crc: 0,
        body,
    }
    .sealed()
}

/// The bombs of every codec of this build, with the size they stay under.
fn bombs() -> Vec<(u8, Vec<u8>, usize)> {
    #[cfg(not(feature = "zstd"))]
    let of_zstd = [];
    #[cfg(feature = "zstd")]
    let of_zstd = {
        let id = crate::samples::dictionary().id().get().to_le_bytes();
        let named = [&id[..], &zstd_bomb()].concat();
        [(2, zstd_bomb(), 33_100), (3, named, 33_100)]
    };
    let mut bombs = vec![(1, bomb(), 1_200_000)];
    bombs.extend(of_zstd);
    bombs
}

#[test]
fn f20_a_bomb_is_refused() {
    for (codec, body, size) in bombs() {
        let honest = forged(codec, body.clone(), GIB);
        assert!(honest.len() < size, "{}", honest.len());
        assert_eq!(decode(&honest).unwrap_err().kind(), ErrorKind::Limit);
        let lying = forged(codec, body, 7_000_000);
        assert_eq!(decode(&lying).unwrap_err().kind(), ErrorKind::Corrupt);
    }
    report_peak();
}

/// A short body under a decoder without a limit: what the header claims is not
/// allocated.
#[test]
fn f21_a_lying_length_is_not_allocated() {
    let unlimited = Config {
        max_uncompressed: usize::MAX,
        ..Config::default()
    };
    for codec in 0..4 {
        let lie = forged(codec, vec![3, 0], u32::MAX);
        let kind = Decoder::new(&unlimited).decode(&lie).unwrap_err().kind();
        let unsupported = !cfg!(feature = "zstd") && codec > 1;
        assert!(kind == ErrorKind::Corrupt || unsupported && kind == ErrorKind::Unsupported);
    }
    report_peak();
}

#[test]
fn f20_a_bomb_takes_under_64_mib() {
    let Some(kb) = peak_of_child("bomb::f20_a_bomb_is_refused", "VmHWM") else {
        return;
    };
    assert!(kb < 64 * 1_024, "{kb} kB resident");
}

#[test]
fn f21_a_lying_length_reserves_no_4_gib() {
    let Some(kb) = peak_of_child("bomb::f21_a_lying_length_is_not_allocated", "VmPeak") else {
        return;
    };
    assert!(kb < 1_024 * 1_024, "{kb} kB of addresses");
}

/// In a child of this test binary: what the process took at most.
fn report_peak() {
    if env::var_os(CHILD).is_some() {
        println!("{}", fs::read_to_string(STATUS).unwrap());
    }
}

/// Runs one test in a process of its own and reads `field`, in kB, from what
/// it reports. The other tests of this process would blur the figure.
fn peak_of_child(test: &str, field: &str) -> Option<u64> {
    if !Path::new(STATUS).exists() {
        eprintln!("SKIPPED {test} in a child: no {STATUS} to read {field} from");
        return None;
    }
    let output = Command::new(env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(CHILD, "1")
        .output()
        .unwrap();
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{report}");
    Some(kilobytes(&report, field).expect("the child reports its peak"))
}

fn kilobytes(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with(field))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
