//! Lost replies, lost servers and cancelled calls, with a real server behind.

use std::time::Duration;

use testkit::net::{Action, Front, Sqld};
use tokio::time::timeout;
use turso_conn::{Batch, Connect, ErrorKind, Execute, Program, RemoteConfig, Statement, Step};

use crate::support::{ENCODINGS, connector, database, insert, integers, kind_of, run, with_table};

const STORED: &str = "SELECT x FROM t ORDER BY x";

fn upsert(x: i64, y: i64) -> Statement {
    Statement::new("INSERT INTO t VALUES (?1, ?2) ON CONFLICT (x) DO UPDATE SET y = excluded.y")
        .bind(x)
        .bind(y)
}

/// Waits until the front has handed on one more request.
async fn handed_on(front: &Front, before: u64) {
    front.until(|counts| counts.requests > before).await;
}

#[tokio::test]
async fn f31_a_write_whose_reply_was_lost_is_there_exactly_once() {
    let Some(database) = database("f31_a_write_whose_reply_was_lost_is_there_exactly_once") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        database.queue([Action::CloseAfterForward]);
        let error = conn.query(insert(1, 1)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);

        let mut conn = connector(&database.url(), RemoteConfig::default())
            .connect()
            .await
            .unwrap();
        assert_eq!(integers(&mut conn, STORED).await, [1]);
        database.queue([Action::CloseAfterForward]);
        conn.query(upsert(2, 2).idempotent()).await.unwrap();
        assert_eq!(integers(&mut conn, STORED).await, [1, 2]);
    }
}

/// The commit was done and its reply lost: the update finds its own write by
/// its `write_id` when it is run again, and does not take it for another's.
#[tokio::test]
async fn f31_a_conditional_update_recognises_its_own_write() {
    let Some(database) = database("f31_a_conditional_update_recognises_its_own_write") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        run(&mut conn, "DROP TABLE IF EXISTS note").await;
        run(
            &mut conn,
            "CREATE TABLE note (id INTEGER PRIMARY KEY, revision INTEGER, write_id BLOB, body TEXT)",
        )
        .await;
        run(&mut conn, "INSERT INTO note VALUES (1, 1, x'00', 'old')").await;
        let update = |write_id: u8, revision: i64| {
            let sql = "UPDATE note SET body = 'new', revision = ?2 + 1, write_id = ?1
                       WHERE id = 1 AND (revision = ?2 OR write_id = ?1)";
            let statement = Statement::new(sql).bind([write_id]).bind(revision);
            Program::from(Batch::new().step(Step::exactly(statement, 1))).idempotent()
        };
        let before = database.counts().requests;
        database.queue([Action::CloseAfterForward]);
        let groups = conn.atomic(update(7, 1)).await.unwrap();
        assert!(groups[0].is_ok(), "{groups:?}");
        assert_eq!(database.counts().requests, before + 2);
        assert_eq!(integers(&mut conn, "SELECT revision FROM note").await, [2]);
        // Another writer's update is still a conflict.
        let groups = conn.atomic(update(8, 1)).await.unwrap();
        let error = groups[0].as_ref().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
    }
}

#[tokio::test]
async fn f31_a_request_that_never_arrived_is_unknown_and_stored_nothing() {
    let Some(database) = database("f31_a_request_that_never_arrived_is_unknown") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        database.queue([Action::CloseBefore]);
        let batch = Batch::new().step(insert(1, 1)).step(insert(2, 2));
        let error = conn.batch(batch.clone()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutcomeUnknown);
        let mut conn = with_table(&database, encoding).await;
        assert!(integers(&mut conn, STORED).await.is_empty());
        database.queue([Action::CloseBefore]);
        let program = Program::from(batch).idempotent();
        conn.atomic(program).await.unwrap();
        assert_eq!(integers(&mut conn, STORED).await, [1, 2]);
    }
}

#[tokio::test]
async fn f32_a_restarted_server_is_found_again_and_has_what_it_acknowledged() {
    let test = "f32_a_restarted_server_is_found_again_and_has_what_it_acknowledged";
    let Some(server) = Sqld::start(test).unwrap() else {
        return;
    };
    let connector = connector(&server.url(), RemoteConfig::default());
    let mut conn = connector.connect().await.unwrap();
    run(&mut conn, "CREATE TABLE t (x INTEGER PRIMARY KEY, y)").await;
    conn.query(insert(1, 1)).await.unwrap();
    server.restart().unwrap();
    // Its sockets are gone, which is noticed before anything is sent.
    assert_eq!(integers(&mut conn, STORED).await, [1]);
    server.kill();
    let error = conn.query(insert(2, 2)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Disconnected, "refused, not lost");
    server.restart().unwrap();
    let mut conn = connector.connect().await.unwrap();
    assert_eq!(integers(&mut conn, STORED).await, [1]);
}

/// The server ends while batches are on the wire, and comes back: what was
/// acknowledged is there, and each batch is whole.
#[tokio::test(flavor = "multi_thread")]
async fn f32_batches_go_on_over_a_restart() {
    let Some(server) = Sqld::start("f32_batches_go_on_over_a_restart").unwrap() else {
        return;
    };
    let url = server.url();
    let mut conn = connector(&url, RemoteConfig::default())
        .connect()
        .await
        .unwrap();
    run(&mut conn, "CREATE TABLE t (x INTEGER PRIMARY KEY, y)").await;
    let writer = tokio::spawn(async move {
        for batch in 0..40 {
            let rows = (0..50).map(|i| upsert(50 * batch + i, batch));
            let program = Program::from(rows.collect::<Batch>()).idempotent();
            conn.atomic(program).await.unwrap();
        }
        conn
    });
    for _ in 0..3 {
        tokio::task::block_in_place(|| server.restart().unwrap());
    }
    let mut conn = writer.await.unwrap();
    let stored = integers(&mut conn, STORED).await;
    assert_eq!(stored, (0..2000).collect::<Vec<_>>());
}

/// The server is told to hold the reply; the caller gives up. Nothing is left
/// locked, and the batch is there whole.
#[tokio::test]
async fn f35_a_cancelled_write_leaves_no_lock_behind() {
    let Some(database) = database("f35_a_cancelled_write_leaves_no_lock_behind") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let connector = connector(&database.url(), RemoteConfig::default());
        let mut other = connector.connect().await.unwrap();
        for round in 0..5 {
            let mut conn = connector.connect().await.unwrap();
            let before = database.counts().requests;
            database.queue([Action::HangAfterForward]);
            let batch = Batch::new()
                .step(insert(10 * round, 0))
                .step(insert(10 * round + 1, 0));
            tokio::select! {
                _ = conn.batch(batch) => panic!("answered"),
                () = handed_on(&database, before) => {}
            }
            let waited = timeout(
                Duration::from_secs(4),
                other.query(insert(10 * round + 5, 0)),
            );
            waited.await.expect("a lock was left").unwrap();
            assert!(connector.recycle(&mut conn).await.is_err());
        }
        let stored = integers(&mut conn, "SELECT count(*) FROM t WHERE y = 0").await;
        assert!(stored[0] >= 5 && stored[0] <= 15);
        let halves = "SELECT count(*) FROM t a WHERE x % 10 = 0
                      AND NOT EXISTS (SELECT 1 FROM t b WHERE b.x = a.x + 1)";
        assert_eq!(integers(&mut conn, halves).await, [0]);
    }
}

/// A row of every size up to what the server lets through, both ways.
#[tokio::test]
async fn large_blobs_travel_both_ways() {
    let Some(database) = database("large_blobs_travel_both_ways") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        for bytes in [1_000_000, 4_900_000] {
            let blob: Vec<u8> = (0..=250).cycle().take(bytes).collect();
            let store = upsert(1, 0);
            let store = Statement::new(store.sql().to_owned())
                .bind(1)
                .bind(blob.clone());
            conn.query(store).await.unwrap();
            let rows = run(&mut conn, "SELECT y FROM t").await;
            assert!(rows.one().unwrap().blob(0).unwrap() == blob);
        }
        // sqld takes no value of more than 5,000,000 bytes.
        for bytes in [5_000_000, 7_000_000] {
            let store = Statement::new("INSERT INTO t VALUES (2, ?1)").bind(vec![7; bytes]);
            assert_eq!(kind_of(&mut conn, store).await, ErrorKind::Limit);
        }
    }
}

/// Text that is not UTF-8 is an answer that the server cannot give.
#[tokio::test]
async fn f66_text_that_is_none_is_corrupt() {
    let Some(database) = database("f66_text_that_is_none_is_corrupt") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        run(&mut conn, "INSERT INTO t VALUES (1, CAST(x'ff41' AS TEXT))").await;
        let read = Statement::new("SELECT y FROM t");
        assert_eq!(kind_of(&mut conn, read).await, ErrorKind::Corrupt);
        let blob = run(&mut conn, "SELECT CAST(y AS BLOB) FROM t").await;
        assert_eq!(blob.one().unwrap().blob(0).unwrap(), [0xff, 0x41]);
    }
}
