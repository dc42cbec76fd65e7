//! Lines and files that cannot be imported.

use crate::support::{Memory, attempt, changed, gzip, related, text};
use serde_json::{Value, json};

const BAD: &str = "{\"external_id\":\"bad\"}\n";

#[test]
fn a_bad_line_is_named_and_nothing_is_stored() {
    let memory = Memory::new();
    let good: Vec<Value> = (0..450).map(|n| attempt(&n.to_string())).collect();
    let file = memory.write_text("f.jsonl", &format!("{}\n{BAD}", text(&good)));
    let call = memory.call(&["import", &file]);
    call.assert_failed(1, "f.jsonl:452: missing field `task` at column 21");
    assert!(
        call.err
            .contains("next: correct the line, or leave such lines out with --skip-bad")
    );
    assert!(
        !memory.path().exists(),
        "no database is made for an import that stores nothing"
    );
}

#[test]
fn standard_input_is_stored_up_to_the_bad_line() {
    let memory = Memory::new();
    let lines = text(&[attempt("a"), attempt("b")]) + BAD + &text(&[attempt("c")]);
    let call = memory.call_with(&["import", "-"], lines.as_bytes());
    call.assert_failed(1, "standard input:3: missing field `task`");
    assert_eq!(memory.episodes(), 2);
}

#[test]
fn skip_bad_leaves_out_bad_lines_and_names_each() {
    let memory = Memory::new();
    let not_json = "nonsense\n";
    let not_text = b"\xff\n";
    let lines = [
        text(&[attempt("a")]).as_bytes(),
        BAD.as_bytes(),
        not_json.as_bytes(),
        not_text,
        text(&[attempt("b")]).as_bytes(),
    ]
    .concat();
    let file = memory.write_bytes("f.jsonl", &lines);
    let call = memory.call(&["import", "--skip-bad", "--json", &file]);
    assert_eq!(call.code, 0);
    for line in [
        "f.jsonl:2: skipped: missing field",
        "f.jsonl:3: skipped:",
        "f.jsonl:4: skipped:",
    ] {
        assert!(call.err.contains(line), "{line} is not in:\n{}", call.err);
    }
    let summary: Value = serde_json::from_str(&call.out).unwrap();
    assert_eq!(
        (&summary["skipped"], &summary["episodes"]["created"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(memory.episodes(), 2);
}

#[test]
fn what_is_over_a_limit_is_a_bad_line() {
    let tags: Vec<String> = (0..65).map(|n| n.to_string()).collect();
    let nested = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let mut deep = text(&[attempt("deep")]);
    deep = deep.replace("\"args\":{}", &format!("\"args\":{nested}"));
    for line in [
        text(&[changed(attempt("a"), "tags", json!(tags))]),
        text(&[changed(attempt("a"), "tags", json!([" "]))]),
        text(&[changed(attempt("a"), "task", json!("x".repeat(7_100_000)))]),
        text(&[changed(attempt("a"), "reward", json!("much"))]),
        text(&[changed(attempt("a"), "surprise", json!(1))]),
        text(&[changed(attempt("a"), "agent", json!("a\u{0}"))]),
        text(&[related("a", "Follows", "a")]),
        text(&[related("a", "Likes", "b")]),
        deep,
    ] {
        let memory = Memory::new();
        let file = memory.write_text("f.jsonl", &line);
        memory
            .call(&["import", &file])
            .assert_failed(1, "f.jsonl:1: ");
    }
}

#[test]
fn a_relation_to_an_unknown_episode_is_reported_and_the_rest_is_stored() {
    let memory = Memory::new();
    let file = memory.write(
        "f.jsonl",
        &[
            attempt("a"),
            related("b", "Follows", "gone"),
            related("c", "Follows", "a"),
        ],
    );
    let call = memory.call(&["import", "--json", &file]);
    assert_eq!(call.code, 4);
    assert!(
        call.err.contains("f.jsonl:2: b Follows gone"),
        "{}",
        call.err
    );
    let summary: Value = serde_json::from_str(&call.out).unwrap();
    assert_eq!(summary["unknown_relations"], 1);
    assert_eq!(summary["relationships"]["created"], 1);
    assert_eq!(memory.episodes(), 3);
    assert_eq!(memory.call(&["import", "--skip-bad", &file]).code, 0);
}

/// The same in an export, where both ends are ids.
#[test]
fn an_exported_relationship_without_its_episodes_is_reported() {
    let memory = Memory::with(&[
        attempt("a"),
        related("b", "Follows", "a"),
        related("c", "Follows", "b"),
    ]);
    let export = memory.done(&["export"]);
    let is_a = |line: &&str| line.contains("\"external_id\":\"a\"");
    let without_a: String = export
        .split_inclusive('\n')
        .filter(|line| !is_a(line))
        .collect();
    let other = Memory::new();
    let call = other.call_with(&["import", "-", "--json"], without_a.as_bytes());
    assert_eq!(call.code, 4);
    let summary: Value = serde_json::from_str(&call.out).unwrap();
    assert_eq!(summary["unknown_relations"], 1);
    assert_eq!(summary["relationships"]["created"], 1);
}

#[test]
fn a_relationship_that_would_close_a_cycle_is_a_bad_line() {
    let memory = Memory::new();
    let lines = [
        related("a", "DependsOn", "b"),
        related("b", "DependsOn", "a"),
    ];
    let file = memory.write("f.jsonl", &lines);
    let call = memory.call(&["import", &file]);
    call.assert_failed(1, "f.jsonl:2: cannot be stored");
    let call = memory.call(&["import", "--skip-bad", &file]);
    assert_eq!(call.code, 0, "{}", call.err);
    assert!(call.err.contains("f.jsonl:2: skipped"), "{}", call.err);
    memory.assert_clean();
}

#[test]
fn a_cut_file_stores_nothing() {
    let memory = Memory::new();
    let mut packed = gzip(&text(
        &(0..50).map(|n| attempt(&n.to_string())).collect::<Vec<_>>(),
    ));
    packed.truncate(packed.len() - 10);
    let file = memory.write_bytes("cut.gz", &packed);
    let call = memory.call(&["import", &file]);
    call.assert_failed(1, "cannot read");
    assert!(call.err.contains("the file ends early"), "{}", call.err);
    assert!(!memory.path().exists());
}

#[test]
fn a_missing_file_and_a_directory_are_no_input() {
    let memory = Memory::new();
    memory
        .call(&["import", "missing.jsonl"])
        .assert_failed(3, "cannot read missing.jsonl");
    memory
        .call(&["import", "."])
        .assert_failed(2, "cannot read .");
}

#[test]
fn a_line_without_end_does_not_fill_the_memory() {
    let memory = Memory::new();
    let bomb = gzip(&"x".repeat(200_000_000));
    let file = memory.write_bytes("bomb.gz", &bomb);
    memory
        .call(&["import", &file])
        .assert_failed(1, "bomb.gz:1: the line is longer than 50.3 MB");
}

/// An external id that belongs to one stored episode and an id that belongs to another.
#[test]
fn an_export_that_contradicts_what_is_stored_is_a_bad_line() {
    let memory = Memory::with(&[attempt("a"), attempt("b")]);
    let id = memory.json(&["show", "a"])["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let export = memory.done(&["export"]);
    let b = export
        .lines()
        .find(|line| line.contains("\"external_id\":\"b\""))
        .unwrap();
    let mut b: Value = serde_json::from_str(b).unwrap();
    b["value"]["id"] = json!(id);
    let file = memory.write("f.jsonl", &[attempt("c"), b]);
    memory
        .call(&["import", &file])
        .assert_failed(1, "f.jsonl:2: cannot be stored");
    assert_eq!(memory.episodes(), 2);
    let call = memory.call(&["import", "--skip-bad", &file]);
    assert_eq!(call.code, 0);
    assert!(call.err.contains("f.jsonl:2: skipped"), "{}", call.err);
    assert_eq!(memory.episodes(), 3);
}
