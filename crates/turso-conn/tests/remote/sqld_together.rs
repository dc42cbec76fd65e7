//! Several reads by one request, on a real server.

use std::time::Duration;

use turso_conn::{Connect, ErrorKind, Execute, Limits, RemoteConfig, Result, Rows, Statement};

use crate::support::{ENCODINGS, connector, database, insert, integers, speaking, with_table};

/// A text that is long enough to be sent once for all.
const LONG: &str = "SELECT ?1, 'a text that is repeated in each of the statements of a request'";

fn own(n: i64) -> Statement {
    Statement::new(LONG).bind(n)
}

fn first(answer: &Result<Rows>) -> Result<i64, ErrorKind> {
    let rows = answer.as_ref().map_err(turso_conn::Error::kind)?;
    Ok(rows.one().unwrap().integer(0).unwrap())
}

#[tokio::test]
async fn all_are_one_request_and_each_has_its_own_answer() {
    let Some(database) = database("all_are_one_request_and_each_has_its_own_answer") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let before = database.counts();
        let answers = conn.query_all((0..64).map(own).collect()).await;
        let answers: Vec<_> = answers.iter().map(first).collect();
        assert!(answers.into_iter().eq((0..64).map(Ok)));
        let mixed = ["SELECT 1", "SELECT 2", "SELECT 1"].map(Statement::new);
        let answers = conn.query_all(mixed.into()).await;
        let answers: Vec<_> = answers.iter().map(first).collect();
        assert_eq!(answers, [Ok(1), Ok(2), Ok(1)]);
        assert_eq!((database.counts() - before).requests, 2);
        assert!(conn.query_all(Vec::new()).await.is_empty());
    }
}

#[tokio::test]
async fn one_that_fails_does_not_disturb_the_others() {
    let Some(database) = database("one_that_fails_does_not_disturb_the_others") else {
        return;
    };
    let refused = [
        Statement::new("SELECT * FROM missing").named("notes.get"),
        Statement::new("SELECT ?1, ?2").bind(1),
        Statement::new("SELECT abs(-9223372036854775808)"),
        // Refused before anything is sent.
        Statement::new("SELECT ?1").bind(f64::NAN),
    ];
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let before = database.counts();
        let mut asked = vec![own(0)];
        for (n, statement) in (1..).zip(&refused) {
            asked.extend([statement.clone(), own(n)]);
        }
        let answers = conn.query_all(asked).await;
        for (n, answer) in (0..).zip(answers.iter().step_by(2)) {
            assert_eq!(first(answer), Ok(n));
        }
        for answer in answers.iter().skip(1).step_by(2) {
            assert_eq!(first(answer), Err(ErrorKind::Misuse));
        }
        let told = answers[1].as_ref().unwrap_err().to_string();
        assert!(told.starts_with("notes.get on http"), "{told}");
        assert_eq!((database.counts() - before).requests, 1);
    }
}

#[tokio::test]
async fn f39_each_has_its_own_limits() {
    let Some(database) = database("f39_each_has_its_own_limits") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        for n in 0..3 {
            conn.query(insert(n, n)).await.unwrap();
        }
        let rows = |limits| Statement::new("SELECT x FROM t").limits(limits);
        let asked = vec![
            rows(Limits::new(2, 1_000)),
            own(1),
            rows(Limits::new(3, 24)),
        ];
        let answers = conn.query_all(asked).await;
        assert_eq!(first(&answers[0]), Err(ErrorKind::Limit));
        assert_eq!(first(&answers[1]), Ok(1));
        assert_eq!(answers[2].as_ref().unwrap().len(), 3);
    }
}

/// Together they are more than one answer may be, each alone is not. And the one that is too
/// much by itself is the only one that fails.
#[tokio::test]
async fn f39_nobody_fails_because_all_together_are_too_much() {
    let Some(database) = database("f39_nobody_fails_because_all_together_are_too_much") else {
        return;
    };
    for encoding in ENCODINGS {
        let config = RemoteConfig {
            answer_bytes_max: 400_000,
            ..speaking(encoding)
        };
        let connector = connector(&database.url(), config);
        let mut conn = connector.connect().await.unwrap();
        let noise = |bytes: i64| Statement::new("SELECT 1, randomblob(?1)").bind(bytes);
        let before = database.counts();
        let answers = conn.query_all(vec![noise(200_000); 4]).await;
        assert!(answers.iter().all(|answer| first(answer) == Ok(1)));
        assert_eq!((database.counts() - before).requests, 5);
        let asked = vec![noise(10), noise(500_000), noise(200_000)];
        let answers: Vec<_> = conn.query_all(asked).await.iter().map(first).collect();
        assert_eq!(answers, [Ok(1), Err(ErrorKind::Limit), Ok(1)]);
        assert_eq!(first(&conn.query(own(7)).await), Ok(7));
    }
}

/// The server stops at 10 MB for a statement, and not for all.
#[tokio::test]
async fn f39_the_servers_own_limit_is_that_of_one() {
    let Some(database) = database("f39_the_servers_own_limit_is_that_of_one") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let zeros = |bytes: i64| Statement::new("SELECT 1, zeroblob(?1)").bind(bytes);
        let asked = vec![
            zeros(4_000_000),
            zeros(12_000_000),
            zeros(4_000_000),
            own(1),
        ];
        let answers: Vec<_> = conn.query_all(asked).await.iter().map(first).collect();
        assert_eq!(answers, [Ok(1), Err(ErrorKind::Limit), Ok(1), Ok(1)]);
    }
}

#[tokio::test]
async fn with_a_write_among_them_they_are_run_in_their_order() {
    let Some(database) = database("with_a_write_among_them_they_are_run_in_their_order") else {
        return;
    };
    for encoding in ENCODINGS {
        let mut conn = with_table(&database, encoding).await;
        let count = Statement::new("SELECT count(*) FROM t");
        let answers = conn
            .query_all(vec![count.clone(), insert(1, 1), insert(1, 2), count])
            .await;
        assert_eq!((first(&answers[0]), first(&answers[3])), (Ok(0), Ok(1)));
        let failed = answers[2].as_ref().unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::Constraint);
        assert_eq!(integers(&mut conn, "SELECT y FROM t").await, [1]);
    }
}

/// A deadline is that of one and ends nobody else's time.
#[tokio::test]
async fn f29_the_latest_deadline_counts() {
    let Some(database) = database("f29_the_latest_deadline_counts") else {
        return;
    };
    let mut conn = with_table(&database, ENCODINGS[0]).await;
    let hurry = own(1).within(Duration::from_nanos(1));
    let answers = conn.query_all(vec![hurry, own(2)]).await;
    assert_eq!((first(&answers[0]), first(&answers[1])), (Ok(1), Ok(2)));
}
