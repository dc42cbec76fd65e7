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
