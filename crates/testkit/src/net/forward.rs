use std::io;
use std::net::SocketAddr;

use async_trait::async_trait;
use tokio::io::{AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use super::Message;
use super::backend::Backend;

/// Hands requests on to a server, over one kept connection.
///
/// No request is ever sent twice: a connection that the server closed in the
/// meantime is replaced before anything is written, and what fails later
/// closes the client's connection too.
#[derive(Debug)]
pub(crate) struct Forward {
    address: SocketAddr,
    host: Option<String>,
    kept: Option<BufReader<TcpStream>>,
}

impl Forward {
    /// To `address`, naming `host` instead of what the client named.
    pub(crate) fn new(address: SocketAddr, host: Option<String>) -> Self {
        let kept = None;
        Self {
            address,
            host,
            kept,
        }
    }

    async fn connection(&mut self) -> io::Result<BufReader<TcpStream>> {
        if let Some(kept) = self.kept.take().filter(is_open) {
            return Ok(kept);
        }
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        Ok(BufReader::new(stream))
    }

    fn addressed(&self, request: &Message) -> Message {
        let mut request = request.clone();
        if let Some(host) = &self.host {
            request.set_header("host", host);
        }
        request
    }
}

#[async_trait]
impl Backend for Forward {
    async fn answer(&mut self, request: &Message) -> io::Result<Message> {
        let mut server = self.connection().await?;
        server.write_all(&self.addressed(request).bytes()).await?;
        let answer = Message::read(&mut server).await?;
        let answer = answer.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.kept = answer.keeps_alive().then_some(server);
        Ok(answer)
    }
}

/// Nothing can be read from an idle connection unless it was closed.
fn is_open(kept: &BufReader<TcpStream>) -> bool {
    let read = kept.get_ref().try_read(&mut [0]);
    read.is_err_and(|e| e.kind() == io::ErrorKind::WouldBlock)
}
