use std::io;
use std::net::SocketAddr;

use testkit::net::{Front, Message};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A connection that can do no more than ask and listen.
#[derive(Debug)]
pub(crate) struct Client<S> {
    stream: BufReader<S>,
}

impl Client<TcpStream> {
    pub(crate) async fn to(address: SocketAddr) -> io::Result<Self> {
        Ok(Self::over(TcpStream::connect(address).await?))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    pub(crate) fn over(stream: S) -> Self {
        let stream = BufReader::new(stream);
        Self { stream }
    }

    pub(crate) async fn send(&mut self, request: &Message) -> io::Result<()> {
        self.stream.write_all(&request.bytes()).await?;
        self.stream.flush().await
    }

    pub(crate) async fn receive(&mut self) -> io::Result<Message> {
        let answer = Message::read(&mut self.stream).await?;
        answer.ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }

    pub(crate) async fn ask(&mut self, request: &Message) -> io::Result<Message> {
        self.send(request).await?;
        self.receive().await
    }
}

/// A connection to a front.
pub(crate) async fn client(front: &Front) -> Client<TcpStream> {
    Client::to(front.address()).await.unwrap()
}

/// A request for one statement that closes its stream.
pub(crate) fn statement(sql: &str) -> Message {
    let body = serde_json::json!({
        "baton": null,
        "requests": [{"type": "execute", "stmt": {"sql": sql}}, {"type": "close"}],
    });
    Message::request("POST", "/v3/pipeline", body.to_string())
        .with_header("host", "127.0.0.1")
        .with_header("content-type", "application/json")
}

/// The first value of the first row, or the error.
pub(crate) fn value(answer: &Message) -> String {
    let body: serde_json::Value = serde_json::from_slice(&answer.body()).expect("JSON");
    let first = &body["results"][0];
    let value = &first["response"]["result"]["rows"][0][0]["value"];
    let error = &first["error"]["message"];
    value.as_str().or(error.as_str()).unwrap_or("").to_owned()
}
