//! What an import stores.

use crate::support::{Memory, attempt, changed, gzip, related, text};
use serde_json::{Value, json};

fn show(memory: &Memory, key: &str) -> Value {
    memory.json(&["show", key])
}

#[test]
fn every_field_of_an_attempt_arrives() {
    let steps = json!([
        { "tool": "  python", "action": "run", "args": { "code": "1" }, "thought": "hm",
          "observation": ["a", { "b": null }], "success": false, "reward": 0.25 },
        { "tool": null, "action": null, "args": null, "thought": null, "observation": "a\u{0}b",
          "success": null, "reward": null },
    ]);
    let mut line = changed(attempt("x/1"), "steps", steps);
    line["outcome"] = json!("partial");
    line["reward"] = json!(0.67);
    line["reflection"] = json!(["try again"]);
    line["run"] = json!("run-7");
    let memory = Memory::with(&[line]);
    let stored = show(&memory, "x/1");
    assert_eq!(stored["external_id"], "x/1");
    assert_eq!(stored["task_type"], "made-up");
    assert_eq!(stored["description"], "Do x/1");
    assert_eq!(stored["context"]["domain"], "tests");
    let metadata = json!({ "agent": "a", "run": "run-7", "source": "made-up",
        "task_key": "task", "trial": "0" });
    assert_eq!(stored["metadata"], metadata);
    assert_eq!(stored["outcome"]["kind"], "partial");
    assert_eq!(stored["reward"]["total"], 0.67);
    assert_eq!(stored["reflections"], json!(["try again"]));
    let first = json!({ "tool": "  python", "action": "run", "arguments": { "code": "1" },
        "thought": "hm", "observation": ["a", { "b": null }], "status": "error", "reward": 0.25 });
    assert_eq!(
        stored["steps"],
        json!([first, { "observation": "a\u{0}b" }])
    );
}

#[test]
fn importing_again_changes_nothing() {
    let lines = [attempt("a"), related("b", "Follows", "a")];
    let memory = Memory::with(&lines);
    let before = memory.done(&["export"]);
    let summary = memory.json(&["import", "lines.jsonl"]);
    assert_eq!(
        summary["episodes"],
        json!({ "created": 0, "replaced": 0, "unchanged": 2 })
    );
    assert_eq!(
        summary["relationships"],
        json!({ "created": 0, "replaced": 0, "unchanged": 1 })
    );
    assert_eq!(memory.done(&["export"]), before);
}

#[test]
fn a_changed_line_replaces_the_content_and_keeps_the_rest() {
    let memory = Memory::with(&[attempt("a"), related("b", "Follows", "a")]);
    let before = show(&memory, "b");
    let line = changed(attempt("b"), "task", json!("Do it otherwise"));
    let file = memory.write("changed.jsonl", &[line]);
    let summary = memory.json(&["import", &file]);
    assert_eq!(summary["episodes"]["replaced"], 1);
    let after = show(&memory, "b");
    assert_eq!(after["description"], "Do it otherwise");
    assert_eq!(after["revision"], 2);
    for field in ["id", "started_at", "created_at"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    assert_eq!(
        memory.json(&["related", "b"])["episodes"][0]["external_id"],
        "a"
    );
}

#[test]
fn lines_keep_their_order() {
    let lines: Vec<Value> = (0..300)
        .map(|n| attempt(&format!("{:03}", n * 7 % 300)))
        .collect();
    let memory = Memory::with(&lines);
    let listed = memory.json(&["list", "--order", "oldest", "--all"]);
    let listed: Vec<&str> = listed["episodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|episode| episode["external_id"].as_str().unwrap())
        .collect();
    let expected: Vec<&str> = lines
        .iter()
        .map(|line| line["external_id"].as_str().unwrap())
        .collect();
    assert_eq!(listed, expected);
}

/// A batch ends at 200 lines: the same key lies in one batch, and in two.
#[test]
fn the_last_of_several_lines_with_one_external_id_wins() {
    let mut lines: Vec<Value> = (0..250).map(|n| attempt(&n.to_string())).collect();
    lines.push(changed(attempt("249"), "task", json!("last")));
    lines.push(changed(attempt("0"), "task", json!("last")));
    let memory = Memory::new();
    let file = memory.write("twice.jsonl", &lines);
    let summary = memory.json(&["import", &file]);
    assert_eq!(summary["episodes"]["created"], 250);
    assert_eq!(summary["superseded"], 2);
    for key in ["0", "249"] {
        assert_eq!(show(&memory, key)["description"], "last");
    }
    let summary = memory.json(&["import", &file]);
    assert_eq!(
        summary["episodes"],
        json!({ "created": 0, "replaced": 0, "unchanged": 250 })
    );
}

#[test]
fn the_last_line_wins_on_standard_input_too() {
    let memory = Memory::new();
    let lines = [attempt("a"), changed(attempt("a"), "task", json!("last"))];
    assert_eq!(
        memory
            .call_with(&["import", "-"], text(&lines).as_bytes())
            .code,
        0
    );
    assert_eq!(show(&memory, "a")["description"], "last");
    assert_eq!(show(&memory, "a")["revision"], 1);
}

/// So far that the lines between them fill a batch of 200.
#[test]
fn relations_may_point_forward_and_into_other_files() {
    let memory = Memory::new();
    let mut lines: Vec<Value> = (0..250).map(|n| attempt(&n.to_string())).collect();
    lines.extend([attempt("c"), attempt("z")]);
    let first = [related("a", "Follows", "z"), related("b", "RelatedTo", "c")];
    let one = memory.write("1.jsonl", &first);
    let other = memory.write("2.jsonl", &lines);
    let summary = memory.json(&["import", &one, &other]);
    assert_eq!(summary["relationships"]["created"], 2);
    assert_eq!(summary["unknown_relations"], 0);
}

#[test]
fn gzip_is_recognised_by_content_and_plain_text_too() {
    let memory = Memory::new();
    let packed = memory.write_bytes("packed.jsonl", &gzip(&text(&[attempt("a")])));
    let plain = memory.write("plain.gz", &[attempt("b")]);
    memory.done(&["import", &packed, &plain]);
    let packed = gzip(&text(&[attempt("c")]));
    assert_eq!(memory.call_with(&["import", "-"], &packed).code, 0);
    assert_eq!(memory.episodes(), 3);
}

#[test]
fn an_episode_without_steps_and_one_of_two_megabytes() {
    let empty = changed(attempt("empty"), "steps", json!([]));
    let steps = json!([{ "observation": "x".repeat(2_200_000) }]);
    let memory = Memory::with(&[empty, changed(attempt("large"), "steps", steps)]);
    assert_eq!(show(&memory, "empty")["steps"], json!([]));
    let observation = &show(&memory, "large")["steps"][0]["observation"];
    assert_eq!(observation.as_str().unwrap().len(), 2_200_000);
}

#[test]
fn the_namespace_of_the_command_line_comes_before_that_of_the_line() {
    let memory = Memory::with(&[attempt("a"), related("b", "Follows", "a")]);
    memory.done(&["export", "all.jsonl"]);
    memory.done(&["import", "--namespace", "other", "all.jsonl"]);
    let other = memory.json(&["stats", "--namespace", "other"]);
    assert_eq!(
        (&other["episodes"], &other["relationships"]["Follows"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(memory.episodes(), 2);
    assert_eq!(
        memory.json(&["stats", "--namespace", "third"])["episodes"],
        0
    );
}

/// Two memories made from the same files know the same episodes under different ids.
#[test]
fn an_export_finds_episodes_that_are_there_under_other_ids() {
    let lines = [attempt("a"), attempt("b")];
    let (one, other) = (Memory::with(&lines), Memory::with(&lines));
    one.done(&["relate", "b", "DependsOn", "a"]);
    let export = one.done(&["export"]);
    assert_eq!(other.call_with(&["import", "-"], export.as_bytes()).code, 0);
    assert_eq!(other.episodes(), 2);
    assert_eq!(
        other.json(&["related", "b"])["relationships"][0]["kind"],
        "DependsOn"
    );
    assert_ne!(show(&one, "a")["id"], show(&other, "a")["id"]);
}
