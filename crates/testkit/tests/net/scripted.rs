use std::time::Duration;

use testkit::net::{Action, Front, Message, Scripted};
use tokio::io::DuplexStream;
use tokio::time::{Instant, timeout};

use crate::client::Client;

fn echo() -> Scripted {
    Scripted::new(|request| Message::response(200, request.body())).unwrap()
}

fn in_memory(front: &Front) -> Client<DuplexStream> {
    Client::over(front.connect())
}

fn request(body: &str) -> Message {
    Message::request("POST", "/echo", body)
}

#[tokio::test]
async fn the_function_answers_over_both_transports() {
    let front = echo();
    let mut tcp = Client::to(front.address()).await.unwrap();
    assert_eq!(tcp.ask(&request("by TCP")).await.unwrap().text(), "by TCP");
    let mut memory = in_memory(&front);
    assert_eq!(memory.ask(&request("here")).await.unwrap().text(), "here");
    let counts = front.counts();
    assert_eq!((counts.connections, counts.requests), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn time_is_simulated_to_the_millisecond() {
    let front = echo();
    front.set_handshake(Duration::from_mins(1));
    front.set_round_trip(Duration::from_hours(1));
    let mut client = in_memory(&front);
    let begin = Instant::now();
    client.ask(&request("")).await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 60 + 3600);
    client.ask(&request("")).await.unwrap();
    assert_eq!(begin.elapsed().as_secs(), 60 + 7200);
}

#[tokio::test(start_paused = true)]
async fn a_trickle_lasts_as_long_as_it_must() {
    let front = echo();
    let every = Duration::from_secs(1);
    front.queue([Action::Trickle { bytes: 1, every }]);
    let mut client = in_memory(&front);
    let begin = Instant::now();
    let answer = client.ask(&request("slow")).await.unwrap();
    assert_eq!(answer.text(), "slow");
    assert_eq!(begin.elapsed().as_secs(), answer.bytes().len() as u64);
}

#[tokio::test(start_paused = true)]
async fn hanging_and_delay_meet_a_deadline() {
    let front = echo();
    let second = Duration::from_secs(1);
    front.queue([
        Action::Delay(2 * second),
        Action::Delay(2 * second),
        Action::Hang,
    ]);
    let mut patient = in_memory(&front);
    timeout(3 * second, patient.ask(&request("")))
        .await
        .unwrap()
        .unwrap();
    for _ in 0..2 {
        let mut client = in_memory(&front);
        timeout(second, client.ask(&request(""))).await.unwrap_err();
        drop(client);
        front.until(|counts| counts.open == 1).await;
    }
}

#[tokio::test]
async fn cutting_closes_what_is_in_memory_too() {
    let front = echo();
    let mut client = in_memory(&front);
    client.ask(&request("")).await.unwrap();
    front.cut().await;
    client.receive().await.unwrap_err();
}

#[tokio::test]
async fn a_dropped_front_closes_everything() {
    let front = echo();
    let address = front.address();
    let mut memory = in_memory(&front);
    let mut tcp = Client::to(address).await.unwrap();
    tcp.ask(&request("")).await.unwrap();
    drop(front);
    memory.receive().await.unwrap_err();
    tcp.receive().await.unwrap_err();
}
