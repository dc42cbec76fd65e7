use std::time::Duration;

use super::Message;

/// What one request meets. Unless said otherwise the connection lives on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// It is answered by the server behind.
    Forward,
    /// This answer, the server behind sees nothing: another status, HTML, a
    /// body that is not UTF-8, results that do not fit.
    Answer(Message),
    /// These bytes instead of an answer, then the connection closes.
    Garbage(Vec<u8>),
    /// The connection closes, the server behind sees nothing.
    CloseBefore,
    /// The connection is reset (RST), the server behind sees nothing. In
    /// memory it closes.
    Reset,
    /// The server behind does it, its answer is lost, the connection closes.
    CloseAfterForward,
    /// Never answered, the server behind sees nothing. Ends when the client
    /// closes or the front cuts the connection.
    Hang,
    /// The server behind does it, its answer never leaves.
    HangAfterForward,
    /// Forwarded after this time.
    Delay(Duration),
    /// Answered in pieces of so many bytes, with so much time before each.
    Trickle {
        /// Bytes in a piece.
        bytes: usize,
        /// Time before each.
        every: Duration,
    },
    /// The first bytes of the answer, head included; then the connection
    /// closes.
    Truncate(usize),
    /// Status 200 with a body of so many spaces, JSON by its header, and the
    /// server behind sees nothing.
    Flood(u64),
}

impl Action {
    /// An answer of this status with a plain body.
    pub fn status(status: u16, body: &str) -> Self {
        Self::Answer(Message::response(status, body).with_header("content-type", "text/plain"))
    }

    /// An answer of this status that asks to be left alone for so long.
    pub fn retry_after(status: u16, seconds: u32) -> Self {
        let answer = Message::response(status, "later");
        Self::Answer(answer.with_header("retry-after", &seconds.to_string()))
    }

    /// Status 200 with this body as JSON.
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        let answer = Message::response(200, body);
        Self::Answer(answer.with_header("content-type", "application/json"))
    }
}
