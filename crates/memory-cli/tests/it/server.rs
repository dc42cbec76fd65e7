//! The same command against a real server.

use crate::support::Memory;
use testkit::DataSet;
use testkit::net::Database;

fn fresh(test: &str) -> Option<Database> {
    Database::fresh(test).unwrap()
}

#[test]
fn a_server_and_a_file_have_the_same_figures() {
    let test = "a_server_and_a_file_have_the_same_figures";
    let (Some(data), Some(database)) = (DataSet::find(test), fresh(test)) else {
        return;
    };
    let files: Vec<String> = data
        .files()
        .unwrap()
        .iter()
        .map(|file| file.to_str().unwrap().to_owned())
        .collect();
    let (memory, url) = (Memory::new(), database.url());
    let at_server = |args: &[&str]| memory.done(&[&["--db", url.as_str()], args].concat());
    let import: Vec<&str> = ["import"]
        .into_iter()
        .chain(files.iter().map(String::as_str))
        .collect();
    memory.done(&import);
    at_server(&import);
    for figures in [
        &["stats"][..],
        &["stats", "--json"],
        &["stats", "--by", "domain", "--json"],
        &["stats", "--by", "metadata:agent"],
        &["tag", "list"],
    ] {
        assert_eq!(at_server(figures), memory.done(figures), "{figures:?}");
    }
    assert!(at_server(&["check"]).contains("0 problems"));
}

#[test]
fn the_token_comes_from_the_environment_and_is_never_shown() {
    let Some(database) = fresh("the_token_comes_from_the_environment_and_is_never_shown") else {
        return;
    };
    database.set_token(Some("canary-right"));
    let (memory, url) = (Memory::new(), database.url());
    let call = |token: &str| {
        let mut command = memory.command(&["--db", &url, "stats"]);
        command.env("TURSO_AUTH_TOKEN", token);
        crate::support::Call::from(command.output().unwrap())
    };
    let refused = call("canary-wrong");
    refused.assert_failed(1, "TURSO_AUTH_TOKEN");
    assert!(!refused.err.contains("canary"));
    assert_eq!(call("canary-right").code, 0);
}

#[test]
fn a_bench_of_a_server_measures_and_leaves_nothing_behind() {
    let Some(database) = fresh("a_bench_of_a_server_measures_and_leaves_nothing_behind") else {
        return;
    };
    let (memory, url) = (Memory::new(), database.url());
    let mix = ["--db", &url, "bench", "--seconds", "1", "--mix", "1:2:1"];
    let performance = &memory.json(&mix)["performance"];
    let stored = &performance["storage"]["operations"][2];
    assert_eq!(stored["name"], "episodes.store", "{stored}");
    assert!(stored["ever"]["count"].as_u64().unwrap() >= 4, "{stored}");
    assert!(stored["errors"].as_object().unwrap().is_empty(), "{stored}");
    assert!(performance["traffic"]["requests"].as_u64().unwrap() >= 4);
    assert_eq!(memory.json(&["--db", &url, "check"])["episodes"], 0);
}
