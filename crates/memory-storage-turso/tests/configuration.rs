//! `docs/configuration.md` names every option, and no other, with its default.
#![cfg(all(feature = "remote", feature = "tls"))]
#![allow(clippy::unwrap_used, clippy::panic)]

use memory_storage_turso::Config;
use serde_json::Value;
use std::collections::BTreeMap;

const DOCUMENT: &str = include_str!("../../../docs/configuration.md");

/// Every option with its default, by its path. A duration is one value.
fn options(prefix: &str, value: &Value, found: &mut BTreeMap<String, String>) {
    let object = value.as_object().filter(|map| !map.contains_key("secs"));
    let Some(map) = object.filter(|map| !map.is_empty()) else {
        found.insert(prefix.to_owned(), text(value));
        return;
    };
    for (name, value) in map {
        let path = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        options(&path, value, found);
    }
}

fn text(value: &Value) -> String {
    let Some(seconds) = value.get("secs").and_then(Value::as_u64) else {
        return value.to_string();
    };
    let nanos = value.get("nanos").and_then(Value::as_u64).unwrap();
    match nanos / 1_000_000 {
        0 => format!("{seconds} s"),
        millis => format!("{} ms", seconds * 1_000 + millis),
    }
}

/// The first two columns of the table behind the heading.
fn documented(heading: &str) -> BTreeMap<String, String> {
    let (_, section) = DOCUMENT.split_once(heading).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cell = |text: &str| text.trim().trim_matches('`').to_owned();
    rows.map(|row| {
        let mut cells = row.trim_matches('|').split('|');
        (cell(cells.next().unwrap()), cell(cells.next().unwrap()))
    })
    .collect()
}

#[test]
fn every_option_is_documented_with_its_default() {
    let mut expected = BTreeMap::new();
    options(
        "",
        &serde_json::to_value(Config::default()).unwrap(),
        &mut expected,
    );
    // Read, but never written.
    expected.insert("connection.remote.token".to_owned(), "null".to_owned());
    // It depends on the machine.
    expected.insert("readers".to_owned(), "1 to 4".to_owned());
    let found = documented("## The storage");
    for (path, default) in &expected {
        assert_eq!(
            found.get(path),
            Some(default),
            "{path} is not documented so"
        );
    }
    for path in found.keys() {
        assert!(
            expected.contains_key(path),
            "{path} is documented, but there is no such option"
        );
    }
}
