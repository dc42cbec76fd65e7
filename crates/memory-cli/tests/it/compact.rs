//! `compact` makes payloads smaller and changes nothing.

use crate::support::{Memory, attempt, changed, text};
use serde_json::{Value, json};

fn many() -> Memory {
    let lines: Vec<Value> = (0..300)
        .map(|n| {
            let words = format!("The {n}th made-up task, with words that all of them share: {n}.");
            changed(attempt(&n.to_string()), "task", json!(words.repeat(3)))
        })
        .collect();
    Memory::with(&lines)
}

#[test]
fn a_trained_dictionary_makes_a_memory_smaller_and_changes_nothing() {
    let memory = many();
    let (before, export) = (memory.json(&["stats"]), memory.done(&["export"]));
    let said = memory.done(&["compact"]);
    assert_eq!(said, "0 of 300 payloads written anew\n");
    let did = memory.json(&["compact", "--train"]);
    assert_eq!(did["train"]["adopted"], true, "{did}");
    assert_eq!(did["compact"]["rewritten"], 300);
    let after = memory.json(&["stats"]);
    let bytes = |stats: &Value| stats["stored_bytes"].as_u64().unwrap();
    assert_eq!(before["original_bytes"], after["original_bytes"]);
    assert!(bytes(&after) < bytes(&before), "{before} {after}");
    assert!(memory.done(&["export"]) == export);
    let said = memory.done(&["compact", "--train"]);
    assert!(
        said.ends_with("payloads written anew\n") || said.contains(" after\n"),
        "{said}"
    );
    memory.assert_clean();
    // What is stored now is stored with it, and storing the same again changes nothing.
    let again = memory.call_with(&["import", "-", "--json"], export.as_bytes());
    let again: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(again["episodes"]["unchanged"], 300);
}

#[test]
fn there_must_be_something_to_learn_from_and_somewhere() {
    let memory = Memory::new();
    memory
        .call(&["compact"])
        .assert_failed(3, "there is no database");
    let lines = text(&[attempt("a")]);
    assert_eq!(memory.call_with(&["import", "-"], lines.as_bytes()).code, 0);
    memory
        .call(&["compact", "--train"])
        .assert_failed(2, "training a dictionary");
}
