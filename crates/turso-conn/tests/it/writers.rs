//! Several writers on one file.

use std::time::Duration;

use turso_conn::{Access, Batch, Connect, ErrorKind, Execute, LocalConfig, Program, Statement};

use crate::support::{Place, insert, integers, kind_of, raw_integer, run};

/// libsql: read, another commits, write: 517 at once, whatever the timeout, with
/// the transaction still open.
#[tokio::test]
async fn l10_libsql_fails_a_deferred_read_then_write_at_once() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    run(&mut conn, "INSERT INTO t VALUES (1, 0)").await;
    let raw = place.raw().await;
    raw.busy_timeout(Duration::from_secs(5)).unwrap();
    raw.execute("BEGIN", ()).await.unwrap();
    raw_integer(&raw, "SELECT y FROM t").await;
    run(&mut conn, "UPDATE t SET y = 1").await;
    let failed = raw.execute("UPDATE t SET y = y + 1", ()).await;
    assert!(
        matches!(failed, Err(libsql::Error::SqliteFailure(517, _))),
        "libsql changed"
    );
    assert!(!raw.is_autocommit(), "libsql changed");
}

/// Ours begins IMMEDIATE, so that two who read and then write both get through
/// and no update is lost.
#[tokio::test]
async fn f41_a_read_then_write_is_never_half() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    run(&mut conn, "INSERT INTO t VALUES (1, 0)").await;
    let bump = || {
        Batch::new()
            .step("SELECT y FROM t WHERE x = 1")
            .step("UPDATE t SET y = (SELECT y FROM t WHERE x = 1) + 1 WHERE x = 1")
    };
    let writer = |mut conn: turso_conn::LocalConnection| async move {
        for _ in 0..100 {
            conn.batch(bump()).await.unwrap();
        }
    };
    let other = place.connect().await;
    let writers = tokio::join!(tokio::spawn(writer(conn)), tokio::spawn(writer(other)));
    assert!(writers.0.is_ok() && writers.1.is_ok());
    assert_eq!(
        integers(&mut place.connect().await, "SELECT y FROM t").await,
        [200]
    );
}

/// Each writer opens the file by itself, at the same time, when there is none yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f16_writers_that_open_one_new_file_all_make_progress() {
    for _ in 0..5 {
        let place = Place::new();
        let writers: Vec<_> = (0..8)
            .map(|w| {
                let connector = place.connector();
                tokio::spawn(async move {
                    let mut conn = connector.connect().await.unwrap();
                    let create = "CREATE TABLE IF NOT EXISTS t (x INTEGER PRIMARY KEY, y)";
                    conn.query(Statement::new(create)).await.unwrap();
                    for i in 0..20 {
                        conn.batch(Batch::new().step(insert(100 * w + i, w)))
                            .await
                            .unwrap();
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        let mut conn = place.connect().await;
        assert_eq!(integers(&mut conn, "SELECT count(*) FROM t").await, [160]);
    }
}

/// Someone else holds the lock: `Busy` comes at the deadline and not before,
/// and the program runs as soon as the lock is free.
#[tokio::test]
async fn f40_busy_surfaces_only_at_the_deadline() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let holder = place.raw().await;
    holder.execute("BEGIN IMMEDIATE", ()).await.unwrap();
    let soon = Duration::from_millis(60);
    let started = std::time::Instant::now();
    assert_eq!(
        kind_of(&mut conn, insert(1, 1).within(soon)).await,
        ErrorKind::Busy
    );
    let program = Program::from(Batch::new().step(insert(1, 1))).within(soon);
    assert_eq!(
        conn.atomic(program).await.unwrap_err().kind(),
        ErrorKind::Busy
    );
    // Not before: the last pause it did not take is 50 ms at most.
    assert!(started.elapsed() >= Duration::from_millis(20));

    let waiting = tokio::spawn(async move {
        conn.batch(Batch::new().step(insert(2, 2))).await.unwrap();
        conn
    });
    tokio::task::yield_now().await;
    holder.execute("COMMIT", ()).await.unwrap();
    let mut conn = waiting.await.unwrap();
    assert_eq!(integers(&mut conn, "SELECT x FROM t").await, [2]);
}

/// The lock is waited for on a blocking thread: whoever holds it may be a task of
/// the same current-thread runtime, and gets to run.
#[tokio::test(flavor = "current_thread")]
async fn f40_waiting_for_the_lock_does_not_starve_its_holder() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let holder = place.raw().await;
    holder.execute("BEGIN IMMEDIATE", ()).await.unwrap();
    let release = tokio::spawn(async move {
        tokio::task::yield_now().await;
        holder.execute("COMMIT", ()).await.unwrap();
    });
    conn.query(insert(1, 1)).await.unwrap();
    release.await.unwrap();
}

/// Readers see one state or the other while a writer writes, and never wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_see_whole_batches() {
    let place = Place::new();
    let mut writer = place.with_table().await;
    let mut reader = place.connect().await;
    let writing = tokio::spawn(async move {
        for round in 0..50 {
            let base = 10 * round;
            let batch: Batch = (base..base + 10).map(|x| insert(x, 0)).collect();
            writer.batch(batch).await.unwrap();
        }
    });
    while !writing.is_finished() {
        let count = Statement::new("SELECT count(*) FROM t").point_read();
        let rows = reader.query(count).await.unwrap();
        assert_eq!(rows.one().unwrap().integer(0).unwrap() % 10, 0);
    }
    writing.await.unwrap();
}

/// Opening waits for a lock too, and gives up at its deadline.
#[tokio::test]
async fn opening_gives_up_at_its_deadline() {
    let place = Place::new();
    let holder = place.raw().await;
    holder.execute("CREATE TABLE t (x)", ()).await.unwrap();
    holder.execute("BEGIN EXCLUSIVE", ()).await.unwrap();
    let config = LocalConfig {
        deadline: Duration::from_millis(60),
        ..LocalConfig::default()
    };
    let error = place.connector_with(config).connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Busy);
    holder.execute("COMMIT", ()).await.unwrap();
    place.connect().await;
}

/// A point read finds the file locked (a rollback journal, which only a file that
/// cannot be switched to WAL has): it does not stop the calling thread, and waits
/// for the lock like everything else.
#[tokio::test(flavor = "current_thread")]
async fn a_point_read_waits_for_a_locked_file() {
    let place = Place::new();
    let holder = place.raw().await;
    holder.execute("CREATE TABLE t (x)", ()).await.unwrap();
    let config = LocalConfig {
        access: Access::ReadOnly,
        ..LocalConfig::default()
    };
    let mut conn = place.connector_with(config).connect().await.unwrap();
    holder.execute("BEGIN EXCLUSIVE", ()).await.unwrap();
    let read = || Statement::new("SELECT count(*) FROM t").point_read();
    let soon = read().within(Duration::from_millis(60));
    assert_eq!(kind_of(&mut conn, soon).await, ErrorKind::Busy);
    let release = tokio::spawn(async move {
        holder.execute("COMMIT", ()).await.unwrap();
    });
    let rows = conn.query(read()).await.unwrap();
    assert_eq!(rows.one().unwrap().integer(0).unwrap(), 0);
    release.await.unwrap();
}
