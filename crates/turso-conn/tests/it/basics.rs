//! The plain uses.

use turso_conn::{Acquire, Batch, ErrorKind, Execute, Program, Single, Statement, Step, Value};

use crate::support::{Place, integers, run};

#[tokio::test]
async fn what_is_written_is_read() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let insert = Statement::new("INSERT INTO t VALUES (?1, ?2)")
        .bind(1)
        .bind("one");
    assert_eq!(conn.query(insert).await.unwrap().changes(), 1);
    let rows = conn
        .query(
            Statement::new("SELECT x, y FROM t WHERE x = ?1")
                .bind(1)
                .point_read(),
        )
        .await
        .unwrap();
    assert_eq!(rows.columns().collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(rows.one().unwrap().text(1).unwrap(), "one");
    assert_eq!(rows.changes(), 0);
}

#[tokio::test]
async fn a_batch_is_stored_whole() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let batch: Batch = (0..10)
        .map(|i| Statement::new("INSERT INTO t VALUES (?1, ?1)").bind(i))
        .collect();
    let rows = conn.batch(batch).await.unwrap();
    assert_eq!(rows.len(), 10);
    assert_eq!(
        integers(&mut place.connect().await, "SELECT count(*) FROM t").await,
        [10]
    );
}

#[tokio::test]
async fn a_bad_group_fails_alone_and_names_its_step() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let insert = |x: i64| Statement::new("INSERT INTO t VALUES (?1, 0)").bind(x);
    let groups = [
        Batch::new().step(insert(1)),
        Batch::new().step(insert(2)).step(insert(1)),
        Batch::new().step(insert(3)),
    ];
    let results = conn.atomic(Program::new(groups)).await.unwrap();
    assert!(results[0].is_ok() && results[2].is_ok());
    let error = results[1].as_ref().unwrap_err();
    assert_eq!(
        (error.kind(), error.step()),
        (ErrorKind::Constraint, Some(1))
    );
    assert_eq!(
        integers(&mut conn, "SELECT x FROM t ORDER BY x").await,
        [1, 3]
    );
}

#[tokio::test]
async fn expectations_and_guards_are_conflicts_with_their_step() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    run(&mut conn, "INSERT INTO t VALUES (1, 5)").await;
    let update = "UPDATE t SET y = y + 1 WHERE x = ?1";
    let missed = Batch::new()
        .step(Statement::new(update).bind(1))
        .step(Step::exactly(Statement::new(update).bind(9), 1));
    let error = conn.batch(missed).await.unwrap_err();
    assert_eq!((error.kind(), error.step()), (ErrorKind::Conflict, Some(1)));

    let guard = |y: i64| {
        let sql = "SELECT CASE WHEN (SELECT y FROM t WHERE x = 1) = ?1
                   THEN 1 ELSE abs(-9223372036854775807 - 1) END";
        Step::guard(Statement::new(sql).bind(y))
    };
    let guarded = |y| {
        Batch::new()
            .step(guard(y))
            .step(Statement::new(update).bind(1))
    };
    let error = conn.batch(guarded(4)).await.unwrap_err();
    assert_eq!((error.kind(), error.step()), (ErrorKind::Conflict, Some(0)));
    assert_eq!(integers(&mut conn, "SELECT y FROM t").await, [5]);
    conn.batch(guarded(5)).await.unwrap();
    assert_eq!(integers(&mut conn, "SELECT y FROM t").await, [6]);
}

#[tokio::test]
async fn every_type_comes_back_as_it_was() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let values = [
        Value::Null,
        Value::Integer(i64::MIN),
        Value::Integer(i64::MAX),
        Value::Real(-0.0),
        Value::Real(f64::MAX),
        Value::Text(String::new()),
        Value::Text("\u{feff}e\u{301}\u{202e}\u{1f600}'\"%_".into()),
        Value::Blob(Vec::new()),
        Value::Blob((0..=255).collect()),
    ];
    for value in values {
        let rows = conn
            .query(Statement::new("SELECT ?1").bind(value.clone()))
            .await
            .unwrap();
        assert_eq!(rows.first().unwrap().values(), [value]);
    }
}

#[tokio::test]
async fn a_single_connection_is_lent_in_turn() {
    let place = Place::new();
    let _ = place.with_table().await;
    let single = Single::new(place.connector());
    let tasks: Vec<_> = (0..20)
        .map(|i| {
            let single = single.clone();
            tokio::spawn(async move {
                let mut lease = single.acquire().await.unwrap();
                let insert = Statement::new("INSERT INTO t VALUES (?1, 0)").bind(i);
                lease.query(insert).await.unwrap();
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let mut lease = single.acquire().await.unwrap();
    assert_eq!(integers(&mut *lease, "SELECT count(*) FROM t").await, [20]);
}

/// 2 when it is in memory.
const SCRATCH: &str = "SELECT temp_store FROM pragma_temp_store";

#[tokio::test]
async fn only_small_programs_of_contained_batches_keep_their_scratch_in_memory() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let insert = |x: i64| Statement::new("INSERT INTO t VALUES (?1, ?2)").bind(x);
    let small = |x| Batch::new().step(insert(x).bind("small"));
    let large = |x| {
        let text = "x".repeat(Batch::CONTAINED_MAX);
        Batch::new().contained().step(insert(x).bind(text))
    };
    let contained = |x| small(x).contained();
    let programs = [
        (Program::from(contained(1)), 2),
        (Program::new([contained(2), small(3)]), 0),
        (Program::new([contained(4), contained(5)]), 2),
        (Program::from(large(6)), 0),
        (Program::from(contained(7)), 2),
        (Program::from(small(8)), 0),
    ];
    for (program, expected) in programs {
        for stored in conn.atomic(program).await.unwrap() {
            stored.unwrap();
        }
        // Run where it is called, which leaves the connection as it is.
        let rows = conn.query(Statement::new(SCRATCH).point_read()).await;
        assert_eq!(rows.unwrap().one().unwrap().integer(0).unwrap(), expected);
    }
    // Whatever else is run may sort or copy any number of rows.
    conn.atomic(contained(9).into()).await.unwrap();
    assert_eq!(integers(&mut conn, SCRATCH).await, [0]);
    conn.atomic(contained(10).into()).await.unwrap();
    run(&mut conn, "INSERT INTO t VALUES (11, 'alone')").await;
    assert_eq!(integers(&mut conn, SCRATCH).await, [0]);
}
