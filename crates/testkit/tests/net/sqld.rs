use std::fs;
use std::path::Path;

use testkit::net::{Front, Sqld};
use testkit::{Job, JobResult, Kill, Worker, WorkerCommand};

use crate::client::{Client, client, statement, value};

pub(crate) const JOBS: &[(&str, Job)] = &[
    ("run a server for ever", run_a_server),
    ("look for a server", look_for_a_server),
];

async fn sql(front: &Front, sql: &str) -> String {
    value(&client(front).await.ask(&statement(sql)).await.unwrap())
}

#[tokio::test]
async fn a_server_of_its_own_answers_at_its_url() {
    let Some(sqld) = Sqld::start("sqld").unwrap() else {
        return;
    };
    let mut client = Client::to(sqld.address()).await.unwrap();
    let answer = client.ask(&statement("SELECT 'here'")).await.unwrap();
    assert_eq!(value(&answer), "here");
    assert_eq!(sqld.url(), format!("http://{}", sqld.address()));
    assert!(sqld.fresh_database().is_err(), "it has one database only");
}

#[tokio::test]
async fn fresh_databases_are_empty_and_apart() {
    let Some(sqld) = Sqld::shared("fresh databases").unwrap() else {
        return;
    };
    let one = sqld.fresh_database().unwrap();
    let other = sqld.fresh_database().unwrap();
    sql(&one, "CREATE TABLE only_here (id INTEGER)").await;
    let tables = "SELECT group_concat(name) FROM sqlite_master WHERE name LIKE '%here'";
    assert_eq!(sql(&one, tables).await, "only_here");
    assert_eq!(sql(&other, tables).await, "");
}

#[tokio::test]
async fn the_shared_server_is_one() {
    let Some(one) = Sqld::shared("shared").unwrap() else {
        return;
    };
    let other = Sqld::shared("shared").unwrap().unwrap();
    assert_eq!(one.address(), other.address());
}

#[tokio::test]
async fn what_was_committed_survives_kill_and_restart_on_the_same_port() {
    let Some(sqld) = Sqld::start("kill and restart").unwrap() else {
        return;
    };
    let address = sqld.address();
    let ask = async |sql: &str| {
        let mut client = Client::to(address).await.unwrap();
        value(&client.ask(&statement(sql)).await.unwrap())
    };
    ask("CREATE TABLE t AS SELECT 'kept' AS v").await;
    sqld.kill();
    Client::to(address).await.unwrap_err();
    sqld.restart().unwrap();
    assert_eq!(ask("SELECT v FROM t").await, "kept");
    sqld.stop();
    Client::to(address).await.unwrap_err();
    sqld.restart().unwrap();
    assert_eq!(ask("SELECT v FROM t").await, "kept");
}

#[test]
fn a_dropped_server_takes_its_folder_along() {
    let Some(sqld) = Sqld::start("dropped server").unwrap() else {
        return;
    };
    let folder = sqld.folder().to_owned();
    assert!(folder.join("data").is_dir());
    drop(sqld);
    assert!(!folder.exists());
}

fn run_a_server(worker: &Worker) -> JobResult {
    if let Some(sqld) = Sqld::start("server of a worker")? {
        worker.ack(sqld.folder().display())?;
        worker.ack(sqld.address())?;
        std::thread::park();
    }
    Ok(())
}

/// Both go a moment after the death; what stays keeps this waiting.
#[test]
fn a_killed_test_leaves_no_server_and_no_folder() {
    if Sqld::start("killed test").unwrap().is_none() {
        return;
    }
    let child = WorkerCommand::new("run a server for ever").spawn().unwrap();
    let exit = child.kill(Kill::AfterAcks(2)).unwrap();
    let folder = Path::new(&exit.acks[0]);
    let server = &exit.acks[1];
    while fs::exists(folder).unwrap() || std::net::TcpStream::connect(server).is_ok() {
        std::thread::yield_now();
    }
}

fn look_for_a_server(worker: &Worker) -> JobResult {
    let found = Sqld::start("looking")?.is_some();
    worker.ack(found)?;
    Ok(())
}

#[test]
fn a_missing_server_skips_a_test_and_fails_it_in_ci() {
    let look = |ci: &str, require: &str| {
        let command = WorkerCommand::new("look for a server")
            .env("SQLD_BIN", "/nowhere/sqld")
            .env("CI", ci)
            .env("TESTKIT_REQUIRE_SQLD", require);
        command.spawn().unwrap().wait().unwrap().finished()
    };
    for (ci, require) in [("", ""), ("false", "0")] {
        let exit = look(ci, require).unwrap();
        assert_eq!(exit.acks, ["false"]);
        assert!(exit.stderr.contains("SKIPPED: looking"), "{exit:?}");
    }
    for (ci, require) in [("true", ""), ("1", ""), ("", "1")] {
        look(ci, require).unwrap_err();
    }
}
