//! Opens the byte stream of a connection.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use socket2::{SockRef, TcpKeepalive};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// Opens byte streams to a server: TCP, or an in-memory duplex in tests.
/// Encryption comes on top of it, if the location asks for it.
pub trait Dial: Send + Sync + 'static {
    /// The byte stream.
    type Stream: AsyncRead + AsyncWrite + Send + Unpin + 'static;

    /// Opens a stream to `host` (a name or an address) and `port`. The caller
    /// bounds the time it may take.
    ///
    /// # Errors
    /// The reason why there is none.
    ///
    /// # Cancellation
    /// What was half opened is closed.
    fn dial(&self, host: &str, port: u16) -> impl Future<Output = io::Result<Self::Stream>> + Send;
}

/// TCP: without Nagle's delay, since a request goes out in one piece, and with
/// keep-alive probes, so that a vanished peer is noticed between requests.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TcpDialer;

/// The first probe after this much silence, then one as often. 30 s, under the
/// minute after which some translators of addresses forget a connection.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

impl Dial for TcpDialer {
    type Stream = TcpStream;

    async fn dial(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        let stream = TcpStream::connect((host, port)).await?;
        stream.set_nodelay(true)?;
        let probes = TcpKeepalive::new()
            .with_time(KEEP_ALIVE)
            .with_interval(KEEP_ALIVE);
        SockRef::from(&stream).set_tcp_keepalive(&probes)?;
        Ok(stream)
    }
}

/// A stream of any kind.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A dialled stream, or why there is none.
type Dialled<'a> = Pin<Box<dyn Future<Output = io::Result<Box<dyn Stream>>> + Send + 'a>>;

/// [`Dial`] of any kind: a box per connection keeps the connector free of a type parameter.
pub(super) trait AnyDial: Send + Sync {
    fn open<'a>(&'a self, host: &'a str, port: u16) -> Dialled<'a>;
}

impl<D: Dial> AnyDial for D {
    fn open<'a>(&'a self, host: &'a str, port: u16) -> Dialled<'a> {
        Box::pin(async move {
            let stream = self.dial(host, port).await?;
            Ok(Box::new(stream) as Box<dyn Stream>)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tcp_sends_at_once_and_probes_silent_peers() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let stream = TcpDialer.dial("localhost", port).await.unwrap();
        assert!(stream.nodelay().unwrap());
        assert!(SockRef::from(&stream).keepalive().unwrap());
    }
}
