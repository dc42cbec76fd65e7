//! The commands that look and change.

use crate::support::{Memory, attempt, bare, changed, three};
use serde_json::{Value, json};

fn keys(list: &Value) -> Vec<&str> {
    let episodes = list["episodes"].as_array().unwrap();
    episodes
        .iter()
        .map(|episode| episode["external_id"].as_str().unwrap())
        .collect()
}

#[test]
fn show_finds_an_episode_by_either_id() {
    let memory = three();
    let id = memory.json(&["show", "b"])["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let text = memory.done(&["show", &id]);
    for part in [
        id.as_str(),
        "external id  b",
        "outcome      failure",
        "relation     Follows ",
        "relation     RequiredBy ",
        "step 1 of 1: success",
    ] {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

#[test]
fn show_cuts_long_texts_unless_told_and_passes_on_no_escape_sequence() {
    let observation = format!("\u{1b}[31m{}", "é".repeat(500));
    let steps = json!([{ "observation": observation }]);
    let memory = Memory::with(&[changed(attempt("a"), "steps", steps)]);
    let text = memory.done(&["show", "a"]);
    assert!(text.contains("… (1.0 kB; --full shows all)"), "{text}");
    assert!(!text.contains('\u{1b}'));
    assert!(
        memory
            .done(&["show", "a", "--full"])
            .contains(&"é".repeat(500))
    );
}

#[test]
fn list_filters_by_everything_at_once() {
    let memory = three();
    let list = |args: &[&str]| memory.json(&[&["list"], args].concat());
    assert_eq!(keys(&list(&[])), ["c", "b", "a"]);
    assert_eq!(keys(&list(&["--order", "oldest"])), ["a", "b", "c"]);
    assert_eq!(keys(&list(&["--outcome", "failure"])), ["b"]);
    assert_eq!(
        keys(&list(&["--domain", "sql", "--task-type", "made-up"])),
        ["c"]
    );
    assert_eq!(keys(&list(&["--tag", "made-up", "--tag", "HARD"])), ["c"]);
    assert_eq!(
        keys(&list(&["--any-tag", "hard", "--any-tag", "none"])),
        ["c"]
    );
    assert_eq!(keys(&list(&["--metadata", "agent=o'hara.x$"])), ["c"]);
    assert_eq!(
        keys(&list(&["--metadata", "agent=a", "--metadata", "trial=0"])),
        ["b", "a"]
    );
    assert_eq!(keys(&list(&["--since", "1h"])).len(), 3);
    assert_eq!(keys(&list(&["--until", "1h"])).len(), 0);
    assert_eq!(keys(&list(&["--since", "2999-01-01"])).len(), 0);
    assert_eq!(keys(&list(&["--namespace", "other"])).len(), 0);
}

#[test]
fn list_goes_on_where_a_page_ended() {
    let memory = three();
    let first = memory.json(&["list", "--limit", "2"]);
    assert_eq!(keys(&first), ["c", "b"]);
    let next = first["next"].as_str().unwrap();
    let second = memory.json(&["list", "--limit", "2", "--after", next]);
    assert_eq!((keys(&second), &second["next"]), (vec!["a"], &Value::Null));
    let text = memory.done(&["list", "--limit", "2"]);
    assert!(
        text.contains(&format!("there are more: --after {next}")),
        "{text}"
    );
    memory
        .call(&["list", "--after", "t.x"])
        .assert_failed(2, "listing episodes");
}

#[test]
fn list_goes_through_many_pages() {
    let lines: Vec<Value> = (0..1_203)
        .map(|n| changed(attempt(&n.to_string()), "steps", json!([])))
        .collect();
    let memory = Memory::with(&lines);
    assert_eq!(keys(&memory.json(&["list", "--all"])).len(), 1_203);
    let limited = memory.json(&["list", "--limit", "1100"]);
    assert_eq!(keys(&limited).len(), 1_100);
    assert!(limited["next"].is_string());
    let text = memory.done(&["list", "--all"]);
    assert_eq!(text.lines().count(), 1_204);
}

#[test]
fn related_walks_along_chosen_relationships() {
    let memory = three();
    assert_eq!(keys(&memory.json(&["related", "a"])), ["b"]);
    assert_eq!(
        keys(&memory.json(&["related", "a", "--depth", "2"])),
        ["b", "c"]
    );
    assert_eq!(
        keys(&memory.json(&["related", "a", "--direction", "out"])).len(),
        0
    );
    assert_eq!(
        keys(&memory.json(&["related", "b", "--kind", "DependsOn"])),
        ["c"]
    );
    let cut = memory.json(&["related", "a", "--depth", "2", "--limit", "1"]);
    assert_eq!((keys(&cut), &cut["truncated"]), (vec!["b"], &json!(true)));
    let text = memory.done(&["related", "b"]);
    assert!(
        text.contains("Follows") && text.contains("RequiredBy"),
        "{text}"
    );
}

#[test]
fn stats_count_groups() {
    let memory = three();
    let by_domain = memory.json(&["stats", "--by", "domain"]);
    let groups: Vec<_> = by_domain
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            (
                group["group"].as_str().unwrap(),
                group["episodes"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(groups, [("sql", 1), ("tests", 2)]);
    let by_agent = memory.json(&["stats", "--by", "metadata:agent", "--outcome", "success"]);
    assert_eq!(by_agent.as_array().unwrap().len(), 2);
    let text = memory.done(&["stats"]);
    assert!(
        text.contains("relationships  DependsOn 1, Follows 1"),
        "{text}"
    );
    memory
        .call(&["stats", "--by", "metadata:"])
        .assert_failed(2, "expected `domain` or `metadata:KEY`");
}

#[test]
fn the_command_line_explains_itself() {
    let out = |args: &[&str]| {
        let output = bare(args).output().unwrap();
        (
            output.status.code(),
            String::from_utf8(output.stdout).unwrap(),
        )
    };
    let (code, help) = out(&["--help"]);
    assert_eq!(code, Some(0));
    assert!(
        help.contains("Exit codes:") && help.contains("TURSO_DATABASE_URL"),
        "{help}"
    );
    assert_eq!(out(&["--version"]).0, Some(0));
    assert_eq!(out(&["nonsense"]).0, Some(2));
    assert_eq!(out(&[]).0, Some(2));
    for shell in ["bash", "zsh", "fish"] {
        let (code, script) = out(&["completions", shell]);
        assert!(code == Some(0) && script.contains("memory"), "{shell}");
    }
}

/// The token is in the location, and the location in the environment.
#[test]
fn a_token_shows_neither_in_help_nor_in_errors() {
    let mut command = bare(&["list"]);
    command.env(
        "TURSO_DATABASE_URL",
        "libsql://127.0.0.1:1?authToken=sesame&tls=0",
    );
    let output = command.output().unwrap();
    assert_ne!(output.status.code(), Some(0));
    assert!(!String::from_utf8(output.stderr).unwrap().contains("sesame"));
    let help = bare(&["list", "--help"])
        .env("TURSO_DATABASE_URL", "libsql://h?authToken=sesame")
        .output()
        .unwrap();
    assert!(!String::from_utf8(help.stdout).unwrap().contains("sesame"));
}
