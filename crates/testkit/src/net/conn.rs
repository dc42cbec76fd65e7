use std::future::{Future, pending};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use super::backend::Backend;
use super::shared::{Entry, Shared};
use super::transport::Transport;
use super::{Action, Message};

/// Bytes of a flood that are written at once.
const FLOOD_PIECE: usize = 64 << 10;

/// Serves one connection to its end.
pub(crate) async fn serve<T: Transport>(entry: Entry, idle: Arc<AtomicBool>, transport: T) {
    let shared = entry.shared();
    let (handshake, tls) = {
        let knobs = shared.knobs();
        (knobs.handshake, knobs.tls.clone())
    };
    pause(handshake).await;
    if let Some(tls) = tls {
        // A client that does not like the certificate goes away.
        if let Ok(transport) = tls.acceptor().accept(transport).await {
            talk(shared, idle, transport).await;
        }
    } else {
        talk(shared, idle, transport).await;
    }
}

async fn talk<T: Transport>(shared: &Arc<Shared>, idle: Arc<AtomicBool>, transport: T) {
    let talk = Talk {
        backend: shared.backend(),
        shared: Arc::clone(shared),
        idle,
        wire: BufReader::new(transport),
    };
    talk.run().await;
}

struct Talk<T> {
    shared: Arc<Shared>,
    idle: Arc<AtomicBool>,
    backend: Box<dyn Backend>,
    wire: BufReader<T>,
}

/// How a request is answered, once it is known.
enum Reply {
    Whole(Message),
    Cut(Vec<u8>),
    Pieces(Message, usize, Duration),
    Flood(u64),
    Close,
    Reset,
}

impl<T: Transport> Talk<T> {
    /// Whatever goes wrong closes the connection and nothing else.
    async fn run(mut self) {
        while let Ok(true) = self.exchange().await {}
    }

    /// One request and its answer; whether the connection lives on.
    async fn exchange(&mut self) -> io::Result<bool> {
        self.idle.store(true, Ordering::SeqCst);
        let first = self.wire.fill_buf().await?.first().copied();
        self.idle.store(false, Ordering::SeqCst);
        match first {
            None => return Ok(false),
            Some(byte) if !byte.is_ascii_alphabetic() => return self.refuse().await,
            Some(_) => {}
        }
        let Some(request) = Message::read(&mut self.wire).await? else {
            return Ok(false);
        };
        let action = self.shared.meet(&request);
        let round_trip = self.shared.knobs().round_trip;
        let reply = prepare(self.backend.as_mut(), &request, action, round_trip);
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
        for piece in answer.bytes().chunks(n.max(1)) {
            while_there(&mut self.wire, async {
                pause(every).await;
                Ok(())
            })
            .await?;
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

/// What becomes of the request, half a round trip before and half after.
async fn prepare(
    backend: &mut dyn Backend,
    request: &Message,
    action: Action,
    round_trip: Duration,
) -> io::Result<Reply> {
    pause(round_trip / 2).await;
    let reply = act(backend, request, action).await?;
    pause(round_trip / 2).await;
    Ok(reply)
}

async fn act(backend: &mut dyn Backend, request: &Message, action: Action) -> io::Result<Reply> {
    Ok(match action {
        Action::Forward => Reply::Whole(backend.answer(request).await?),
        Action::Answer(answer) => Reply::Whole(answer),
        Action::Garbage(bytes) => Reply::Cut(bytes),
        Action::CloseBefore => Reply::Close,
        Action::Reset => Reply::Reset,
        Action::CloseAfterForward => backend.answer(request).await.map(|_| Reply::Close)?,
        Action::Hang => pending().await,
        Action::HangAfterForward => {
            backend.answer(request).await?;
            pending().await
        }
        Action::Delay(time) => {
            pause(time).await;
            Reply::Whole(backend.answer(request).await?)
        }
        Action::Trickle { bytes, every } => {
            Reply::Pieces(backend.answer(request).await?, bytes, every)
        }
        Action::Truncate(length) => {
            let mut bytes = backend.answer(request).await?.bytes();
            bytes.truncate(length);
            Reply::Cut(bytes)
        }
        Action::Flood(length) => Reply::Flood(length),
    })
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

async fn pause(time: Duration) {
    if !time.is_zero() {
        tokio::time::sleep(time).await;
    }
}
