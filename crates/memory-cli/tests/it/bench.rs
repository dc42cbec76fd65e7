//! A load on a database, and its figures over HTTP.

use crate::support::Memory;
use std::io::{BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;

#[test]
fn a_bench_measures_and_leaves_nothing_behind() {
    let memory = Memory::new();
    let report = memory.json(&[
        "bench",
        "--seconds",
        "1",
        "--concurrency",
        "2",
        "--mix",
        "1:1:1",
    ]);
    let operations = report["performance"]["storage"]["operations"]
        .as_array()
        .unwrap();
    let names: Vec<_> = operations
        .iter()
        .map(|o| o["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["episodes.get", "episodes.query", "episodes.store"]);
    let counted: u64 = report["histogram"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b[1].as_u64().unwrap())
        .sum();
    assert_eq!(report["operations"].as_u64().unwrap(), counted);
    // The first store of each worker counts like any other.
    let calls = operations
        .iter()
        .map(|o| o["ever"]["count"].as_u64().unwrap());
    assert_eq!(calls.sum::<u64>(), counted);
    assert_eq!(memory.episodes(), 0);
    memory.assert_clean();
    let text = memory.done(&["bench", "--seconds", "1"]);
    for part in ["PER SECOND", "P99", "4 at once", "up to", "####"] {
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn a_bench_has_a_cache_unless_told_otherwise() {
    let memory = Memory::new();
    let mix = ["bench", "--seconds", "1", "--mix", "1:50:1"];
    let cached = memory.json(&mix);
    let episodes = &cached["performance"]["cache"]["episodes"];
    assert!(episodes["hits"].as_u64().unwrap() > 0, "{episodes}");
    assert!(episodes["entries"].as_u64().unwrap() > 0, "{episodes}");
    let text = memory.done(&mix);
    assert!(
        text.contains("HIT RATE") && text.contains("ENTRIES"),
        "{text}"
    );
    let off = [&mix[..], &["--no-cache"]].concat();
    let uncached = memory.json(&off);
    assert!(uncached["performance"]["cache"].is_null(), "{uncached}");
    let ran = |report: &serde_json::Value, layer: &str| {
        let all = report["performance"][layer]["operations"]
            .as_array()
            .unwrap()
            .clone();
        let get = all
            .into_iter()
            .find(|o| o["name"] == "episodes.get")
            .unwrap();
        get["ever"]["count"].as_u64().unwrap()
    };
    assert_eq!(ran(&uncached, "storage"), ran(&uncached, "database"));
    assert!(ran(&cached, "storage") > ran(&cached, "database"));
    assert!(!memory.done(&off).contains("HIT RATE"));
}

#[test]
fn stats_shows_the_caches_of_a_running_command() {
    let memory = Memory::new();
    let address = free_address();
    let load = ["bench", "--seconds", "600", "--metrics-listen", &address];
    let mut child = memory.command(&load).stdout(Stdio::null()).spawn().unwrap();
    let ask = ["stats", "--caches", &address, "--json"];
    let mut rows = serde_json::Value::Null;
    while rows[0]["hits"].as_u64().unwrap_or(0) == 0 && child.try_wait().unwrap().is_none() {
        let call = memory.call(&ask);
        rows = serde_json::from_str(&call.out).unwrap_or_default();
    }
    let text = memory.done(&["stats", "--caches", &address]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(rows[0]["cache"], "episodes", "{rows}");
    assert!(rows[0]["entries"].as_u64().unwrap() > 0, "{rows}");
    assert!(rows[0]["bytes"].as_u64().unwrap() > 0, "{rows}");
    assert!(rows[0]["hit_rate"].as_f64().unwrap() > 0.0, "{rows}");
    assert!(
        text.contains("HIT RATE") && text.contains("queries"),
        "{text}"
    );
    let gone = memory.call(&ask);
    assert_eq!(gone.code, 1);
    assert!(gone.err.contains("--metrics-listen"), "{}", gone.err);
    let filtered = memory.call(&["stats", "--caches", &address, "--tag", "x"]);
    assert_eq!(filtered.code, 2, "{}", filtered.err);
}

fn free_address() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// An import waits for the rest of its standard input, and is asked meanwhile.
#[test]
fn figures_are_served_while_a_command_runs() {
    let memory = Memory::new();
    let address = free_address();
    let mut command = memory.command(&["import", "-", "--metrics-listen", &address]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let ask = |path: &str| -> Option<String> {
        let mut stream = TcpStream::connect(&address).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").ok()?;
        let mut answer = String::new();
        BufReader::new(stream).read_to_string(&mut answer).ok()?;
        Some(answer)
    };
    let mut answer = None;
    while answer.is_none() && child.try_wait().unwrap().is_none() {
        answer = ask("/metrics").filter(|text| text.contains("memory_statement_entries"));
    }
    let answer = answer.expect("it serves");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("db_client_connection_create_time_seconds_bucket"),
        "{answer}"
    );
    assert!(ask("/other").unwrap().starts_with("HTTP/1.1 404"));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_taken_address_is_an_error_that_says_so() {
    let memory = Memory::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let call = memory.call(&["bench", "--metrics-listen", &address]);
    assert_eq!(call.code, 1, "{}", call.err);
    assert!(
        call.err.contains(&format!("cannot listen at {address}")),
        "{}",
        call.err
    );
}
