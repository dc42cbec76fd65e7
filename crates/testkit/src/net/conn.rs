use std::future::{Future, pending};
use std::io;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::Message;
use super::backend::Backend;
use super::reply::{Reply, Timing};
use super::shared::Entry;
use super::transport::Transport;

/// Bytes of a flood that are written at once.
const FLOOD_PIECE: usize = 64 << 10;

/// Serves one connection to its end.
pub(crate) async fn serve<T: Transport>(entry: Entry, transport: T) {
    let (handshake, tls) = {
        let knobs = entry.shared().knobs();
        (knobs.handshake, knobs.tls.clone())
    };
    entry.clock().pass(handshake).await;
    if let Some(tls) = tls {
        // A client that does not like the certificate goes away.
        if let Ok(transport) = tls.acceptor().accept(transport).await {
            Talk::new(entry, transport).run().await;
        }
    } else {
        Talk::new(entry, transport).run().await;
    }
}

struct Talk<T> {
    // Dropped in this order: whoever is told of the end finds it closed.
    wire: BufReader<T>,
    backend: Box<dyn Backend>,
    entry: Entry,
}

impl<T: Transport> Talk<T> {
    fn new(entry: Entry, transport: T) -> Self {
        Self {
            wire: BufReader::new(transport),
            backend: entry.shared().backend(),
            entry,
        }
    }

    /// Whatever goes wrong closes the connection and nothing else.
    async fn run(mut self) {
        while let Ok(true) = self.exchange().await {}
    }

    /// One request and its answer; whether the connection lives on.
    async fn exchange(&mut self) -> io::Result<bool> {
        self.entry.idle().store(true, Ordering::SeqCst);
        let first = self.wire.fill_buf().await?.first().copied();
        self.entry.idle().store(false, Ordering::SeqCst);
        match first {
            None => return Ok(false),
            Some(byte) if !byte.is_ascii_alphabetic() => return self.refuse().await,
            Some(_) => {}
        }
        let Some(request) = Message::read(&mut self.wire).await? else {
            return Ok(false);
        };
        let action = self.entry.shared().meet(&request);
        let timing = Timing {
            round_trip: self.entry.shared().knobs().round_trip,
            clock: self.entry.clock(),
        };
        let reply = timing.reply(self.backend.as_mut(), &request, action);
        let reply = while_there(&mut self.wire, reply).await?;
        let more = self.write(reply).await?;
        Ok(more && request.keeps_alive())
    }

    /// What does not begin like HTTP, such as TLS, may never end a line.
    async fn refuse(&mut self) -> io::Result<bool> {
        self.put(&Message::response(400, "").bytes()).await?;
        Ok(false)
    }

    async fn write(&mut self, reply: Reply) -> io::Result<bool> {
        match reply {
            Reply::Whole(answer) => {
                self.put(&answer.bytes()).await?;
                Ok(answer.keeps_alive())
            }
            Reply::Cut(bytes) => self.put(&bytes).await.map(|()| false),
            Reply::Pieces(answer, bytes, every) => self.trickle(&answer, bytes, every).await,
            Reply::Flood(length) => self.flood(length).await,
            Reply::Close => Ok(false),
            Reply::Reset => {
                self.wire.get_ref().reset_on_close();
                Ok(false)
            }
        }
    }

    async fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.wire.write_all(bytes).await?;
        self.wire.flush().await
    }

    async fn trickle(&mut self, answer: &Message, n: usize, every: Duration) -> io::Result<bool> {
        let clock = self.entry.clock();
        for piece in answer.bytes().chunks(n.max(1)) {
            let pause = async {
                clock.pass(every).await;
                Ok(())
            };
            while_there(&mut self.wire, pause).await?;
            self.put(piece).await?;
        }
        Ok(answer.keeps_alive())
    }

    async fn flood(&mut self, length: u64) -> io::Result<bool> {
        let head = Message::response(200, "")
            .with_header("content-type", "application/json")
            .with_header("content-length", &length.to_string());
        self.put(&head.bytes()).await?;
        let piece = vec![b' '; FLOOD_PIECE];
        let mut left = length;
        while left > 0 {
            let now = left.min(FLOOD_PIECE as u64);
            let part = usize::try_from(now).ok().and_then(|now| piece.get(..now));
            self.put(part.unwrap_or_default()).await?;
            left -= now;
        }
        Ok(true)
    }
}

/// The work, unless the client goes before it is done.
async fn while_there<T: Transport, R>(
    wire: &mut BufReader<T>,
    work: impl Future<Output = io::Result<R>>,
) -> io::Result<R> {
    tokio::select! {
        biased;
        result = work => result,
        () = gone(wire) => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

/// Returns when the client has closed. A client that sends more is there.
async fn gone<T: Transport>(wire: &mut BufReader<T>) {
    let more = wire.fill_buf().await.is_ok_and(|bytes| !bytes.is_empty());
    if more {
        pending::<()>().await;
    }
}
