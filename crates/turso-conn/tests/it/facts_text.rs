//! Values that SQLite or libsql would change, and text that is none.

use turso_conn::{ErrorKind, Execute, Statement, Value};

use crate::support::{Place, integers, kind_of, raw_integer, run};

/// libsql: text with NUL is stored whole and read back cut; NaN becomes NULL.
#[tokio::test]
async fn l14_values_that_would_be_changed_are_refused() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let raw = place.raw().await;
    raw.execute("INSERT INTO t VALUES (1, ?1)", ["ab\0cd"])
        .await
        .unwrap();
    assert_eq!(
        raw_integer(&raw, "SELECT length(CAST(y AS BLOB)) FROM t").await,
        5
    );
    let mut rows = raw.query("SELECT y FROM t", ()).await.unwrap();
    let read = rows.next().await.unwrap().unwrap().get_value(0).unwrap();
    assert_eq!(read, libsql::Value::Text("ab".into()), "libsql changed");
    raw.execute("INSERT INTO t VALUES (2, ?1)", [f64::NAN])
        .await
        .unwrap();
    assert_eq!(
        raw_integer(&raw, "SELECT y IS NULL FROM t WHERE x = 2").await,
        1
    );
    drop(rows);

    let bad = [Value::from("ab\0cd"), f64::NAN.into(), f64::INFINITY.into()];
    for value in bad {
        let statement = Statement::new("INSERT INTO t VALUES (3, ?1)").bind(value);
        assert_eq!(kind_of(&mut conn, statement).await, ErrorKind::Misuse);
    }
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM t").await, [2]);
}

/// libsql: reading TEXT that is not UTF-8 panics.
#[tokio::test]
async fn l14_text_that_is_not_utf8_is_corrupt_and_no_panic() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    run(
        &mut conn,
        "INSERT INTO t VALUES (1, CAST(x'fffe41' AS TEXT))",
    )
    .await;
    let raw = place.raw().await;
    let mut rows = raw.query("SELECT y FROM t", ()).await.unwrap();
    let row = rows.next().await.unwrap().unwrap();
    let read = std::panic::AssertUnwindSafe(|| row.get_value(0));
    assert!(std::panic::catch_unwind(read).is_err(), "libsql changed");
    drop((row, rows));

    for statement in [
        Statement::new("SELECT y FROM t"),
        Statement::new("SELECT y FROM t").point_read(),
    ] {
        assert_eq!(kind_of(&mut conn, statement).await, ErrorKind::Corrupt);
    }
}

/// One bad row: its query fails, the connection and the other rows do not.
#[tokio::test]
async fn f66_one_bad_text_spoils_neither_connection_nor_other_rows() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    run(
        &mut conn,
        "INSERT INTO t VALUES (1, 'a'), (2, CAST(x'c328' AS TEXT)), (3, 'c')",
    )
    .await;
    let get = |x: i64| {
        Statement::new("SELECT y FROM t WHERE x = ?1")
            .bind(x)
            .point_read()
    };
    assert_eq!(kind_of(&mut conn, get(2)).await, ErrorKind::Corrupt);
    assert_eq!(
        conn.query(get(3))
            .await
            .unwrap()
            .one()
            .unwrap()
            .text(0)
            .unwrap(),
        "c"
    );
    let as_blob = "SELECT CAST(y AS BLOB) FROM t WHERE x = 2";
    assert_eq!(
        run(&mut conn, as_blob)
            .await
            .one()
            .unwrap()
            .blob(0)
            .unwrap(),
        [0xc3, 0x28]
    );
    // Nothing of the failed read is left open.
    run(&mut conn, "INSERT INTO t VALUES (4, 'd')").await;
    assert_eq!(
        integers(&mut conn, "PRAGMA wal_checkpoint(TRUNCATE)").await,
        [0]
    );
}

/// In a program, such a read fails its own group only.
#[tokio::test]
async fn f66_a_bad_text_read_in_a_program_fails_its_group() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    run(&mut conn, "INSERT INTO t VALUES (1, CAST(x'ff' AS TEXT))").await;
    let groups = ["INSERT INTO t VALUES (2, 0)", "SELECT y FROM t WHERE x = 1"]
        .map(|sql| turso_conn::Batch::new().step(sql));
    let results = conn.atomic(turso_conn::Program::new(groups)).await.unwrap();
    assert!(results[0].is_ok());
    assert_eq!(results[1].as_ref().unwrap_err().kind(), ErrorKind::Corrupt);
    assert_eq!(integers(&mut conn, "SELECT count(*) FROM t").await, [2]);
}

/// Everything else that is text comes back byte for byte.
#[tokio::test]
async fn f65_odd_text_comes_back_byte_for_byte() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    for text in [
        "\u{1}\u{7f}\u{85}",
        "\u{feff}bom",
        "\u{202e}bidi",
        "\u{301}lone mark",
        "\u{1f469}\u{200d}\u{1f680}",
        "\u{e9} is not e\u{301}",
        "\u{fffd} replaced",
        "'; DROP TABLE t; --",
    ] {
        let rows = conn
            .query(Statement::new("SELECT ?1").bind(text))
            .await
            .unwrap();
        assert_eq!(rows.one().unwrap().text(0).unwrap(), text);
    }
}

/// Numbers at the edges are exact.
#[tokio::test]
async fn f68_numbers_at_the_edges_are_exact() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    for value in [i64::MIN, i64::MIN + 1, -1, 0, i64::MAX] {
        let rows = conn
            .query(Statement::new("SELECT ?1").bind(value))
            .await
            .unwrap();
        assert_eq!(rows.one().unwrap().integer(0).unwrap(), value);
    }
    for value in [-0.0, f64::MIN_POSITIVE, f64::MAX, f64::EPSILON, 5e-324] {
        let rows = conn
            .query(Statement::new("SELECT ?1").bind(value))
            .await
            .unwrap();
        assert_eq!(
            rows.one().unwrap().real(0).unwrap().to_bits(),
            value.to_bits()
        );
    }
}

/// SQLite's bounds on parameters are met with an error of ours.
#[tokio::test]
async fn f70_parameters_up_to_the_limit_work_and_more_are_refused() {
    let place = Place::new();
    let mut conn = place.with_table().await;
    let max = turso_conn::PARAMETERS_MAX;
    let sum = |n: usize| {
        let sql = format!("SELECT max({})", vec!["?"; n].join(", "));
        Statement::new(sql).bind_all((0..n).map(|i| i64::try_from(i).unwrap()))
    };
    assert_eq!(kind_of(&mut conn, sum(max + 1)).await, ErrorKind::Limit);
    let values = vec!["(?)"; max].join(", ");
    let many =
        Statement::new(format!("SELECT count(*) FROM (VALUES {values})")).bind_all(vec![1; max]);
    assert_eq!(
        conn.query(many)
            .await
            .unwrap()
            .one()
            .unwrap()
            .integer(0)
            .unwrap(),
        32_766
    );
}
