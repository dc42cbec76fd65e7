//! Clients and servers that lose each other, and clients that die.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value as Json;
use testkit::net::{Action, Database, Message, Sqld};
use testkit::{Job, JobResult, Kill, Worker, WorkerCommand};
use tokio::time::{Instant, timeout};
use turso_conn::{
    Batch, Connect, ErrorKind, Execute, Program, RemoteConfig, RemoteConnection, Statement,
};

use crate::scripted::{Server, usual};
use crate::support::{connector, integers, run};

/// What other processes do for these tests.
pub const JOBS: &[(&str, Job)] = &[("store", store), ("begin_to_send", begin_to_send)];

const WRITERS: usize = 4;
/// Rows of one batch.
const ROWS: i64 = 50;

fn upsert(x: i64, y: i64) -> Statement {
    Statement::new("INSERT INTO t VALUES (?1, ?2) ON CONFLICT DO UPDATE SET y = excluded.y")
        .bind(x)
        .bind(y)
}

/// What was committed, by the first value of each batch.
type Committed = Arc<Mutex<BTreeSet<i64>>>;

/// A server that remembers the batches that it answered.
fn remembering(config: RemoteConfig, committed: &Committed) -> Server {
    let committed = Arc::clone(committed);
    Server::answering(config, move |request: &Message| {
        let asked: Json = serde_json::from_slice(&request.body()).unwrap();
        if let Some(steps) = asked["requests"][0]["batch"]["steps"].as_array() {
            let value = steps[1]["stmt"]["args"][0]["value"].as_str().unwrap();
            committed.lock().unwrap().insert(value.parse().unwrap());
        }
        usual(request)
    })
}

/// One writer: stores one number after the other, and connects again when its connection broke.
async fn write(server: Server, first: i64, acked: Arc<AtomicUsize>, done: Committed) {
    let mut conn: Option<RemoteConnection> = None;
    for number in first.. {
        loop {
            if conn.is_none() {
                conn = server.connector.connect().await.ok();
            }
            let Some(open) = conn.as_mut() else {
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let program = Program::from(Batch::new().step(upsert(number, 0))).idempotent();
            match open.atomic(program).await {
                Ok(_) => break,
                Err(error) => {
                    assert!(matches!(
                        error.kind(),
                        ErrorKind::OutcomeUnknown | ErrorKind::Timeout | ErrorKind::Disconnected
                    ));
                    conn = None;
                }
            }
        }
        done.lock().unwrap().insert(number);
        acked.fetch_add(1, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// In virtual time: the network falls apart again and again, for shorter and longer than the
/// deadline of a call. What was acknowledged is there, and twice the longest pause
/// after the network is back every writer has written again.
#[tokio::test(start_paused = true)]
async fn f42_a_partition_loses_nothing_and_ends_when_it_heals() {
    let mut config = RemoteConfig {
        deadline: Duration::from_secs(3),
        connect_deadline: Duration::from_millis(500),
        ..RemoteConfig::default()
    };
    config.retry.cap = Duration::from_secs(1);
    let cap = config.retry.cap;
    let (committed, done) = (Committed::default(), Committed::default());
    let server = remembering(config, &committed);
    let acked: Vec<Arc<AtomicUsize>> = (0..WRITERS).map(|_| Arc::default()).collect();
    let writers = (0..).zip(&acked).map(|(nth, acked)| {
        let (server, done) = (server.clone(), Arc::clone(&done));
        tokio::spawn(write(server, nth * 1_000_000, Arc::clone(acked), done))
    });
    let writers: Vec<_> = writers.collect();
    for apart in [50, 400, 1_500, 5_000, 20_000] {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.front.script(|_| Action::Hang);
        tokio::time::sleep(Duration::from_millis(apart)).await;
        let before: Vec<usize> = acked.iter().map(|n| n.load(Ordering::SeqCst)).collect();
        server.front.clear();
        server.front.cut().await;
        let healed = Instant::now();
        let went_on = || {
            acked
                .iter()
                .zip(&before)
                .all(|(n, b)| n.load(Ordering::SeqCst) > *b)
        };
        while !went_on() {
            assert!(healed.elapsed() <= 2 * cap, "after {apart} ms apart");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    for writer in writers {
        writer.abort();
        assert!(writer.await.unwrap_err().is_cancelled(), "a writer failed");
    }
    let (committed, done) = (committed.lock().unwrap(), done.lock().unwrap());
    assert!(done.is_subset(&committed), "acknowledged and lost");
    assert!(done.len() > 100, "{}", done.len());
}

/// A worker that stores one batch after the other until it is killed.
fn store(worker: &Worker) -> JobResult {
    let url = worker.arg(0).to_string_lossy().into_owned();
    let begin = i64::try_from(worker.number(1)?)?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let mut conn = connector(&url, RemoteConfig::default()).connect().await?;
        for batch in begin.. {
            let rows = (0..ROWS).map(|row| upsert(ROWS * batch + row, batch));
            conn.batch(rows.collect()).await?;
            worker.ack(batch)?;
        }
        Ok(())
    })
}

/// A worker that sends the first half of a batch, and nothing more.
fn begin_to_send(worker: &Worker) -> JobResult {
    let address = worker.arg(0).to_string_lossy().into_owned();
    let begin = r#"{"stmt":{"sql":"BEGIN IMMEDIATE"}}"#;
    let insert = r#"{"stmt":{"sql":"INSERT INTO t VALUES (-1, 0)"}}"#;
    let body = format!(
        r#"{{"baton":null,"requests":[{{"type":"batch","batch":{{"steps":[{begin},{insert}]}}}}]}}"#
    );
    let half = &body[..body.len() - 30];
    let head = format!(
        "POST /v3/pipeline HTTP/1.1\r\nhost: {address}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut socket = TcpStream::connect(&address)?;
    socket.write_all(format!("{head}{half}").as_bytes())?;
    worker.ack("half")?;
    worker.wait_for_go();
    Ok(())
}

/// Another writer is served long before the server takes the lock from a transaction that goes
/// on for five seconds.
async fn another_writes_at_once(conn: &mut RemoteConnection, x: i64) {
    let written = timeout(Duration::from_secs(4), conn.query(upsert(x, 0)));
    written.await.expect("a lock was left").unwrap();
}

/// Killed at ten instants: what was acknowledged is there, every batch is whole or absent, at most one
/// that was not acknowledged is there, and the others go on.
#[tokio::test]
async fn f43_a_client_that_is_killed_leaves_whole_batches_and_no_lock() {
    let test = "f43_a_client_that_is_killed_leaves_whole_batches_and_no_lock";
    let Some(server) = Sqld::start(test).unwrap() else {
        return;
    };
    let mut conn = connector(&server.url(), RemoteConfig::default())
        .connect()
        .await
        .unwrap();
    run(&mut conn, "CREATE TABLE t (x INTEGER PRIMARY KEY, y)").await;
    for round in 0..10_u64 {
        let begin = 1 + 1_000_000 * i64::try_from(round).unwrap();
        let child = WorkerCommand::new("store")
            .arg(server.url())
            .arg(begin.to_string())
            .spawn()
            .unwrap();
        let when = Kill::somewhere(Duration::from_millis(60), round);
        let exit = tokio::task::spawn_blocking(move || child.kill(when));
        let exit = exit.await.unwrap().unwrap();
        assert!(exit.was_killed(), "{exit:?}");
        another_writes_at_once(&mut conn, -2).await;
        let parts =
            "SELECT count(*) FROM (SELECT 1 FROM t WHERE x > 0 GROUP BY y HAVING count(*) <> 50)";
        assert_eq!(integers(&mut conn, parts).await, [0]);
        let sql = "SELECT DISTINCT y FROM t WHERE y >= ?1 ORDER BY y";
        let stored = conn.query(Statement::new(sql).bind(begin)).await.unwrap();
        let stored: Vec<i64> = stored.iter().map(|row| row.integer(0).unwrap()).collect();
        let acked = i64::try_from(exit.acks.len()).unwrap();
        let expected: Vec<i64> = (begin..).take(stored.len()).collect();
        assert_eq!(stored, expected);
        let stored = i64::try_from(stored.len()).unwrap();
        assert!((acked..=acked + 1).contains(&stored), "{stored} of {acked}");
    }
}

/// Killed with half of its request sent, and killed while the answer was on its way.
#[tokio::test]
async fn f43_a_client_that_dies_with_its_batch_on_the_wire_holds_nobody_up() {
    let test = "f43_a_client_that_dies_with_its_batch_on_the_wire_holds_nobody_up";
    let Some(server) = Sqld::start(test).unwrap() else {
        return;
    };
    let mut conn = connector(&server.url(), RemoteConfig::default())
        .connect()
        .await
        .unwrap();
    run(&mut conn, "CREATE TABLE t (x INTEGER PRIMARY KEY, y)").await;
    let address = server.url().replace("http://", "");
    let child = WorkerCommand::new("begin_to_send").arg(address);
    let mut child = child.spawn().unwrap();
    child.wait_for_acks(1).unwrap();
    another_writes_at_once(&mut conn, 0).await;
    assert!(child.kill(Kill::AfterAcks(1)).unwrap().was_killed());
    another_writes_at_once(&mut conn, 1).await;
    let stored = integers(&mut conn, "SELECT x FROM t ORDER BY x").await;
    assert_eq!(stored, [0, 1], "half a request did something");

    let Some(database) = Database::fresh(test).unwrap() else {
        return;
    };
    let mut conn = crate::support::with_table(&database, turso_conn::Encoding::Json).await;
    database.script(|request| {
        if request.text().contains("BEGIN IMMEDIATE") {
            Action::HangAfterForward
        } else {
            Action::Forward
        }
    });
    let before = database.counts().requests;
    let child = WorkerCommand::new("store").arg(database.url()).arg("7");
    let child = child.spawn().unwrap();
    // The look at what the server speaks, and the batch.
    database.until(|counts| counts.requests >= before + 2).await;
    assert!(
        child
            .kill(Kill::After(Duration::ZERO))
            .unwrap()
            .was_killed()
    );
    another_writes_at_once(&mut conn, 0).await;
    let whole = integers(&mut conn, "SELECT count(*) FROM t WHERE y = 7").await;
    assert!(whole == [0] || whole == [ROWS], "{whole:?}");
}
