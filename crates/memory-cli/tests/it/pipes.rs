//! Output that goes elsewhere than to a terminal.

use crate::support::{Memory, attempt, gzip, text};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::process::Stdio;

fn many() -> Memory {
    let lines: Vec<Value> = (0..600).map(|n| attempt(&n.to_string())).collect();
    Memory::with(&lines)
}

#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    let memory = many();
    for args in [
        &["list", "--all"][..],
        &["export"],
        &["list", "--all", "--json"],
    ] {
        let mut command = memory.command(args);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = child.stdout.take().unwrap();
        out.read_exact(&mut [0; 10]).unwrap();
        drop(out);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{args:?}");
    }
}

#[test]
fn there_is_no_bar_and_no_colour_without_a_terminal() {
    let memory = Memory::new();
    let lines: Vec<Value> = (0..300).map(|n| attempt(&n.to_string())).collect();
    let file = memory.write("f.jsonl", &lines);
    let mut command = memory.command(&["import", &file]);
    let output = command.env("CLICOLOR_FORCE", "1").output().unwrap();
    assert_eq!(output.stderr, b"");
    assert!(!output.stdout.contains(&0x1b));
}

#[test]
fn one_command_feeds_the_next() {
    let (one, other) = (many(), Memory::new());
    let mut export = one
        .command(&["export"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut import = other.command(&["import", "-"]);
    let import = import
        .stdin(export.stdout.take().unwrap())
        .stdout(Stdio::null());
    assert!(import.status().unwrap().success());
    assert!(export.wait().unwrap().success());
    assert_eq!(other.episodes(), 600);
}

/// Exports in frames into what `import` reads, and says how many bytes that were.
fn frames(from: &Memory) -> Vec<u8> {
    let export = from.command(&["export", "--frames", "-"]).output().unwrap();
    assert!(export.status.success());
    export.stdout
}

#[test]
fn frames_feed_an_import_elsewhere_and_are_smaller() {
    let (one, other) = (many(), Memory::new());
    let wire = frames(&one);
    let plain = one.done(&["export"]);
    assert!(
        wire.len() * 4 < plain.len(),
        "{} of {}",
        wire.len(),
        plain.len()
    );
    let call = other.call_with(&["import", "--frames", "-"], &wire);
    assert_eq!(call.code, 0, "{}", call.err);
    assert!(other.done(&["export", "-"]) == plain);
}

#[test]
fn f18_a_sender_that_died_is_not_taken_for_one_that_was_done() {
    let wire = frames(&many());
    // Without the last four bytes all lines are there, but not the word that these were all.
    for len in [wire.len() - 4, wire.len() / 2] {
        let memory = Memory::new();
        let call = memory.call_with(&["import", "--frames", "-"], &wire[..len]);
        call.assert_failed(1, "cannot read standard input");
        assert!(call.err.contains("end mark"), "{}", call.err);
        // What came is stored, and is not stored twice.
        assert_eq!(
            memory.call_with(&["import", "--frames", "-"], &wire).code,
            0
        );
        assert_eq!(memory.episodes(), 600);
    }
}

#[test]
fn f19_damaged_frames_and_plain_lines_are_no_frames() {
    let mut wire = frames(&many());
    wire[1_000] ^= 1;
    let memory = Memory::new();
    let call = memory.call_with(&["import", "--frames", "-"], &wire);
    call.assert_failed(1, "cannot read standard input");
    let lines = text(&[attempt("a")]);
    let call = memory.call_with(&["import", "--frames", "-"], lines.as_bytes());
    call.assert_failed(1, "cannot read standard input");
}

#[test]
fn frames_are_for_pipes() {
    let memory = Memory::with(&[attempt("a")]);
    let file = memory.write("f.jsonl", &[attempt("b")]);
    memory
        .call(&["import", "--frames", &file])
        .assert_failed(2, "frames are for pipes");
    memory
        .call(&["export", "--frames", "f"])
        .assert_failed(2, "frames are for pipes");
}

#[test]
fn packed_input_may_come_in_small_pieces() {
    let memory = Memory::new();
    let mut command = memory.command(&["import", "-"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    for byte in gzip(&text(&[attempt("a")])) {
        input.write_all(&[byte]).unwrap();
    }
    drop(input);
    assert!(child.wait().unwrap().success());
    assert_eq!(memory.episodes(), 1);
}
