//! The commands that change what is stored, and what must stay unchanged.

use crate::support::{Memory, attempt, changed, three};
use serde_json::json;

#[test]
fn relationships_are_made_and_removed() {
    let memory = three();
    memory.done(&[
        "relate",
        "c",
        "references",
        "a",
        "--reason",
        "see there",
        "--priority",
        "3",
    ]);
    let found = memory.json(&["related", "c", "--kind", "References"]);
    assert_eq!(
        found["relationships"][0]["metadata"],
        json!({ "reason": "see there", "priority": 3 })
    );
    assert!(
        memory
            .done(&["relate", "c", "References", "a"])
            .contains("what is known about it is new")
    );
    assert!(
        memory
            .done(&["relate", "c", "References", "a"])
            .contains("it was there already")
    );
    memory
        .call(&["relate", "b", "DependsOn", "c"])
        .assert_failed(1, "adding the relationship");
    memory
        .call(&["relate", "a", "DependsOn", "a"])
        .assert_failed(2, "");
    memory
        .call(&["relate", "a", "Likes", "b"])
        .assert_failed(2, "expected one of ParentChild");
    memory.done(&["unrelate", "c", "References", "a"]);
    memory
        .call(&["unrelate", "c", "References", "a"])
        .assert_failed(3, "there is no relationship");
}

#[test]
fn tags_are_added_removed_renamed_and_counted() {
    let memory = three();
    let added = memory.json(&["tag", "add", "a", "New", "hard"]);
    assert_eq!(added["tags"], json!(["hard", "made-up", "new"]));
    assert_eq!(added["revision"], 2);
    assert_eq!(
        memory.json(&["tag", "remove", "a", "new"])["tags"],
        json!(["hard", "made-up"])
    );
    assert_eq!(
        memory.json(&["tag", "rename", "hard", "harder"])["episodes"],
        2
    );
    let tags = json!([{ "tag": "harder", "episodes": 2 }, { "tag": "made-up", "episodes": 3 }]);
    assert_eq!(memory.json(&["tag", "list"]), tags);
    assert_eq!(
        memory.done(&["tag", "list"]),
        "EPISODES  TAG\n       2  harder\n       3  made-up\n"
    );
    memory
        .call(&["tag", "rename", "hard", "x"])
        .assert_failed(3, "no episode has the tag hard");
    memory
        .call(&["tag", "add", "a", " "])
        .assert_failed(2, "the tag is empty");
}

#[test]
fn forget_deletes_all_or_nothing_and_only_when_told() {
    let memory = three();
    memory
        .call(&["forget", "a"])
        .assert_failed(2, "no terminal");
    memory
        .call(&["forget", "--yes", "a", "gone"])
        .assert_failed(3, "there is no episode gone");
    assert_eq!(memory.episodes(), 3);
    assert_eq!(
        memory.json(&["forget", "--yes", "a", "a", "b"])["deleted"],
        2
    );
    let left = memory.json(&["stats"]);
    assert_eq!(
        (&left["episodes"], &left["relationships"]),
        (&json!(1), &json!({}))
    );
    memory.assert_clean();
}

#[test]
fn nothing_is_made_by_a_command_that_needs_something() {
    let memory = Memory::new();
    for args in [
        &["list"][..],
        &["show", "a"],
        &["stats"],
        &["check"],
        &["export"],
        &["related", "a"],
        &["tag", "list"],
        &["tag", "add", "a", "b"],
        &["forget", "--yes", "a"],
        &["patterns", "list"],
        &["relate", "a", "Follows", "b"],
        &["unrelate", "a", "Follows", "b"],
    ] {
        let call = memory.call(args);
        call.assert_failed(3, "there is no database at");
        assert!(
            call.err
                .contains("next: `memory import FILE` makes one there"),
            "{}",
            call.err
        );
        assert!(!memory.path().exists(), "{args:?}");
    }
}

#[test]
fn what_is_no_memory_is_left_alone() {
    let memory = Memory::new();
    memory.write_text("memory.db", "this is no database, but a letter to a friend");
    let file = memory.write("f.jsonl", &[attempt("a")]);
    for args in [&["list"][..], &["import", &file]] {
        let call = memory.call(args);
        call.assert_failed(1, "cannot open");
        assert!(call.err.contains("because: "), "{}", call.err);
    }
    assert!(
        std::fs::read_to_string(memory.path())
            .unwrap()
            .starts_with("this is no")
    );
}

/// A text that no compression makes shorter lies in the file as it is.
#[test]
fn check_finds_a_damaged_episode_and_says_so_with_its_exit_code() {
    let text = "q7Z!x0Kp#9vLw2$Tb5@Rn8&Yd1*Hs4^Fj6";
    let damaged = changed(attempt("damaged"), "task", json!(text));
    let memory = Memory::with(&[attempt("whole"), changed(damaged, "steps", json!([]))]);
    let mut file = std::fs::read(memory.path()).unwrap();
    let at = file
        .windows(text.len())
        .position(|part| part == text.as_bytes())
        .unwrap();
    file[at] ^= 1;
    std::fs::write(memory.path(), file).unwrap();
    let call = memory.call(&["check"]);
    assert_eq!((call.code, call.err.as_str()), (4, ""));
    assert!(
        call.out.contains("read 2 episodes") && call.out.contains("problem: "),
        "{}",
        call.out
    );
    memory
        .call(&["show", "damaged"])
        .assert_failed(1, "reading the episode");
    memory.done(&["show", "whole"]);
}
