use std::io;
use std::pin::Pin;
use std::task::{Context, Waker};

use async_trait::async_trait;
use tokio::io::{AsyncBufRead as _, AsyncWriteExt as _, BufReader};

use super::Message;
use super::backend::Backend;
use super::target::{Stream, Target};

/// Hands requests on to a server, over one kept connection.
///
/// No request is ever sent twice: a connection that the server closed in the
/// meantime is replaced before anything is written, and what fails later
/// closes the client's connection too.
pub(crate) struct Forward {
    target: Target,
    kept: Option<BufReader<Box<dyn Stream>>>,
}

impl Forward {
    pub(crate) fn new(target: Target) -> Self {
        Self { target, kept: None }
    }

    async fn connection(&mut self) -> io::Result<BufReader<Box<dyn Stream>>> {
        if let Some(mut kept) = self.kept.take()
            && is_open(&mut kept)
        {
            return Ok(kept);
        }
        Ok(BufReader::new(self.target.connect().await?))
    }

    fn addressed(&self, request: &Message) -> Message {
        let mut request = request.clone();
        request.prefix_path(self.target.base());
        if let Some(host) = self.target.host() {
            request.set_header("host", host);
        }
        if let Some(token) = self.target.token() {
            request.set_header("authorization", &format!("Bearer {token}"));
        }
        request
    }
}

#[async_trait]
impl Backend for Forward {
    async fn answer(&mut self, request: &Message) -> io::Result<Message> {
        let mut server = self.connection().await?;
        server.write_all(&self.addressed(request).bytes()).await?;
        server.flush().await?;
        let answer = Message::read(&mut server).await?;
        let answer = answer.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.kept = answer.keeps_alive().then_some(server);
        Ok(answer)
    }
}

/// Nothing can be read from an idle connection unless it was closed.
fn is_open(kept: &mut BufReader<Box<dyn Stream>>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    Pin::new(kept).poll_fill_buf(&mut context).is_pending()
}
