//! The examples run, and end well.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::PathBuf;
use std::process::Command;

/// What an example wrote; none if it was not built, which `cargo test` does and
/// `cargo test --test examples` does not.
fn output(name: &str) -> Option<String> {
    let mut path = std::env::current_exe().unwrap();
    path.pop();
    path.pop();
    let path: PathBuf = path.join("examples").join(name);
    if !path.exists() {
        testkit::skipped(name, "the example was not built; `cargo test` builds it");
        return None;
    }
    let output = Command::new(path).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    assert!(output.status.success(), "{name}: {}", text(output.stderr));
    Some(text(output.stdout))
}

#[test]
fn the_agent_remembers_what_it_learnt() {
    let Some(text) = output("agent") else { return };
    let lines: Vec<&str> = text.lines().collect();
    assert!(
        lines.first().unwrap().ends_with("nothing is known yet"),
        "{text}"
    );
    assert!(
        lines.get(1).unwrap().ends_with("look at dates first"),
        "{text}"
    );
    assert_eq!(lines.last(), Some(&"3 of 3 solved"));
}

#[test]
fn two_processes_lose_nothing() {
    let Some(text) = output("two_processes") else {
        return;
    };
    assert_eq!(text, "100 episodes of two processes\n");
}

#[test]
fn the_layers_work_together_by_hand() {
    let Some(text) = output("layers") else { return };
    assert!(text.contains("1 question to the database"), "{text}");
}
