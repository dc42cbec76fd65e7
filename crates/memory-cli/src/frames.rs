//! Lines in compressed frames over standard input and output, which block.

use memory_storage_turso::{CompressedTransport, Packer};
use std::io::{self, Read, Write};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Bytes of lines in a frame: enough for compression to find what lines have in common.
const FRAME: usize = 256 * 1024;

/// A blocking stream as an asynchronous one that is always ready.
#[derive(Debug)]
struct Blocking<T>(T);

impl<T: Read + Unpin> AsyncRead for Blocking<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = self.0.read(buf.initialize_unfilled());
        Poll::Ready(read.map(|read| buf.advance(read)))
    }
}

impl<T: Write + Unpin> AsyncWrite for Blocking<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(self.0.write(buf))
    }

    fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.flush())
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}

/// The output of a future over a [`Blocking`] stream, which never has to be polled twice.
fn at_once<F: Future>(future: F) -> io::Result<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

/// Takes bytes and sends them in frames.
#[derive(Debug)]
pub(crate) struct FrameWriter<W> {
    transport: CompressedTransport<Blocking<W>>,
    pending: Vec<u8>,
}

impl<W: Write + Unpin> FrameWriter<W> {
    pub(crate) fn new(to: W) -> Self {
        Self {
            transport: CompressedTransport::new(Blocking(to), Packer::default()),
            pending: Vec::with_capacity(FRAME),
        }
    }

    /// Sends what waits, and says that this was all.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.send()?;
        at_once(self.transport.finish())?.map_err(as_io)
    }

    fn send(&mut self) -> io::Result<()> {
        for frame in self.pending.chunks(FRAME) {
            at_once(self.transport.send(frame))?.map_err(as_io)?;
        }
        self.pending.clear();
        Ok(())
    }
}

impl<W: Write + Unpin> Write for FrameWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= FRAME {
            self.send()?;
        }
        Ok(bytes.len())
    }

    /// Sends no half frame: that is for `finish`, or for the next bytes.
    fn flush(&mut self) -> io::Result<()> {
        at_once(self.transport.flush())?.map_err(as_io)
    }
}

/// Gives the bytes that came in frames. A sender that went away early is `UnexpectedEof`.
#[derive(Debug)]
pub(crate) struct FrameReader<R> {
    transport: CompressedTransport<Blocking<R>>,
    frame: io::Cursor<Vec<u8>>,
}

impl<R: Read + Unpin> FrameReader<R> {
    pub(crate) fn new(from: R) -> Self {
        Self {
            transport: CompressedTransport::new(Blocking(from), Packer::default()),
            frame: io::Cursor::default(),
        }
    }
}

impl<R: Read + Unpin> Read for FrameReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.frame.read(buf)?;
            if read > 0 || buf.is_empty() {
                return Ok(read);
            }
            match at_once(self.transport.recv())?.map_err(as_io)? {
                Some(frame) => self.frame = io::Cursor::new(frame),
                None => return Ok(0),
            }
        }
    }
}

/// The error of the stream itself where there is one: whoever asks for a broken pipe finds it.
fn as_io(error: memory_storage_turso::TransportError) -> io::Error {
    use memory_storage_turso::TransportErrorKind as Kind;
    let kind = match error.kind() {
        Kind::Disconnected => io::ErrorKind::UnexpectedEof,
        Kind::Io => {
            let source = std::error::Error::source(&error);
            let io = source.and_then(|source| source.downcast_ref::<io::Error>());
            io.map_or(io::ErrorKind::Other, io::Error::kind)
        }
        _ => io::ErrorKind::InvalidData,
    };
    io::Error::new(kind, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(bytes: &[u8]) -> Vec<u8> {
        let mut wire = Vec::new();
        let mut writer = FrameWriter::new(&mut wire);
        writer.write_all(bytes).unwrap();
        writer.flush().unwrap();
        writer.finish().unwrap();
        wire
    }

    #[test]
    fn bytes_come_back_whatever_their_number() {
        for len in [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME + 5] {
            let bytes: Vec<u8> = (0..len)
                .map(|n| b'a' + u8::try_from(n % 7).unwrap())
                .collect();
            let wire = framed(&bytes);
            let mut back = Vec::new();
            FrameReader::new(wire.as_slice())
                .read_to_end(&mut back)
                .unwrap();
            assert!(back == bytes && wire.len() < 1_000, "{len}");
        }
    }

    #[test]
    fn a_cut_stream_is_not_the_end() {
        let wire = framed(b"a line\n");
        for len in 0..wire.len() {
            let read = FrameReader::new(&wire[..len]).read_to_end(&mut Vec::new());
            assert_eq!(
                read.unwrap_err().kind(),
                io::ErrorKind::UnexpectedEof,
                "{len}"
            );
        }
    }

    #[test]
    fn what_is_no_frame_is_said_to_be_none() {
        let read = FrameReader::new(&b"{\"kind\":\"episode\"}"[..]).read_to_end(&mut Vec::new());
        assert_eq!(read.unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
