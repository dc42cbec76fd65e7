use std::path::Path;
use std::time::{Duration, Instant};

use testkit::{ErrorKind, Kill, WorkerCommand};

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

#[test]
fn all_acks_arrive_in_order() {
    let exit = WorkerCommand::new("count")
        .arg("1000")
        .spawn()
        .unwrap()
        .wait()
        .unwrap();
    let exit = exit.finished().unwrap();
    assert_eq!(exit.acks, numbers(1000));
    assert!(!exit.was_killed());
}

#[test]
fn killed_after_acks_keeps_what_was_acknowledged() {
    let child = WorkerCommand::new("count")
        .arg("100000000")
        .spawn()
        .unwrap();
    let exit = child.kill(Kill::AfterAcks(5)).unwrap();
    assert!(exit.was_killed());
    assert!(exit.acks.len() >= 5);
    assert_eq!(exit.acks, numbers(exit.acks.len()));
}

#[test]
fn killed_at_any_instant() {
    for seed in 0..10 {
        let child = WorkerCommand::new("count")
            .arg("100000000")
            .spawn()
            .unwrap();
        let exit = child
            .kill(Kill::somewhere(Duration::from_millis(20), seed))
            .unwrap();
        assert!(exit.was_killed());
        assert_eq!(exit.acks, numbers(exit.acks.len()));
    }
}

#[test]
fn a_worker_faster_than_the_kill_has_ended_well() {
    for when in [Kill::AfterAcks(100), Kill::After(Duration::from_secs(50))] {
        let begin = Instant::now();
        let exit = WorkerCommand::new("count")
            .arg("3")
            .spawn()
            .unwrap()
            .kill(when)
            .unwrap();
        assert!(!exit.was_killed());
        assert_eq!(exit.finished().unwrap().acks, numbers(3));
        assert!(begin.elapsed() < Duration::from_secs(50));
    }
}

#[test]
fn workers_stand_until_told_to_go() {
    let command = WorkerCommand::new("count_on_go").arg("10");
    let mut children: Vec<_> = (0..4).map(|_| command.spawn().unwrap()).collect();
    assert!(children.iter().all(|child| child.acks().is_empty()));
    for child in &mut children {
        child.go().unwrap();
    }
    for child in children {
        assert_eq!(child.wait().unwrap().finished().unwrap().acks, numbers(10));
    }
}

#[test]
fn a_failure_carries_the_standard_error() {
    let exit = WorkerCommand::new("fail").spawn().unwrap().wait().unwrap();
    assert_eq!(exit.acks, ["one"]);
    let error = exit.finished().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exited);
    assert!(error.to_string().contains("the reason"), "{error}");
}

#[test]
fn an_early_end_ends_the_wait_for_acks() {
    let mut child = WorkerCommand::new("count").arg("3").spawn().unwrap();
    let error = child.wait_for_acks(4).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Exited);
    assert_eq!(child.acks(), numbers(3));
}

#[test]
fn an_unknown_job_or_entry_is_an_error() {
    let unknown = WorkerCommand::new("nobody").spawn().unwrap_err();
    assert_eq!(unknown.kind(), ErrorKind::Exited);
    assert!(
        unknown.to_string().contains("no job is called that"),
        "{unknown}"
    );
    let nowhere = WorkerCommand::new("count")
        .entry("no::such::test")
        .spawn()
        .unwrap_err();
    assert_eq!(nowhere.kind(), ErrorKind::Exited);
}

#[test]
fn a_hanging_worker_is_out_of_time_and_killed() {
    let child = WorkerCommand::new("hang")
        .timeout(Duration::from_millis(50))
        .spawn()
        .unwrap();
    let id = child.id();
    let error = child.wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(!is_alive(id));
}

#[test]
fn a_dropped_worker_is_dead() {
    let mut child = WorkerCommand::new("hang").spawn().unwrap();
    child.wait_for_acks(1).unwrap();
    let id = child.id();
    assert!(is_alive(id));
    drop(child);
    assert!(!is_alive(id));
}

#[test]
fn a_worker_does_not_outlive_its_parent() {
    let mut parent = WorkerCommand::new("parent_that_dies").spawn().unwrap();
    parent.wait_for_acks(1).unwrap();
    let grandchild = parent.acks()[0].parse().unwrap();
    assert!(is_alive(grandchild));
    parent.go().unwrap();
    assert!(!parent.wait().unwrap().status.success());
    let deadline = Instant::now() + Duration::from_secs(30);
    while is_alive(grandchild) {
        assert!(Instant::now() < deadline, "{grandchild} still runs");
        std::thread::yield_now();
    }
}

#[test]
fn much_output_blocks_nothing() {
    let exit = WorkerCommand::new("chatter")
        .spawn()
        .unwrap()
        .wait()
        .unwrap()
        .finished()
        .unwrap();
    assert_eq!(exit.acks, ["two lines"]);
    assert_eq!(exit.stderr.chars().filter(|c| *c == 'x').count() / 1000, 65);
}

#[test]
fn half_an_ack_is_none() {
    let exit = WorkerCommand::new("half_an_ack")
        .spawn()
        .unwrap()
        .wait()
        .unwrap();
    assert_eq!(exit.finished().unwrap().acks, ["whole"]);
}

#[test]
fn arguments_and_environment_arrive() {
    let command = WorkerCommand::new("environment")
        .arg("TESTKIT_COLOUR")
        .arg("a \"b\" 'c'");
    let exit = command
        .env("TESTKIT_COLOUR", "green")
        .spawn()
        .unwrap()
        .wait()
        .unwrap();
    assert_eq!(exit.finished().unwrap().acks, ["green", "a \"b\" 'c'"]);
}

#[test]
fn a_prelude_sets_limits() {
    let command = WorkerCommand::new("open_files").prelude("ulimit -n 30");
    let exit = command.spawn().unwrap().wait().unwrap().finished().unwrap();
    let opened: usize = exit.acks[0].parse().unwrap();
    assert!(opened < 30, "{opened} files");
    let broken = WorkerCommand::new("open_files")
        .prelude("false")
        .spawn()
        .unwrap_err();
    assert_eq!(broken.kind(), ErrorKind::Exited);
}

/// A process that has ended but was not waited for counts as dead.
fn is_alive(id: u32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(id.to_string()).join("stat"));
    stat.is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or("")
            .trim_start()
            .starts_with('Z')
    })
}
