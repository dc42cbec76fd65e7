//! What libsql's connections do, and ours.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use turso_conn::{
    Access, Connect, Durability, ErrorKind, Execute, LocalConfig, LocalConnector, Location,
    Statement,
};

use crate::support::{Place, endless, integers, kind_of, raw_integer, run};

/// libsql: a clone is the same handle, so a transaction begun on one is open on
/// the other. Ours cannot be cloned (a `compile_fail` example says so).
#[tokio::test]
async fn l06_a_clone_of_libsqls_connection_is_the_same_handle() {
    let place = Place::new();
    let raw = place.raw().await;
    let clone = raw.clone();
    raw.execute("BEGIN", ()).await.unwrap();
    assert!(!clone.is_autocommit(), "libsql changed");
}

/// libsql: a query runs on the calling thread; nothing else of a current-thread
/// runtime moves meanwhile.
#[tokio::test(flavor = "current_thread")]
async fn l07_a_long_query_does_not_freeze_the_runtime() {
    let place = Place::new();
    let mut conn = place.connect().await;
    let long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
                SELECT count(*) FROM n";
    let moved = Arc::new(AtomicBool::new(false));
    let spawn_mark = || {
        moved.store(false, Ordering::SeqCst);
        let moved = Arc::clone(&moved);
        tokio::spawn(async move { moved.store(true, Ordering::SeqCst) })
    };

    let raw = place.raw().await;
    let task = spawn_mark();
    assert_eq!(raw_integer(&raw, long).await, 300_000);
    assert!(!moved.load(Ordering::SeqCst), "libsql changed");
    task.await.unwrap();

    let task = spawn_mark();
    assert_eq!(integers(&mut conn, long).await, [300_000]);
    assert!(moved.load(Ordering::SeqCst));
    task.await.unwrap();
}

/// libsql: `interrupt()` from outside ends a query, with error 9. A deadline of
/// ours does the same, on a current-thread runtime too.
#[tokio::test(flavor = "current_thread")]
async fn l07_a_deadline_interrupts_a_query() {
    let place = Place::new();
    let mut conn = place.connect().await;
    let quick = endless().within(std::time::Duration::from_millis(20));
    let error = conn.query(quick).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(integers(&mut conn, "SELECT 1").await, [1]);
}

/// libsql's defaults, and that every one of ours is set.
#[tokio::test]
async fn l09_every_setting_is_set() {
    let place = Place::new();
    let raw = place.raw().await;
    let mut mode = raw.query("PRAGMA journal_mode", ()).await.unwrap();
    assert_eq!(
        mode.next().await.unwrap().unwrap().get_str(0).unwrap(),
        "delete"
    );
    assert_eq!(
        raw_integer(&raw, "PRAGMA busy_timeout").await,
        0,
        "libsql changed"
    );
    assert_eq!(
        raw_integer(&raw, "PRAGMA trusted_schema").await,
        1,
        "libsql changed"
    );
    drop((mode, raw));

    let config = LocalConfig {
        durability: Durability::Normal,
        ..LocalConfig::default()
    };
    for (config, synchronous) in [(LocalConfig::default(), 2), (config, 1)] {
        let mut conn = place.connector_with(config).connect().await.unwrap();
        assert_eq!(
            run(&mut conn, "PRAGMA journal_mode")
                .await
                .one()
                .unwrap()
                .text(0)
                .unwrap(),
            "wal"
        );
        assert_eq!(
            integers(&mut conn, "PRAGMA synchronous").await,
            [synchronous]
        );
        assert_eq!(integers(&mut conn, "PRAGMA foreign_keys").await, [1]);
        assert_eq!(integers(&mut conn, "PRAGMA trusted_schema").await, [0]);
        assert_eq!(integers(&mut conn, "PRAGMA cell_size_check").await, [1]);
        assert_eq!(integers(&mut conn, "PRAGMA cache_size").await, [-8192]);
    }
}

/// Foreign keys are not only switched on but obeyed.
#[tokio::test]
async fn l09_foreign_keys_are_obeyed() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    run(
        &mut conn,
        "CREATE TABLE child (x INTEGER REFERENCES t (x) ON DELETE CASCADE)",
    )
    .await;
    let orphan = Statement::new("INSERT INTO child VALUES (1)");
    assert_eq!(kind_of(&mut conn, orphan).await, ErrorKind::Constraint);
    run(&mut conn, "INSERT INTO t VALUES (1, 1)").await;
    run(&mut conn, "INSERT INTO child VALUES (1)").await;
    assert_eq!(run(&mut conn, "DELETE FROM t").await.changes(), 1);
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM child").await, [0]);
}

/// libsql: connecting to a file of garbage and `SELECT 1` succeed.
#[tokio::test]
async fn l15_connecting_to_garbage_fails() {
    let place = Place::new();
    std::fs::write(place.path(), "this is no database. ".repeat(500)).unwrap();
    let raw = place.raw().await;
    assert_eq!(raw_integer(&raw, "SELECT 1").await, 1, "libsql changed");
    assert!(
        raw.query("PRAGMA schema_version", ())
            .await
            .unwrap()
            .next()
            .await
            .is_err()
    );

    let error = place.connector().connect().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Corrupt);
    assert!(error.to_string().contains("test.db"), "{error}");
}

/// libsql: every `connect()` to `:memory:` is another, empty database. Ours
/// makes one, and refuses a second.
#[tokio::test]
async fn l16_a_memory_database_has_one_connection() {
    let database = libsql::Builder::new_local(":memory:")
        .build()
        .await
        .unwrap();
    let (first, second) = (database.connect().unwrap(), database.connect().unwrap());
    first.execute("CREATE TABLE t (x)", ()).await.unwrap();
    assert!(
        second.query("SELECT * FROM t", ()).await.is_err(),
        "libsql changed"
    );

    let connector = LocalConnector::new(&Location::Memory, LocalConfig::default()).unwrap();
    let mut conn = connector.connect().await.unwrap();
    run(&mut conn, "CREATE TABLE t (x)").await;
    assert_eq!(integers(&mut conn, "PRAGMA foreign_keys").await, [1]);
    assert_eq!(
        connector.connect().await.unwrap_err().kind(),
        ErrorKind::Closed
    );
    drop(conn);
    assert_eq!(
        connector.clone().connect().await.unwrap_err().kind(),
        ErrorKind::Closed
    );
}

/// libsql: a connection and its last statement dropped on two threads at once may
/// leave the handle open (a race, so it is not asserted here). Ours goes as a
/// whole on one thread, also when it is dropped while a query of its runs.
#[tokio::test]
async fn l17_connections_dropped_in_the_middle_of_a_query_are_closed() {
    let place = Place::new();
    for _ in 0..50 {
        let mut conn = place.connect().await;
        let mut query = Box::pin(conn.query(endless()));
        assert!(futures_poll(query.as_mut()).is_none());
        drop(query);
        drop(conn);
    }
    // The interrupted queries end on their own threads, each within moments.
    let closed = async {
        while place.open_descriptors() > 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), closed)
        .await
        .expect("handles leaked");
}

/// libsql: in WAL mode the main file's descriptors of dropped connections stay
/// open until the last connection goes. That is SQLite's way with POSIX locks
/// and the same with ours.
#[tokio::test]
async fn l18_descriptors_go_with_the_last_connection() {
    let place = Place::new();
    let mut conns = Vec::new();
    for _ in 0..5 {
        conns.push(place.connect().await);
    }
    assert_eq!(place.open_descriptors(), 5);
    conns.truncate(1);
    assert_eq!(place.open_descriptors(), 5, "libsql changed");
    conns.clear();
    assert_eq!(place.open_descriptors(), 0);
}

/// libsql: NUL in a path panics, `libsql://` is a fine local path, and `file:`
/// is part of the name or not, as the build says.
#[tokio::test]
async fn l23_odd_places_are_refused_and_odd_names_are_names() {
    let nul = std::panic::AssertUnwindSafe(|| async {
        libsql::Builder::new_local("a\0b")
            .build()
            .await
            .unwrap()
            .connect()
    });
    assert!(
        tokio::spawn(async move { nul().await }).await.is_err(),
        "libsql changed"
    );
    assert!(
        libsql::Builder::new_local("libsql://x")
            .build()
            .await
            .is_ok(),
        "libsql changed"
    );

    assert_eq!(
        Location::file("a\0b").unwrap_err().kind(),
        ErrorKind::Misuse
    );
    let remote = "libsql://x".parse().unwrap();
    let refused = LocalConnector::new(&remote, LocalConfig::default()).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);

    let folder = tempfile::tempdir().unwrap();
    for name in [
        ":memory:",
        "file:x.db",
        "x.db?mode=memory",
        "a b'\"%20.db",
        "\u{1f600}.db",
    ] {
        let path = folder.path().join(name);
        let place = Location::file(&path).unwrap();
        let connector = LocalConnector::new(&place, LocalConfig::default()).unwrap();
        let mut conn = connector.connect().await.unwrap();
        run(&mut conn, "CREATE TABLE t (x)").await;
        assert!(path.exists(), "{name}");
    }
}

/// libsql: local futures do all their work at the first poll and are ready.
#[tokio::test]
async fn l27_local_futures_are_ready_at_once() {
    let place = Place::new();
    let raw = place.raw().await;
    let call = std::pin::pin!(raw.execute("CREATE TABLE r (x)", ()));
    assert!(futures_poll(call).is_some(), "libsql changed");
}

/// A read-only connection reads and does not write.
#[tokio::test]
async fn access_is_what_was_asked_for() {
    let place = Place::new();
    let read_only = LocalConfig {
        access: Access::ReadOnly,
        ..LocalConfig::default()
    };
    let existing = LocalConfig {
        access: Access::ReadWrite,
        ..LocalConfig::default()
    };
    for config in [&read_only, &existing] {
        let refused = place
            .connector_with(config.clone())
            .connect()
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Disconnected);
        assert!(!place.path().exists());
    }
    let _writer = place.with_table().await;
    let mut conn = place.connector_with(read_only).connect().await.unwrap();
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM t").await, [0]);
    let write = Statement::new("INSERT INTO t VALUES (1, 1)");
    assert_eq!(kind_of(&mut conn, write).await, ErrorKind::ReadOnly);
    let mut conn = place.connector_with(existing).connect().await.unwrap();
    run(&mut conn, "INSERT INTO t VALUES (1, 1)").await;
}

/// Polls once.
fn futures_poll<F: Future>(future: std::pin::Pin<&mut F>) -> Option<F::Output> {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    match future.poll(&mut context) {
        std::task::Poll::Ready(output) => Some(output),
        std::task::Poll::Pending => None,
    }
}
