//! The README says which fields the JSON of each command has.

use crate::support::{Memory, three};
use serde_json::Value;

/// The fields that the README names for a command.
fn documented(command: &str) -> Vec<String> {
    let readme = include_str!("../../README.md");
    let (_, section) = readme.split_once("| `--json` of |").unwrap();
    let row = section
        .lines()
        .find(|line| line.starts_with(&format!("| `{command}` ")))
        .unwrap_or_else(|| panic!("{command} is not in the README"));
    let fields = row.trim_matches('|').split('|').nth(1).unwrap();
    let mut fields: Vec<String> = fields
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    fields.sort();
    fields
}

/// The fields of an object, or of the first of a list.
fn fields(value: &Value) -> Vec<String> {
    let object = value.get(0).unwrap_or(value).as_object().unwrap();
    let mut fields: Vec<String> = object.keys().cloned().collect();
    fields.sort();
    fields
}

#[test]
fn the_fields_of_each_command_are_in_the_readme() {
    let memory = three();
    let file = memory.beside("all.jsonl");
    let file = file.to_str().unwrap();
    for (command, args) in [
        ("list", &["list"][..]),
        ("patterns list", &["patterns", "list"]),
        ("related", &["related", "a"]),
        ("stats", &["stats"]),
        ("stats", &["stats", "--by", "domain"]),
        ("check", &["check"]),
        ("compact", &["compact"]),
        ("export", &["export", file]),
        ("import", &["import", file]),
        ("tag list", &["tag", "list"]),
        ("tag add", &["tag", "add", "a", "x"]),
        ("tag remove", &["tag", "remove", "a", "x"]),
        ("tag rename", &["tag", "rename", "hard", "harder"]),
        ("unrelate", &["unrelate", "b", "Follows", "a"]),
        ("forget", &["forget", "--yes", "a"]),
        ("bench", &["bench", "--seconds", "1"]),
    ] {
        assert_eq!(fields(&memory.json(args)), documented(command), "{args:?}");
    }
    let demo = Memory::new();
    let value = demo.json(&["demo", "--db", "demo.db"]);
    assert_eq!(fields(&value), documented("demo"));
}

/// They are what an export has of them.
#[test]
fn a_record_is_shown_as_it_is_exported() {
    let memory = three();
    let export = memory.done(&["export"]);
    let exported = |kind: &str| -> Vec<Value> {
        let lines = export
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        let of_kind = lines.filter(|line: &Value| line["kind"] == kind);
        of_kind.map(|line| line["value"].clone()).collect()
    };
    assert_eq!(memory.json(&["show", "a"]), exported("episode")[0]);
    let edge = memory.json(&["relate", "b", "Follows", "a"]);
    let fields_of_edges = exported("relationship")
        .iter()
        .map(fields)
        .collect::<Vec<_>>();
    assert_eq!(fields(&edge), fields_of_edges[0]);
}
