use std::fmt;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::{Error, ErrorKind, HEADER_LEN, Packer, Result};

/// Messages over any stream of bytes, each compressed on its own.
///
/// A frame is the length of an envelope (u32, little-endian) and the envelope: compressed from
/// [`Config::threshold`](crate::Config::threshold) on, checksummed always. A length of 0 marks the
/// end, so that a peer that went away early is not taken for one that was done.
///
/// ```
/// use turso_compression::{CompressedTransport, Packer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> turso_compression::Result<()> {
/// let (near, far) = tokio::io::duplex(64);
/// let mut sender = CompressedTransport::new(near, Packer::default());
/// let mut receiver = CompressedTransport::new(far, Packer::default());
/// let sending = async {
///     sender.send(b"hello").await?;
///     sender.finish().await
/// };
/// let (sent, received) = tokio::join!(sending, receiver.recv());
/// sent?;
/// assert_eq!(received?.as_deref(), Some(&b"hello"[..]));
/// assert_eq!(receiver.recv().await?, None);
/// # Ok(())
/// # }
/// ```
///
/// No message is larger than the packer's
/// [`max_uncompressed`](crate::Config::max_uncompressed), in both directions; a peer that
/// announces a longer frame gets an error before anything is read for it. Room is made
/// as bytes arrive, at most 64 KiB ahead of them, whatever length was announced.
pub struct CompressedTransport<T> {
    io: T,
    packer: Packer,
    /// What arrived of the next frame.
    arrived: Vec<u8>,
    /// Frames on their way out, and how much of them has left.
    leaving: Vec<u8>,
    left: usize,
    /// Whether the end mark arrived, and whether it was sent.
    ended: bool,
    finished: bool,
}

/// Bytes that are read in one go.
const READ_AT_ONCE: usize = 64 * 1024;

/// Bytes of the length before each envelope.
const LENGTH: usize = 4;

impl<T> CompressedTransport<T> {
    /// A transport over `io`, which packs with `packer`.
    pub const fn new(io: T, packer: Packer) -> Self {
        Self {
            io,
            packer,
            arrived: Vec::new(),
            leaving: Vec::new(),
            left: 0,
            ended: false,
            finished: false,
        }
    }

    /// The stream.
    pub const fn get_ref(&self) -> &T {
        &self.io
    }

    /// The stream. Bytes that are read or written past the transport are lost to it.
    pub const fn get_mut(&mut self) -> &mut T {
        &mut self.io
    }

    /// The stream. What arrived but was not received, and what was not flushed, is lost.
    pub fn into_inner(self) -> T {
        self.io
    }

    /// The longest envelope that is taken: no payload is stored larger than raw.
    fn longest(&self) -> usize {
        let max = self.packer.config().max_uncompressed;
        max.saturating_add(HEADER_LEN)
    }

    /// Takes the envelope of the next frame, once all of it has arrived.
    fn take_frame(&mut self) -> Result<Next> {
        let Some((length, rest)) = self.arrived.split_first_chunk::<LENGTH>() else {
            return Ok(Next::Needs(LENGTH));
        };
        let len = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if len == 0 {
            self.arrived.drain(..LENGTH);
            self.ended = true;
            return Ok(Next::End);
        }
        if len > self.longest() {
            let context = format!("receive a frame: {len} bytes are over the limit");
            return Err(Error::new(ErrorKind::Limit, context));
        }
        if len < HEADER_LEN {
            return Err(Error::corrupt("receive a frame: it is too short to be one"));
        }
        let Some(envelope) = rest.get(..len) else {
            return Ok(Next::Needs(LENGTH + len));
        };
        let message = self.packer.unpack(envelope);
        // A frame that cannot be read is behind us all the same.
        self.arrived.drain(..LENGTH + len);
        message.map(Next::Message)
    }
}

/// What the bytes that arrived amount to.
enum Next {
    Message(Vec<u8>),
    End,
    /// Nothing yet: so many bytes are needed in all.
    Needs(usize),
}

impl<T: AsyncRead + Unpin> CompressedTransport<T> {
    /// The next message, or `None` once the peer has [finished](Self::finish).
    ///
    /// # Errors
    ///
    /// - `Disconnected`: the stream ended without its end mark, within a frame or between two.
    /// - `Limit`: the peer announces more than this side takes.
    /// - `Corrupt`, `Unsupported`, `MissingDictionary`: as [`Packer::unpack`]. If the length of the
    ///   frame made sense, the next call goes on behind it.
    /// - `Io`: the stream failed.
    ///
    /// # Cancellation
    ///
    /// Loses nothing: what has arrived waits for the next call.
    pub async fn recv(&mut self) -> Result<Option<Vec<u8>>> {
        while !self.ended {
            match self.take_frame()? {
                Next::Message(message) => return Ok(Some(message)),
                Next::End => break,
                Next::Needs(needed) => self.read_towards(needed).await?,
            }
        }
        Ok(None)
    }

    /// Reads once, into room for what is needed or a part of it.
    async fn read_towards(&mut self, needed: usize) -> Result<()> {
        let missing = needed.saturating_sub(self.arrived.len());
        self.arrived.reserve(missing.clamp(1, READ_AT_ONCE));
        // Cancel safe: a read that is not ready has taken nothing.
        let read = self.io.read_buf(&mut self.arrived).await;
        if read.map_err(|e| io("receive a frame", e))? > 0 {
            return Ok(());
        }
        let context = "receive a frame: the stream ended before its end mark";
        Err(Error::new(ErrorKind::Disconnected, context))
    }
}

impl<T: AsyncWrite + Unpin> CompressedTransport<T> {
    /// Sends a message. It may wait in buffers of the stream until the next [`Self::flush`].
    ///
    /// # Errors
    ///
    /// `Limit` when it is larger than this side may pack; nothing was sent then. `Misuse` after
    /// [`Self::finish`]. `Io` when the stream failed: what the peer got is then unknown.
    ///
    /// # Cancellation
    ///
    /// Once polled, the message is on its way as a whole: the next call of `send`,
    /// `flush` or `finish` writes the rest of it first. Sending it again sends it twice.
    pub async fn send(&mut self, message: &[u8]) -> Result<()> {
        if self.finished {
            let context = "send a message: the end was sent already";
            return Err(Error::new(ErrorKind::Misuse, context));
        }
        let envelope = self.packer.pack(message)?;
        let len = u32::try_from(envelope.len()).map_err(|_| {
            Error::new(
                ErrorKind::Limit,
                "send a message: it is too long for a frame",
            )
        })?;
        self.leaving.extend_from_slice(&len.to_le_bytes());
        self.leaving.extend_from_slice(&envelope);
        self.write_out().await
    }

    /// Writes everything, and flushes the stream.
    ///
    /// # Errors
    ///
    /// `Io` when the stream failed.
    ///
    /// # Cancellation
    ///
    /// What was not written yet is written by the next call.
    pub async fn flush(&mut self) -> Result<()> {
        self.write_out().await?;
        let flushed = self.io.flush().await;
        flushed.map_err(|e| io("flush a stream", e))
    }

    /// Says that no more messages follow, and flushes. More calls only flush.
    ///
    /// The stream stays open in both directions.
    ///
    /// # Errors
    ///
    /// `Io` when the stream failed.
    ///
    /// # Cancellation
    ///
    /// As for [`Self::flush`].
    pub async fn finish(&mut self) -> Result<()> {
        if !self.finished {
            self.finished = true;
            self.leaving.extend_from_slice(&[0; LENGTH]);
        }
        self.flush().await
    }

    async fn write_out(&mut self) -> Result<()> {
        while let Some(rest) = self
            .leaving
            .get(self.left..)
            .filter(|rest| !rest.is_empty())
        {
            // Cancel safe: a write that is not ready has written nothing.
            let written = self.io.write(rest).await;
            match written.map_err(|e| io("send a frame", e))? {
                0 => return Err(io("send a frame", std::io::ErrorKind::WriteZero.into())),
                written => self.left += written,
            }
        }
        self.leaving.clear();
        self.left = 0;
        Ok(())
    }
}

fn io(doing: &str, error: std::io::Error) -> Error {
    Error::new(ErrorKind::Io, format!("{doing}: the stream failed")).with_source(error)
}

impl<T: fmt::Debug> fmt::Debug for CompressedTransport<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompressedTransport")
            .field("io", &self.io)
            .field("packer", &self.packer)
            .field("bytes_arrived", &self.arrived.len())
            .field(
                "bytes_leaving",
                &self.leaving.len().saturating_sub(self.left),
            )
            .field("ended", &self.ended)
            .field("finished", &self.finished)
            .finish()
    }
}
