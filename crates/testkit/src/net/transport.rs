use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio_rustls::server::TlsStream;

use super::Counts;

/// What a front can be spoken to over.
pub(crate) trait Transport: AsyncRead + AsyncWrite + Send + Unpin + 'static {
    /// Lets the coming close be a reset, where there is such a thing.
    fn reset_on_close(&self);
}

impl Transport for TcpStream {
    fn reset_on_close(&self) {
        // A socket that is gone already cannot be reset, nor need it be.
        let _ = self.set_zero_linger();
    }
}

impl Transport for DuplexStream {
    fn reset_on_close(&self) {}
}

impl<T: Transport> Transport for TlsStream<T> {
    fn reset_on_close(&self) {
        self.get_ref().0.reset_on_close();
    }
}

/// A transport whose bytes are counted.
#[derive(Debug)]
pub(crate) struct Counted<T> {
    inner: T,
    counts: watch::Sender<Counts>,
}

impl<T> Counted<T> {
    pub(crate) fn new(inner: T, counts: watch::Sender<Counts>) -> Self {
        Self { inner, counts }
    }
}

impl<T: Transport> Transport for Counted<T> {
    fn reset_on_close(&self) {
        self.inner.reset_on_close();
    }
}

impl<T: AsyncRead + Unpin> AsyncRead for Counted<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buffer))?;
        let read = buffer.filled().len().saturating_sub(before) as u64;
        self.counts.send_modify(|counts| counts.bytes_in += read);
        Poll::Ready(Ok(()))
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Counted<T> {
    /// Written and counted under one lock: who has read the bytes finds them
    /// counted.
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { inner, counts } = self.get_mut();
        let mut result = Poll::Pending;
        counts.send_if_modified(|counts| {
            result = Pin::new(&mut *inner).poll_write(cx, bytes);
            let written = if let Poll::Ready(Ok(n)) = result {
                n
            } else {
                0
            };
            counts.bytes_out += written as u64;
            written > 0
        });
        result
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
