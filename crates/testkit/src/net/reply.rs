use std::future::pending;
use std::io;
use std::time::Duration;

use tokio::time::Instant;

use super::backend::Backend;
use super::clock::Clock;
use super::{Action, Message};

/// How a request is answered, once it is known.
pub(crate) enum Reply {
    Whole(Message),
    /// Bytes, then the connection closes.
    Cut(Vec<u8>),
    /// In pieces of so many bytes, with so much time before each.
    Pieces(Message, usize, Duration),
    Flood(u64),
    Close,
    Reset,
}

/// How time passes for a request.
pub(crate) struct Timing {
    pub(crate) round_trip: Duration,
    pub(crate) clock: Clock,
}

impl Timing {
    /// What becomes of a request, half a round trip before and half after.
    /// What the first half was late is taken from the second.
    pub(crate) async fn reply(
        self,
        backend: &mut dyn Backend,
        request: &Message,
        action: Action,
    ) -> io::Result<Reply> {
        let (half, begin) = (self.round_trip / 2, Instant::now());
        self.clock.pass(half).await;
        let late = begin.elapsed().saturating_sub(half);
        let reply = self.act(backend, request, action).await?;
        self.clock.pass(half.saturating_sub(late)).await;
        Ok(reply)
    }

    async fn act(
        &self,
        backend: &mut dyn Backend,
        request: &Message,
        action: Action,
    ) -> io::Result<Reply> {
        Ok(match action {
            Action::Answer(answer) => Reply::Whole(answer),
            Action::Garbage(bytes) => Reply::Cut(bytes),
            Action::CloseBefore => Reply::Close,
            Action::Reset => Reply::Reset,
            Action::Flood(length) => Reply::Flood(length),
            Action::Hang => pending().await,
            Action::Delay(time) => {
                self.clock.pass(time).await;
                Reply::Whole(backend.answer(request).await?)
            }
            forwarded => after(forwarded, backend.answer(request).await?).await,
        })
    }
}

/// What becomes of the answer of the server behind.
async fn after(action: Action, answer: Message) -> Reply {
    match action {
        Action::CloseAfterForward => Reply::Close,
        Action::HangAfterForward => pending().await,
        Action::Trickle { bytes, every } => Reply::Pieces(answer, bytes, every),
        Action::Truncate(length) => {
            let mut bytes = answer.bytes();
            bytes.truncate(length);
            Reply::Cut(bytes)
        }
        _ => Reply::Whole(answer),
    }
}
