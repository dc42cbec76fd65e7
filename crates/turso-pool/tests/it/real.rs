//! Connections to a real file that come back dirty.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use turso_conn::{Batch, Connect, Execute, LocalConfig, LocalConnector, Location, Statement};
use turso_pool::{Config, Pool};

use crate::support::secs;

async fn pool(dir: &tempfile::TempDir) -> Pool<LocalConnector> {
    let place = Location::file(dir.path().join("pool.db")).unwrap();
    let connector = LocalConnector::new(&place, LocalConfig::default()).unwrap();
    let mut conn = connector.connect().await.unwrap();
    conn.query(Statement::new("CREATE TABLE t (x INTEGER PRIMARY KEY)"))
        .await
        .unwrap();
    drop(conn);
    Pool::builder(connector)
        .config(Config::local(1))
        .build()
        .await
        .unwrap()
}

async fn integer(conn: &mut impl Execute, sql: &'static str) -> i64 {
    let rows = conn.query(Statement::new(sql)).await.unwrap();
    rows.one().unwrap().integer(0).unwrap()
}

/// What one user leaves behind, and what the next one must find.
#[tokio::test]
async fn f57_what_a_user_leaves_behind_is_gone_for_the_next() {
    let cases = [
        (
            "PRAGMA foreign_keys = OFF",
            "SELECT foreign_keys FROM pragma_foreign_keys",
            1,
        ),
        (
            "PRAGMA synchronous = OFF",
            "SELECT synchronous FROM pragma_synchronous",
            2,
        ),
        (
            "CREATE TEMP TABLE mine (x)",
            "SELECT count(*) FROM pragma_table_list WHERE name = 'mine'",
            0,
        ),
        (
            "ATTACH ':memory:' AS other",
            "SELECT count(*) FROM pragma_database_list WHERE name = 'other'",
            0,
        ),
        (
            "SELECT x FROM t UNION ALL SELECT 1 UNION ALL SELECT 2",
            "SELECT count(*) FROM t",
            0,
        ),
    ];
    let dir = tempfile::tempdir().unwrap();
    let pool = pool(&dir).await;
    for (leaves, asks, found) in cases {
        let mut lease = pool.acquire().await.unwrap();
        // What the connection refuses leaves nothing either.
        let _ = lease.query(Statement::new(leaves)).await;
        drop(lease);
        let mut next = pool.acquire().await.unwrap();
        assert_eq!(integer(&mut *next, asks).await, found, "after {leaves}");
    }
    pool.drain(secs(60)).await.unwrap();
}

/// A batch that lost its caller at any poll is whole or absent, and its connection comes back
/// without an open transaction.
#[tokio::test]
async fn f51_cancel_in_the_middle_of_a_batch_on_a_real_file() {
    let dir = tempfile::tempdir().unwrap();
    let pool = pool(&dir).await;
    let insert = |x: i64| Statement::new("INSERT INTO t VALUES (?1)").bind(x);
    let mut whole = 0;
    for round in 0..40_i64 {
        let mut lease = pool.acquire().await.unwrap();
        let batch: Batch = (0..50).map(|x| insert(round * 100 + x)).collect();
        let mut call = pin!(async move { lease.batch(batch).await.map(drop) });
        let mut ended = false;
        for _ in 0..round % 4 {
            ended = poll_fn(|cx| Poll::Ready(call.as_mut().poll(cx).is_ready())).await;
            if ended {
                break;
            }
            tokio::task::yield_now().await;
        }
        if ended {
            whole += 1;
        }
    }
    let mut lease = pool.acquire().await.unwrap();
    let rows = integer(&mut *lease, "SELECT count(*) FROM t").await;
    assert_eq!(rows % 50, 0, "half a batch");
    assert!(rows >= whole * 50);
    lease.query(insert(-1)).await.unwrap();
    drop(lease);
    pool.drain(secs(60)).await.unwrap();
}
