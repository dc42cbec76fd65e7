//! Several processes with one file.

use crate::support::{Memory, attempt};
use serde_json::{Value, json};
use std::process::{Child, Stdio};

const PROCESSES: usize = 8;
const STORES: usize = 200;

/// Every line is a transaction of its own, because its namespace is another one than that of
/// the line before it.
fn lines(process: usize) -> Vec<Value> {
    (0..STORES).map(|number| episode(process, number)).collect()
}

fn episode(process: usize, number: usize) -> Value {
    let time = "2026-11-23T16:08:34.000000Z";
    json!({ "kind": "episode", "value": {
        "namespace": format!("n{}", number % 2),
        "id": format!("01930000-0000-7000-8000-{process:04x}{number:08x}"),
        "task_type": "t", "description": format!("{number} of {process}"),
        "started_at": time, "created_at": time, "updated_at": time,
    } })
}

#[test]
fn eight_processes_fill_one_new_file_at_the_same_time() {
    let memory = Memory::new();
    let start = |process: usize| -> Child {
        let file = memory.write(&format!("{process}.jsonl"), &lines(process));
        let mut command = memory.command(&["import", &file]);
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<Child> = (0..PROCESSES).map(start).collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), err.as_str()), (Some(0), ""));
    }
    let stored = ["n0", "n1"].map(|n| {
        memory.json(&["stats", "--namespace", n])["episodes"]
            .as_u64()
            .unwrap()
    });
    assert_eq!(stored, [800, 800]);
    memory.assert_clean();
}

#[test]
fn the_same_file_imported_by_several_processes_at_once_is_stored_once() {
    let memory = Memory::new();
    let lines: Vec<Value> = (0..300).map(|n| attempt(&n.to_string())).collect();
    let file = memory.write("f.jsonl", &lines);
    let start = |_| {
        memory
            .command(&["import", &file])
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let children: Vec<Child> = (0..4).map(start).collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(memory.episodes(), 300);
    memory.assert_clean();
}
