//! The real episodes, imported once for all tests here.

use crate::support::Memory;
use serde_json::{Value, json};
use std::sync::OnceLock;
use testkit::DataSet;

struct Fixture {
    memory: Memory,
    data: DataSet,
    files: Vec<String>,
    /// What the first import said.
    summary: Value,
}

/// The imported data, if it is on this machine.
fn fixture(test: &str) -> Option<&'static Fixture> {
    static FIXTURE: OnceLock<Fixture> = OnceLock::new();
    let data = DataSet::find(test)?;
    Some(FIXTURE.get_or_init(|| {
        let files = data.files().unwrap();
        let files: Vec<String> = files
            .iter()
            .map(|file| file.to_str().unwrap().to_owned())
            .collect();
        let memory = Memory::new();
        let summary = import(&memory, &files);
        Fixture {
            memory,
            data,
            files,
            summary,
        }
    }))
}

fn import(memory: &Memory, files: &[String]) -> Value {
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    memory.json(&[&["import"], files.as_slice()].concat())
}

/// What `metadata.source` is in each file.
const SOURCES: [(&str, &str); 4] = [
    ("tau_airline", "tau-bench"),
    ("fireact_hotpotqa", "fireact"),
    ("reflexion_programming", "reflexion-programming"),
    ("intercode_part", "intercode"),
];

/// The figures of one file in the form of `expected.json`.
fn figures(memory: &Memory, source: &str) -> Value {
    let filter = format!("source={source}");
    let stats = |args: &[&str]| memory.json(&[&["stats", "--metadata", &filter], args].concat());
    let all = stats(&[]);
    let by_domain = stats(&["--by", "domain"]);
    let domains = by_domain.as_array().unwrap().iter();
    let domains = domains.map(|d| {
        (
            d["group"].as_str().unwrap().to_owned(),
            d["episodes"].clone(),
        )
    });
    let tags = all["tags"].as_object().unwrap().keys().collect::<Vec<_>>();
    json!({
        "episodes": all["episodes"],
        "distinct_external_ids": all["episodes"],
        "success": all["outcomes"]["success"],
        "partial": all["outcomes"]["partial"],
        "failure": all["outcomes"]["failure"],
        "steps": all["steps"],
        "reflections": all["reflections"],
        "relations": all["relationships"],
        "relations_to_unknown": 0,
        "tasks": stats(&["--by", "metadata:task_key"]).as_array().unwrap().len(),
        "tags": tags,
        "reward_sum": (all["reward_sum"].as_f64().unwrap() * 10_000.0).round() / 10_000.0,
        "domains": domains.collect::<serde_json::Map<_, _>>(),
    })
}

#[test]
fn the_import_reproduces_every_figure() {
    let Some(fixture) = fixture("the_import_reproduces_every_figure") else {
        return;
    };
    assert_eq!(
        fixture.summary["episodes"],
        json!({ "created": 12_357, "replaced": 0, "unchanged": 0 })
    );
    assert_eq!(fixture.summary["relationships"]["created"], 5_663);
    assert_eq!(fixture.summary["unknown_relations"], 0);
    let expected = fixture.data.expected().unwrap();
    for (file, source) in SOURCES {
        let mut expected = expected[file].clone();
        // Of the file, not of what is stored.
        expected
            .as_object_mut()
            .unwrap()
            .remove("longest_line_bytes")
            .unwrap();
        assert_eq!(figures(&fixture.memory, source), expected, "{file}");
    }
    assert_eq!(fixture.memory.json(&["stats"])["outcomes"]["running"], 0);
}

#[test]
fn importing_everything_again_changes_nothing() {
    let Some(fixture) = fixture("importing_everything_again_changes_nothing") else {
        return;
    };
    let summary = import(&fixture.memory, &fixture.files);
    assert_eq!(
        summary["episodes"],
        json!({ "created": 0, "replaced": 0, "unchanged": 12_357 })
    );
    assert_eq!(
        summary["relationships"],
        json!({ "created": 0, "replaced": 0, "unchanged": 5_663 })
    );
}

#[test]
fn everything_exported_imported_and_exported_again_is_the_same() {
    let test = "everything_exported_imported_and_exported_again_is_the_same";
    let Some(fixture) = fixture(test) else { return };
    let (first, second) = (
        fixture.memory.beside("1.jsonl"),
        fixture.memory.beside("2.jsonl"),
    );
    let (one, two) = (first.to_str().unwrap(), second.to_str().unwrap());
    fixture.memory.done(&["export", one]);
    let copy = Memory::new();
    copy.done(&["import", one]);
    copy.done(&["export", two]);
    let same = std::fs::read(first).unwrap() == std::fs::read(second).unwrap();
    assert!(same, "the two exports differ");
    copy.assert_clean();
}
