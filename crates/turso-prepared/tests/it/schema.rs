//! The schema changes between two uses of a statement.

use testkit::{JobResult, Worker, WorkerCommand};
use turso_conn::{Batch, Connect, ErrorKind, Execute, Step};

use crate::support::{Place, get, insert, plain, run};

const ADD: &str = "ALTER TABLE t ADD COLUMN z DEFAULT 7";

/// The columns that `get` answers with.
async fn columns(conn: &mut impl Execute) -> Vec<String> {
    let rows = conn.query(get(1)).await.unwrap();
    assert_eq!(rows.len(), 1);
    rows.columns().map(ToOwned::to_owned).collect()
}

async fn filled(place: &Place) -> turso_conn::LocalConnection {
    let mut conn = place.with_table().await;
    conn.query(insert(1, 10)).await.unwrap();
    assert_eq!(columns(&mut conn).await, ["x", "y"]);
    conn
}

#[tokio::test]
async fn a_change_by_the_connection_itself() {
    let place = Place::new();
    let mut conn = filled(&place).await;
    run(&mut conn, ADD).await;
    assert_eq!(columns(&mut conn).await, ["x", "y", "z"]);
    run(&mut conn, "ALTER TABLE t DROP COLUMN y").await;
    let rows = conn.query(get(1)).await.unwrap();
    assert_eq!(rows.one().unwrap().integer(1).unwrap(), 7);
    assert_eq!(columns(&mut conn).await, ["x", "z"]);
}

#[tokio::test]
async fn a_change_by_another_connection() {
    let place = Place::new();
    let mut conn = filled(&place).await;
    let mut other = plain(place.db.path()).connect().await.unwrap();
    run(&mut other, ADD).await;
    assert_eq!(columns(&mut conn).await, ["x", "y", "z"]);
    run(&mut other, "ALTER TABLE t RENAME COLUMN y TO w").await;
    assert_eq!(columns(&mut conn).await, ["x", "w", "z"]);
}

pub fn alter(worker: &Worker) -> JobResult {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let mut conn = plain(worker.arg(0).as_ref()).connect().await?;
        run(&mut conn, ADD).await;
        Ok(())
    })
}

fn alter_in_another_process(place: &Place) {
    let child = WorkerCommand::new("alter").arg(place.db.path()).spawn();
    let exit = child.unwrap().wait().unwrap();
    assert!(exit.status.success(), "{}", exit.stderr);
}

#[tokio::test]
async fn a_change_by_another_process_is_seen_by_a_point_read() {
    let place = Place::new();
    let mut conn = filled(&place).await;
    alter_in_another_process(&place);
    assert_eq!(columns(&mut conn).await, ["x", "y", "z"]);
}

#[tokio::test]
async fn a_change_by_another_process_drops_everything_before_the_next_program_or_scan() {
    let place = Place::new();
    let scan = "SELECT * FROM t";
    for program in [true, false] {
        let place = if program { &place } else { &Place::new() };
        let mut conn = filled(place).await;
        run(&mut conn, scan).await;
        let before = place.prepared.stats();
        alter_in_another_process(place);
        let rows = if program {
            conn.batch(Batch::new().step(scan)).await.unwrap().remove(0)
        } else {
            run(&mut conn, scan).await
        };
        assert_eq!(rows.columns().collect::<Vec<_>>(), ["x", "y", "z"]);
        let now = place.prepared.stats();
        assert_eq!(now.outdated - before.outdated, before.entries as u64);
        assert_eq!((now.misses - before.misses, now.entries), (1, 1));
    }
}

#[tokio::test]
async fn a_statement_whose_table_is_gone_fails_and_is_not_kept() {
    let place = Place::new();
    let mut conn = filled(&place).await;
    let mut other = plain(place.db.path()).connect().await.unwrap();
    run(&mut other, "DROP TABLE t").await;
    let before = place.prepared.stats();
    let error = conn.query(get(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse);
    let now = place.prepared.stats();
    assert_eq!(now.outdated - before.outdated, 1);
    assert_eq!(now.entries, before.entries - 1);
    run(&mut other, "CREATE TABLE t (x INTEGER PRIMARY KEY, other)").await;
    run(&mut other, "INSERT INTO t VALUES (1, 2)").await;
    assert_eq!(columns(&mut conn).await, ["x", "other"]);
}

/// What was compiled against a schema that was then rolled back.
#[tokio::test]
async fn a_change_that_was_rolled_back_leaves_no_trace() {
    let place = Place::new();
    let mut conn = filled(&place).await;
    let none = Step::exactly("DELETE FROM t WHERE x = 99", 1);
    let batch = Batch::new().step(ADD).step(get(1)).step(none);
    let error = conn.batch(batch).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(columns(&mut conn).await, ["x", "y"]);
    conn.query(insert(2, 20)).await.unwrap();
    assert_eq!(columns(&mut conn).await, ["x", "y"]);
}
