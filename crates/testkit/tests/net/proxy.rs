use std::io;
use std::time::Duration;

use testkit::net::{Action, Counts, Database, Message, Sqld};

use crate::client::{client, statement, value};

fn database(test: &str) -> Option<Database> {
    let sqld = Sqld::shared(test).unwrap()?;
    Some(sqld.fresh_database().unwrap())
}

async fn count_of_t(database: &Database) -> String {
    let mut client = client(database).await;
    let answer = client.ask(&statement("SELECT count(*) FROM t")).await;
    value(&answer.unwrap())
}

#[tokio::test]
async fn requests_on_one_socket_are_counted_as_such() {
    let Some(database) = database("counts") else {
        return;
    };
    let before = database.counts();
    let mut client = client(&database).await;
    let request = statement("SELECT 1");
    let mut answers = 0;
    for _ in 0..3 {
        answers += client.ask(&request).await.unwrap().bytes().len() as u64;
    }
    let spent = database.counts() - before;
    assert_eq!((spent.requests, spent.connections, spent.open), (3, 1, 1));
    assert_eq!(spent.bytes_in, 3 * request.bytes().len() as u64);
    assert_eq!(spent.bytes_out, answers);
    drop(client);
    database.until(|counts| counts.open == 0).await;
}

#[tokio::test]
async fn a_queued_action_meets_one_request() {
    let Some(database) = database("queue") else {
        return;
    };
    database.queue([
        Action::status(503, "not now"),
        Action::retry_after(429, 7),
        Action::json("{}"),
    ]);
    let mut client = client(&database).await;
    let request = statement("SELECT 'served'");
    assert_eq!(client.ask(&request).await.unwrap().status(), 503);
    let second = client.ask(&request).await.unwrap();
    assert_eq!(
        (second.status(), second.header("Retry-After")),
        (429, Some("7"))
    );
    assert_eq!(client.ask(&request).await.unwrap().text(), "{}");
    assert_eq!(value(&client.ask(&request).await.unwrap()), "served");
}

#[tokio::test]
async fn a_script_sees_every_request() {
    let Some(database) = database("script") else {
        return;
    };
    database.script(|request| {
        if request.text().contains("secret") {
            Action::status(403, "no")
        } else {
            Action::Forward
        }
    });
    database.keep_requests();
    let mut client = client(&database).await;
    assert_eq!(
        client.ask(&statement("SELECT 1")).await.unwrap().status(),
        200
    );
    let refused = client.ask(&statement("SELECT 'secret'")).await.unwrap();
    assert_eq!(refused.status(), 403);
    database.clear();
    assert_eq!(
        client
            .ask(&statement("SELECT 'secret'"))
            .await
            .unwrap()
            .status(),
        200
    );
    let kept = database.take_requests();
    assert_eq!(kept.len(), 3);
    assert_eq!(kept[0].header("host"), Some("127.0.0.1"));
}

#[tokio::test]
async fn closing_before_and_after_differ_in_what_the_server_did() {
    let Some(database) = database("lost reply") else {
        return;
    };
    client(&database)
        .await
        .ask(&statement("CREATE TABLE t (v)"))
        .await
        .unwrap();
    for (action, count) in [
        (Action::CloseBefore, "0"),
        (Action::Reset, "0"),
        (Action::CloseAfterForward, "1"),
    ] {
        database.queue([action.clone()]);
        let mut client = client(&database).await;
        let lost = client.ask(&statement("INSERT INTO t VALUES (1)")).await;
        let wanted = if action == Action::Reset {
            io::ErrorKind::ConnectionReset
        } else {
            io::ErrorKind::UnexpectedEof
        };
        assert_eq!(lost.unwrap_err().kind(), wanted, "{action:?}");
        assert_eq!(count_of_t(&database).await, count, "{action:?}");
    }
}

#[tokio::test]
async fn hanging_ends_when_the_client_goes() {
    let Some(database) = database("hang") else {
        return;
    };
    database.queue([Action::Hang]);
    let mut hanging = client(&database).await;
    hanging
        .send(&statement("CREATE TABLE t (v)"))
        .await
        .unwrap();
    database.until(|counts| counts.requests == 1).await;
    drop(hanging);
    database.until(|counts| counts.open == 0).await;
    assert!(count_of_t(&database).await.contains("no such table"));
}

#[tokio::test]
async fn hanging_after_forwarding_has_done_the_work() {
    let Some(database) = database("hang after forward") else {
        return;
    };
    let (seen, mut done) = tokio::sync::mpsc::unbounded_channel();
    database.script(move |_| {
        seen.send(()).unwrap();
        Action::HangAfterForward
    });
    let mut hanging = client(&database).await;
    hanging
        .send(&statement("CREATE TABLE t (v)"))
        .await
        .unwrap();
    done.recv().await.unwrap();
    database.clear();
    while count_of_t(&database).await != "0" {}
}

#[tokio::test]
async fn answers_can_be_garbage_or_cut_short() {
    let Some(database) = database("garbage") else {
        return;
    };
    database.queue([
        Action::Garbage(b"\xff\xfe not http\r\n\r\n".to_vec()),
        Action::Truncate(20),
        Action::Truncate(0),
    ]);
    for _ in 0..3 {
        let answer = client(&database).await.ask(&statement("SELECT 1")).await;
        assert!(!answer.is_ok_and(|answer| answer.status() == 200));
    }
}

#[tokio::test]
async fn a_flood_is_as_long_as_it_says() {
    let Some(database) = database("flood") else {
        return;
    };
    database.queue([Action::Flood(1_000_000)]);
    let mut client = client(&database).await;
    let answer = client.ask(&statement("SELECT 1")).await.unwrap();
    assert_eq!(answer.body().len(), 1_000_000);
    assert_eq!(
        client.ask(&statement("SELECT 1")).await.unwrap().status(),
        200
    );
}

#[tokio::test]
async fn a_trickle_arrives_whole() {
    let Some(database) = database("trickle") else {
        return;
    };
    let (bytes, every) = (50, Duration::from_millis(1));
    database.queue([Action::Trickle { bytes, every }, Action::Delay(every)]);
    let mut client = client(&database).await;
    for _ in 0..2 {
        let answer = client.ask(&statement("SELECT 'whole'")).await.unwrap();
        assert_eq!(value(&answer), "whole");
    }
}

#[tokio::test]
async fn requests_without_the_token_reach_nobody() {
    let Some(database) = database("token") else {
        return;
    };
    database.set_token(Some("right"));
    let mut client = client(&database).await;
    let request = statement("SELECT 'in'");
    let with = |token: &str| request.clone().with_header("authorization", token);
    for wrong in [request.clone(), with("Bearer wrong"), with("right")] {
        assert_eq!(client.ask(&wrong).await.unwrap().status(), 401);
    }
    let right = client.ask(&with("Bearer right")).await.unwrap();
    assert_eq!(value(&right), "in");
    assert_eq!(database.counts().refused, 3);
}

#[tokio::test]
async fn a_round_trip_and_a_handshake_take_their_time() {
    let Some(database) = database("latency") else {
        return;
    };
    let (round_trip, handshake) = (Duration::from_millis(10), Duration::from_millis(25));
    database.set_round_trip(round_trip);
    database.set_handshake(handshake);
    let begin = std::time::Instant::now();
    let mut client = client(&database).await;
    client.ask(&statement("SELECT 1")).await.unwrap();
    assert!(begin.elapsed() >= handshake + round_trip);
    let begin = std::time::Instant::now();
    client.ask(&statement("SELECT 1")).await.unwrap();
    assert!(begin.elapsed() >= round_trip);
}

#[tokio::test]
async fn refused_connections_come_back_on_the_same_port() {
    let Some(database) = database("refuse") else {
        return;
    };
    let mut before = client(&database).await;
    before.ask(&statement("SELECT 1")).await.unwrap();
    database.refuse().await;
    let refused = tokio::net::TcpStream::connect(database.address()).await;
    assert_eq!(
        refused.unwrap_err().kind(),
        io::ErrorKind::ConnectionRefused
    );
    before.ask(&statement("SELECT 1")).await.unwrap();
    database.accept().unwrap();
    assert_eq!(
        value(
            &client(&database)
                .await
                .ask(&statement("SELECT 'back'"))
                .await
                .unwrap()
        ),
        "back"
    );
}

#[tokio::test]
async fn cutting_the_idle_spares_the_busy() {
    let Some(database) = database("cut") else {
        return;
    };
    let mut idle = client(&database).await;
    idle.ask(&statement("SELECT 1")).await.unwrap();
    database.queue([Action::Hang]);
    let mut busy = client(&database).await;
    busy.send(&statement("SELECT 1")).await.unwrap();
    database.until(|counts| counts.requests == 2).await;
    database.cut_idle().await;
    assert_eq!(database.counts().open, 1);
    idle.receive().await.unwrap_err();
    database.cut().await;
    assert_eq!(database.counts().open, 0);
    busy.receive().await.unwrap_err();
}

#[tokio::test]
async fn a_server_that_is_away_closes_the_connection() {
    let Some(sqld) = Sqld::start("server away").unwrap() else {
        return;
    };
    let proxy = testkit::net::Proxy::before(sqld.address()).unwrap();
    let mut warm = client(&proxy).await;
    warm.ask(&statement("SELECT 1")).await.unwrap();
    sqld.kill();
    warm.ask(&statement("SELECT 1")).await.unwrap_err();
    sqld.restart().unwrap();
    let mut again = client(&proxy).await;
    assert_eq!(
        again.ask(&statement("SELECT 1")).await.unwrap().status(),
        200
    );
}

#[tokio::test]
async fn an_answer_in_chunks_goes_through_unchanged() {
    let Some(database) = database("chunks") else {
        return;
    };
    let sql = "SELECT hex(zeroblob(2000))";
    let request = statement(sql).with_header("accept-encoding", "gzip");
    let answer: Message = client(&database).await.ask(&request).await.unwrap();
    assert_eq!(answer.header("content-encoding"), Some("gzip"));
    assert!(answer.body().starts_with(&[0x1f, 0x8b]));
    let counts: Counts = database.counts();
    assert_eq!(counts.bytes_out, answer.bytes().len() as u64);
}
