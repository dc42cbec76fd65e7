//! One statement, one request, on a real server.

use turso_conn::{
    Compression, Connect, ErrorKind, Execute, Limits, RemoteConfig, Statement, Value,
};

use crate::support::{
    ENCODINGS, connector, database, insert, integers, kind_of, run, speaking, with_table,
};

#[tokio::test]
async fn values_of_every_type_come_back() {
    let Some(database) = database("values_of_every_type_come_back") else {
        return;
    };
    let values = [
        Value::Null,
        Value::Integer(i64::MIN),
        Value::Integer(i64::MAX),
        Value::Integer(0),
        Value::Real(0.1),
        Value::Real(-0.0),
        Value::Real(f64::MAX),
        Value::Real(5e-324),
        Value::Real(2.0),
        Value::Text(String::new()),
        Value::Text("'; DROP TABLE t; -- \u{1f469}\u{200d}\u{1f680} \u{feff} \" \\ / \n".into()),
        Value::Blob(vec![]),
        Value::Blob((0..=255).collect()),
        Value::Blob(vec![255; 1000]),
    ];
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        for value in &values {
            let ask = Statement::new("SELECT ?1, typeof(?1)").bind(value.clone());
            let rows = conn.query(ask).await.unwrap();
            let row = rows.one().unwrap();
            assert_eq!(row.value(0).unwrap(), value, "{encoding:?}");
            assert_eq!(row.text(1).unwrap(), value.type_name(), "{encoding:?}");
            if let (Value::Real(sent), Value::Real(back)) = (value, row.value(0).unwrap()) {
                assert_eq!(sent.to_bits(), back.to_bits());
            }
        }
    }
}

#[tokio::test]
async fn rows_columns_and_changes_are_told() {
    let Some(database) = database("rows_columns_and_changes_are_told") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let added = run(&mut conn, "INSERT INTO t VALUES (1, 'a'), (2, 'b')").await;
        assert_eq!((added.changes(), added.len()), (2, 0));
        let returned = run(&mut conn, "UPDATE t SET y = 'c' RETURNING x AS id, y").await;
        assert_eq!(returned.columns().collect::<Vec<_>>(), ["id", "y"]);
        assert_eq!((returned.changes(), returned.len()), (2, 2));
        for sql in [
            "SELECT * FROM t",
            "CREATE INDEX IF NOT EXISTS i ON t (y)",
            "PRAGMA foreign_keys",
        ] {
            assert_eq!(run(&mut conn, sql).await.changes(), 0, "{sql}");
        }
        assert_eq!(run(&mut conn, "DELETE FROM t").await.changes(), 2);
        let empty = run(&mut conn, "SELECT x, y FROM t").await;
        assert_eq!(empty.columns().collect::<Vec<_>>(), ["x", "y"]);
        assert!(empty.is_empty());
    }
}

#[tokio::test]
async fn refusals_have_the_kinds_that_local_ones_have() {
    let Some(database) = database("refusals_have_the_kinds_that_local_ones_have") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        conn.query(insert(1, 1)).await.unwrap();
        let table = [
            (insert(1, 2), ErrorKind::Constraint),
            (Statement::new("SELEC 1"), ErrorKind::Misuse),
            (Statement::new("SELECT * FROM missing"), ErrorKind::Misuse),
            (Statement::new("SELECT 1; SELECT 2"), ErrorKind::Misuse),
            (Statement::new(""), ErrorKind::Misuse),
            (Statement::new(" -- nothing"), ErrorKind::Misuse),
            (Statement::new("SELECT ?1, ?2").bind(1), ErrorKind::Misuse),
            (
                Statement::new("SELECT ?1").bind(1).bind(2),
                ErrorKind::Misuse,
            ),
            (
                Statement::new("SELECT ?1").bind(f64::NAN),
                ErrorKind::Misuse,
            ),
            (Statement::new("SELECT ?1").bind("a\0b"), ErrorKind::Misuse),
            (Statement::new("BEGIN"), ErrorKind::Misuse),
            (
                Statement::new("PRAGMA journal_mode=DELETE"),
                ErrorKind::Unsupported,
            ),
            (
                Statement::new("SELECT abs(-9223372036854775808)"),
                ErrorKind::Misuse,
            ),
        ];
        for (statement, kind) in table {
            let shown = format!("{encoding:?} {statement:?}");
            assert_eq!(kind_of(&mut conn, statement).await, kind, "{shown}");
        }
        assert_eq!(integers(&mut conn, "SELECT y FROM t").await, [1]);
    }
}

#[tokio::test]
async fn f39_an_answer_beyond_its_limits_is_refused() {
    let Some(database) = database("f39_an_answer_beyond_its_limits_is_refused") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        run(&mut conn, "INSERT INTO t VALUES (1, 1), (2, 2), (3, 3)").await;
        for limits in [Limits::new(2, 1000), Limits::new(3, 23)] {
            let read = Statement::new("SELECT x FROM t").limits(limits);
            assert_eq!(kind_of(&mut conn, read).await, ErrorKind::Limit);
            // What the server has stored already is not said to be gone.
            let write = Statement::new("UPDATE t SET y = 0 RETURNING x").limits(limits);
            assert_eq!(kind_of(&mut conn, write).await, ErrorKind::OutcomeUnknown);
        }
        let exact = Statement::new("SELECT x FROM t").limits(Limits::new(3, 24));
        assert_eq!(conn.query(exact).await.unwrap().len(), 3);
        // The server's own limit.
        let big = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i<20)
                   SELECT randomblob(1000000) FROM c";
        assert_eq!(kind_of(&mut conn, big).await, ErrorKind::Limit);
        run(&mut conn, "SELECT 1").await;
    }
}

#[tokio::test]
async fn a_statement_is_one_request_on_one_socket() {
    let Some(database) = database("a_statement_is_one_request_on_one_socket") else {
        return;
    };
    for encoding in ENCODINGS {
        let connector = connector(&database.url(), speaking(encoding));
        let mut conn = connector.connect().await.unwrap();
        let before = (database.counts(), connector.stats());
        for _ in 0..10 {
            run(&mut conn, "SELECT 1").await;
        }
        connector.check(&mut conn).await.unwrap();
        let (front, own) = (database.counts() - before.0, connector.stats());
        assert_eq!((front.requests, front.connections), (11, 0));
        assert_eq!(own.requests - before.1.requests, 11);
        assert_eq!(own.sockets, 1);
        assert_eq!(own.bytes_out - before.1.bytes_out, front.bytes_in);
        assert_eq!(own.bytes_in - before.1.bytes_in, front.bytes_out);
    }
}

#[tokio::test]
async fn json_answers_come_compressed_unless_refused() {
    let Some(database) = database("json_answers_come_compressed_unless_refused") else {
        return;
    };
    let rows = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i<1000)
                SELECT i, 'some repeated text value' FROM c";
    let mut sizes = Vec::new();
    for compression in [Compression::Gzip, Compression::Off] {
        let config = RemoteConfig {
            encoding: turso_conn::Encoding::Json,
            compression,
            ..RemoteConfig::default()
        };
        let connector = connector(&database.url(), config);
        let mut conn = connector.connect().await.unwrap();
        assert_eq!(run(&mut conn, rows).await.len(), 1000);
        sizes.push(connector.stats().bytes_in);
    }
    assert!(sizes[0] * 5 < sizes[1], "{sizes:?}");
}
