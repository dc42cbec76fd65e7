//! kill -9 while an import runs.

use crate::lines::{relations, some};
use crate::support::{Memory, text};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};
use testkit::Kill;

const ROUNDS: u64 = 10;

/// Looks at what a killed import left, lets another one complete it, and
/// returns how many episodes the killed one had stored.
fn complete(memory: &Memory, file: &str, lines: &[Value]) -> u64 {
    let left = if memory.path().exists() {
        memory.assert_clean();
        memory.episodes()
    } else {
        0
    };
    let summary = memory.json(&["import", file]);
    assert_eq!(summary["episodes"]["unchanged"], left);
    assert_eq!(summary["unknown_relations"], 0);
    let all = memory.json(&["stats"]);
    assert_eq!(all["episodes"], lines.len());
    let kinds = all["relationships"].as_object().unwrap();
    let related: u64 = kinds.values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(related, relations(lines));
    left
}

fn kill(mut child: Child) {
    // An error here means that it has ended already.
    let _ = child.kill();
    child.wait().unwrap();
}

/// Gives the import a part of its lines and kills it while it waits for more or
/// stores what it has: some instant that depends on the part, and never the end.
fn kill_after_part(memory: &Memory, part: &str) {
    let mut command = memory.command(&["import", "-"]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .as_mut()
        .unwrap()
        .write_all(part.as_bytes())
        .unwrap();
    kill(child);
}

#[test]
fn an_import_that_was_killed_while_it_read_is_completed_by_the_next() {
    let lines = some("an_import_that_was_killed_while_it_read_is_completed_by_the_next");
    let all = text(&lines);
    let mut most = 0;
    for round in 1..=ROUNDS {
        let memory = Memory::new();
        let file = memory.write_text("all.jsonl", &all);
        let lines_read = lines.len() * usize::try_from(round).unwrap() / 10;
        kill_after_part(&memory, &text(&lines[..lines_read]));
        let left = complete(&memory, &file, &lines);
        assert!(left < lines.len() as u64);
        most = most.max(left);
    }
    assert!(
        most > 0,
        "every import was killed before it had stored anything"
    );
}

#[test]
fn an_import_that_was_killed_at_any_time_is_completed_by_the_next() {
    let lines = some("an_import_that_was_killed_at_any_time_is_completed_by_the_next");
    let all = text(&lines);
    let began = Instant::now();
    let whole = Memory::new();
    let file = whole.write_text("all.jsonl", &all);
    assert_eq!(
        whole.json(&["import", &file])["episodes"]["created"],
        json!(lines.len())
    );
    let longest = began.elapsed();
    for round in 1..=ROUNDS {
        let memory = Memory::new();
        let file = memory.write_text("all.jsonl", &all);
        let mut command = memory.command(&["import", &file]);
        let child = command.stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(instant(longest, round));
        kill(child);
        complete(&memory, &file, &lines);
    }
}

/// Where in the import the kill of this round falls.
fn instant(longest: Duration, round: u64) -> Duration {
    match Kill::somewhere(longest, round) {
        Kill::After(instant) => instant,
        Kill::AfterAcks(_) => Duration::ZERO,
    }
}
