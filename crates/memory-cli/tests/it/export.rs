//! What an export writes.

use crate::support::{Memory, attempt, bare, related, text};
use memory_storage_turso::limits::JSON_DEPTH_MAX;
use memory_storage_turso::testing::{any_episode, any_pattern, samples};
use memory_storage_turso::{Episode, Namespace, Pattern};
use serde_json::{Value, json};
use std::collections::HashSet;

/// A memory with everything in it that the model has.
fn full() -> Memory {
    let memory = Memory::new();
    let db = memory.path().to_str().unwrap().to_owned();
    assert!(
        bare(&["demo", "--db", &db])
            .output()
            .unwrap()
            .status
            .success()
    );
    memory.done(&["tag", "add", "demo/bug_fix/007/attempt-1", "Später", "x"]);
    memory
}

#[test]
fn an_export_imported_into_a_new_database_exports_the_same_bytes() {
    let (one, other) = (full(), Memory::new());
    let export = one.done(&["export"]);
    assert_eq!(other.call_with(&["import", "-"], export.as_bytes()).code, 0);
    assert!(
        other.done(&["export"]) == export,
        "the second export differs"
    );
    let summary = other.call_with(&["import", "-", "--json"], export.as_bytes());
    let summary: Value = serde_json::from_str(&summary.out).unwrap();
    for kind in ["episodes", "patterns", "relationships"] {
        assert_eq!(summary[kind]["created"], 0);
        assert_eq!(summary[kind]["replaced"], 0);
        assert_ne!(summary[kind]["unchanged"], 0);
    }
}

#[test]
fn lines_name_their_kind_and_come_oldest_first() {
    let export = full().done(&["export"]);
    let lines: Vec<Value> = export
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut kinds: Vec<&str> = lines
        .iter()
        .map(|line| line["kind"].as_str().unwrap())
        .collect();
    kinds.dedup();
    assert_eq!(kinds, ["episode", "pattern", "relationship"]);
    let times: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["value"]["started_at"].as_str())
        .collect();
    assert!(times.len() > 200 && times.is_sorted());
}

#[test]
fn a_file_is_whole_or_not_there_and_compressed_by_its_name() {
    let memory = Memory::with(&[attempt("a"), related("b", "Follows", "a")]);
    memory.done(&["export", "plain.jsonl"]);
    let said = memory.done(&["export", "packed.jsonl.gz"]);
    assert_eq!(
        said,
        "2 episodes, 0 patterns and 1 relationships are in packed.jsonl.gz\n"
    );
    let plain = std::fs::read(memory.beside("plain.jsonl")).unwrap();
    let packed = std::fs::read(memory.beside("packed.jsonl.gz")).unwrap();
    assert!(plain.starts_with(b"{\"kind\":\"episode\",\"value\":{"));
    assert!(packed.starts_with(&[0x1f, 0x8b]));
    let other = Memory::new();
    other.done(&["import", memory.beside("packed.jsonl.gz").to_str().unwrap()]);
    assert_eq!(other.done(&["export"]).as_bytes(), plain);
}

#[test]
fn a_failed_export_leaves_nothing_behind_and_keeps_the_old_file() {
    let memory = Memory::with(&[attempt("a")]);
    memory
        .call(&["export", "missing/x.jsonl"])
        .assert_failed(1, "cannot write missing/x.jsonl");
    memory.write_text("old.jsonl", "old");
    let empty = Memory::new();
    let old = memory.beside("old.jsonl");
    empty
        .call(&["export", old.to_str().unwrap()])
        .assert_failed(3, "there is no database");
    assert_eq!(std::fs::read_to_string(&old).unwrap(), "old");
    memory.done(&["export", "old.jsonl"]);
    let folder = memory.path().parent().unwrap();
    let drafts = std::fs::read_dir(folder).unwrap().filter_map(Result::ok);
    let drafts: Vec<_> = drafts
        .filter(|file| file.file_name().to_string_lossy().ends_with(".tmp"))
        .collect();
    assert!(drafts.is_empty(), "{drafts:?}");
}

#[test]
fn a_pipe_with_a_name_is_written_to_and_not_replaced() {
    let memory = Memory::with(&[attempt("a")]);
    memory.done(&["export", "/dev/null"]);
    assert!(!std::fs::metadata("/dev/null").unwrap().is_file());
}

#[test]
fn exports_may_be_mixed_with_attempts() {
    let memory = Memory::with(&[attempt("a")]);
    let mixed = memory.done(&["export"]) + &text(&[related("b", "Follows", "a")]);
    let other = Memory::new();
    assert_eq!(other.call_with(&["import", "-"], mixed.as_bytes()).code, 0);
    assert_eq!(other.json(&["stats"])["relationships"]["Follows"], 1);
}

/// Episodes and patterns as nasty as the model allows, each with a key of its own, as lines.
fn nasty() -> Vec<Value> {
    let mut keys = HashSet::new();
    let episodes = samples(&any_episode(), 200)
        .into_iter()
        .map(|episode: Episode| {
            let mut draft = episode.into_draft();
            draft.namespace = Namespace::default();
            let external_id = draft.external_id.take();
            draft.external_id = external_id.filter(|key| keys.insert(key.clone()));
            json!({ "kind": "episode", "value": draft.finish().unwrap() })
        });
    let mut lines: Vec<Value> = episodes.collect();
    lines.extend(
        samples(&any_pattern(), 100)
            .into_iter()
            .map(|pattern: Pattern| {
                let mut draft = pattern.into_draft();
                draft.namespace = Namespace::default();
                json!({ "kind": "pattern", "value": draft.finish().unwrap() })
            }),
    );
    lines
}

#[test]
fn whatever_the_model_allows_comes_out_as_it_went_in() {
    let lines = nasty();
    let memory = Memory::with(&lines);
    let export = memory.done(&["export"]);
    let exported: HashSet<&str> = export.lines().collect();
    assert_eq!(exported.len(), lines.len());
    for line in &lines {
        let line: Value = serde_json::from_str(&line.to_string()).unwrap();
        let same = |text: &&str| serde_json::from_str::<Value>(text).unwrap() == line;
        assert!(exported.iter().any(same), "{line}");
    }
}

/// An export puts some levels of nesting around what the model allows.
#[test]
fn the_deepest_episode_comes_out_as_it_went_in() {
    let deep = format!(
        "{}{}",
        "[".repeat(JSON_DEPTH_MAX),
        "]".repeat(JSON_DEPTH_MAX)
    );
    let line = text(&[attempt("a")]).replace("\"args\":{}", &format!("\"args\":{deep}"));
    let memory = Memory::new();
    assert_eq!(memory.call_with(&["import", "-"], line.as_bytes()).code, 0);
    let export = memory.done(&["export"]);
    assert!(export.contains(&deep));
    let other = Memory::new();
    assert_eq!(other.call_with(&["import", "-"], export.as_bytes()).code, 0);
    assert_eq!(other.done(&["export"]), export);
}

/// `memory export memory.db` replaced the database by its own export.
#[test]
fn a_database_is_never_replaced_by_an_export() {
    let (memory, other) = (full(), Memory::with(&[attempt("a")]));
    let before = memory.done(&["export"]);
    let own = memory.path().to_str().unwrap().to_owned();
    let link = memory.beside("link.jsonl");
    std::os::unix::fs::symlink(&own, &link).unwrap();
    // SQLite makes it when the command opens the database.
    let log = format!("{own}-wal");
    let foreign = other.path().to_str().unwrap();
    for file in ["memory.db", &own, link.to_str().unwrap(), &log, foreign] {
        let call = memory.call(&["export", file]);
        call.assert_failed(2, "is a database, or a part of one");
    }
    assert_eq!(memory.done(&["export"]), before);
    assert_eq!(other.episodes(), 1);
}
