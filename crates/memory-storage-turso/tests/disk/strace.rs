//! System calls that fail, and power that is lost: by strace, which says loudly when it is missing.

use crate::load::inspect;
use crate::place::run;
use crate::syscalls::{Event, crash, events};
use std::path::Path;
use testkit::{Child, TempDb, WorkerCommand, skipped};

/// Whether strace is here and may be used.
fn can_trace(test: &str) -> bool {
    let can = run("strace", &["-f", "-o", "/dev/null", "true"]);
    if !can {
        skipped(test, "it needs strace (`apt-get install strace`)");
    }
    can
}

fn long() -> bool {
    std::env::var_os("MEMORY_LONG_TESTS").is_some()
}

/// A worker under strace with these options.
fn traced(command: WorkerCommand, options: &str) -> WorkerCommand {
    // The shell becomes strace's child, so that strace must run beside it and end with it.
    command.prelude(&format!("exec strace -f {options} \"$@\""))
}

fn batches(acks: &[String]) -> Vec<String> {
    let named = acks.iter().filter(|ack| ack.contains('/'));
    named.cloned().collect()
}

/// The acks among the events up to `count`.
fn acknowledged(events: &[Event], count: usize) -> Vec<String> {
    let said = events[..count].iter().filter_map(|event| match event {
        Event::Said(line) => line.strip_prefix("ack "),
        _ => None,
    });
    said.map(|ack| ack.trim().to_owned())
        .filter(|ack| ack.contains('/'))
        .collect()
}

/// Puts the files of a crash into a folder of their own and looks at them.
async fn survives(events: &[Event], count: usize, keep: impl FnMut() -> bool) {
    let place = TempDb::new().unwrap();
    for (file, bytes) in crash(events, count, keep) {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        if name.starts_with("memory.db") && !name.contains(".new") {
            std::fs::write(place.beside(&name), bytes).unwrap();
        }
    }
    inspect(place.path(), &acknowledged(events, count)).await;
}

/// A database made beforehand, so that its first pages are on the disk.
async fn made() -> TempDb {
    let place = TempDb::new().unwrap();
    inspect(place.path(), &[]).await;
    place
}

#[tokio::test]
async fn f04_a_loss_of_power_keeps_what_was_acknowledged() {
    let test = "f04_a_loss_of_power_keeps_what_was_acknowledged";
    if !can_trace(test) {
        return;
    }
    let place = made().await;
    let start = std::fs::read(place.path()).unwrap();
    let trace = place.beside("trace");
    let calls = "pwrite64,write,ftruncate,fdatasync,fsync,unlink";
    let options = format!("-y -xx -s 10000000 -e trace={calls} -o {}", trace.display());
    let command = WorkerCommand::new("store")
        .arg(place.path())
        .arg("0")
        .arg("40");
    let exit = traced(command, &options)
        .spawn()
        .unwrap()
        .wait()
        .unwrap()
        .finished()
        .unwrap();
    assert_eq!(batches(&exit.acks).len(), 40);
    let first = Event::Write {
        file: text(place.path()),
        at: 0,
        bytes: start,
    };
    let synced = Event::Sync {
        file: text(place.path()),
    };
    let trace = std::fs::read_to_string(trace).unwrap();
    let mut happened = vec![first, synced];
    happened.extend(events(&trace, place.path().parent().unwrap()));
    let (mut state, step) = (1_u64, if long() { 1 } else { 29 });
    for count in (2..=happened.len()).step_by(step) {
        survives(&happened, count, || false).await;
        survives(&happened, count, || coin(&mut state)).await;
    }
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// One bit of a linear congruential generator (Knuth's MMIX).
fn coin(state: &mut u64) -> bool {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 63 == 1
}

/// Stores until a batch fails or enough of them did not; whether one failed.
fn until_failure(child: &mut Child) -> Option<String> {
    // A checkpoint that fails is no write that fails: some calls fail to nobody's loss.
    for count in 1..60 {
        child.wait_for_acks(count).unwrap();
        let ack = &child.acks()[count - 1];
        for how in ["failed ", "closed "] {
            if let Some(kind) = ack.strip_prefix(how) {
                return Some(kind.to_owned());
            }
        }
    }
    None
}

/// Lets the n-th call fail and what follows succeed; looks at what is left, and says whether
/// somebody noticed.
async fn nth_failure(calls: &str, error: &str, nth: usize, kinds: &[&str]) -> bool {
    let place = made().await;
    let command = WorkerCommand::new("store_until_error").arg(place.path());
    let inject =
        format!("-e trace={calls} -e inject={calls}:error={error}:when={nth} -o /dev/null");
    let mut child = traced(command, &inject).spawn().unwrap();
    child.go().unwrap();
    let Some(kind) = until_failure(&mut child) else {
        let acks = child.acks().to_vec();
        drop(child);
        inspect(place.path(), &batches(&acks)).await;
        return false;
    };
    assert!(kinds.contains(&kind.as_str()), "{calls} {nth}: {kind}");
    let acks = child.wait().unwrap().finished().unwrap().acks;
    let recovered = acks[0].starts_with("closed") || acks.last().unwrap() == "1/0";
    assert!(recovered, "{calls} {nth}: {acks:?}");
    inspect(place.path(), &batches(&acks)).await;
    true
}

/// Every failure up to `last`, or, in the short run, some of them.
async fn failures(calls: &str, error: &str, last: usize, kinds: &[&str]) {
    let step = if long() { 1 } else { last / 10 };
    let mut noticed = 0;
    for nth in (1..=last).step_by(step) {
        noticed += usize::from(nth_failure(calls, error, nth, kinds).await);
    }
    assert!(noticed > 0, "no {calls} failed visibly");
}

#[tokio::test]
async fn f08_a_write_that_finds_no_room_is_full_and_the_next_one_works() {
    let test = "f08_a_write_that_finds_no_room_is_full_and_the_next_one_works";
    if can_trace(test) {
        failures("pwrite64", "ENOSPC", 300, &["Full", "Io"]).await;
    }
}

/// SQLite says the same of a file size limit and of a medium that fails (778), so this is `Full` too.
#[tokio::test]
async fn f08_a_write_that_the_medium_refuses_is_an_error_and_the_next_one_works() {
    let test = "f08_a_write_that_the_medium_refuses_is_an_error_and_the_next_one_works";
    if can_trace(test) {
        failures("pwrite64", "EIO", 300, &["Io", "Full"]).await;
    }
}

#[tokio::test]
async fn f09_a_sync_that_fails_is_a_commit_that_fails() {
    let test = "f09_a_sync_that_fails_is_a_commit_that_fails";
    if can_trace(test) {
        failures(
            "fsync,fdatasync",
            "EIO",
            30,
            &["Io", "OutcomeUnknown", "Disconnected"],
        )
        .await;
    }
}
