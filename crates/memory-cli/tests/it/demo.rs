//! What a newcomer sees first.

use crate::support::{Memory, bare};
use serde_json::Value;
use std::process::Output;

fn demo(memory: &Memory, args: &[&str]) -> Output {
    let mut command = bare(&[&["demo"], args].concat());
    command
        .current_dir(memory.path().parent().unwrap())
        .output()
        .unwrap()
}

#[test]
fn the_demo_makes_a_memory_and_shows_it() {
    let folder = Memory::new();
    let output = demo(&folder, &[]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "memory-demo.db",
        "320  created",
        "320  unchanged",
        "How the agents did",
        "What was learnt",
        "memory --db memory-demo.db list --outcome",
    ] {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

#[test]
fn a_second_demo_makes_a_second_database_with_the_same_past() {
    let folder = Memory::new();
    let counts = |output: Output| -> Vec<Value> {
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        report["done"]
            .as_array()
            .unwrap()
            .iter()
            .map(|done| done["count"].clone())
            .collect()
    };
    let (first, second) = (demo(&folder, &["--json"]), demo(&folder, &["--json"]));
    assert_eq!(counts(first), counts(second));
    assert!(folder.beside("memory-demo.db").exists());
    assert!(folder.beside("memory-demo-2.db").exists());
}

#[test]
fn the_demo_never_touches_a_database_that_exists() {
    let folder = Memory::with(&[]);
    let db = folder.path().to_str().unwrap();
    let refused = demo(&folder, &["--db", db]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        String::from_utf8(refused.stderr)
            .unwrap()
            .contains("writes to a new database only")
    );
    assert!(folder.command(&["demo"]).output().unwrap().status.success());
    assert_eq!(
        folder.episodes(),
        0,
        "the database of the environment is not the demo's"
    );
}

#[test]
fn the_patterns_of_the_demo_can_be_listed_and_shown() {
    let folder = Memory::new();
    assert!(
        demo(&folder, &["--db", folder.path().to_str().unwrap()])
            .status
            .success()
    );
    let listed = folder.json(&["patterns", "list"]);
    assert_eq!(listed["patterns"].as_array().unwrap().len(), 8);
    let sequences = folder.json(&[
        "patterns",
        "list",
        "--kind",
        "tool-sequence",
        "--limit",
        "3",
    ]);
    assert_eq!(sequences["patterns"].as_array().unwrap().len(), 3);
    assert!(sequences["next"].is_string());
    let pattern = &listed["patterns"][0];
    let id = pattern["id"].as_str().unwrap();
    assert_eq!(&folder.json(&["patterns", "show", id]), pattern);
    assert!(
        folder
            .done(&["patterns", "show", id])
            .contains("learnt from")
    );
    let source = pattern["sources"][0].as_str().unwrap();
    let learnt = folder.json(&["patterns", "list", "--source", source]);
    assert!(!learnt["patterns"].as_array().unwrap().is_empty());
    folder
        .call(&["patterns", "show", "00000000-0000-0000-0000-000000000000"])
        .assert_failed(3, "there is no pattern");
    folder.assert_clean();
}
