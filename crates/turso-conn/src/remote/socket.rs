//! One keep-alive HTTP/1.1 socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use http_body_util::Full;
use hyper::Request;
use hyper::client::conn::http1::{Builder, SendRequest};
use hyper_util::rt::TokioIo;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::counted::Counted;
use super::dial::Stream;
use super::fault::Fault;
use super::reply::Reply;
use super::shared::Shared;
use super::stats::Traffic;
use super::target::Target;
use crate::{Error, ErrorKind, Result};

/// Most bytes of an answer's head.
const HEAD_BYTES_MAX: usize = 64 << 10;

/// A socket to `target`, and the task that drives it.
#[derive(Debug)]
pub(super) struct Socket {
    shared: Arc<Shared>,
    sender: SendRequest<Full<Bytes>>,
    _driver: Driver,
    target: Arc<Target>,
    traffic: Arc<Traffic>,
    used: Instant,
}

/// Why a request was not answered.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// Not a byte of it was written.
    NotSent(Error),
    /// Some of it was.
    Lost(Fault),
}

impl Socket {
    /// Opens a socket and pays for its handshakes. The caller bounds the time.
    pub(super) async fn open(shared: &Arc<Shared>, target: &Arc<Target>) -> Result<Self> {
        let runtime = Handle::try_current().map_err(|error| {
            Error::new(ErrorKind::Misuse, "used outside a tokio runtime").with_source(error)
        })?;
        let stream = shared.stream(target).await?;
        let traffic = Arc::new(Traffic::default());
        let io = TokioIo::new(Counted::new(stream, Arc::clone(&traffic)));
        let handshake = Builder::new()
            .max_buf_size(HEAD_BYTES_MAX)
            .handshake::<TokioIo<Counted<Box<dyn Stream>>>, Full<Bytes>>(io);
        let (sender, connection) = handshake.await.map_err(broken)?;
        // Whatever ends the connection is told to the request that needed it.
        let task = runtime.spawn(async move { drop(connection.await) });
        Ok(Self {
            shared: Arc::clone(shared),
            sender,
            _driver: Driver(task),
            target: Arc::clone(target),
            traffic,
            used: Instant::now(),
        })
    }

    /// Whether the next request to `target` may go here.
    pub(super) fn is_fit(&self, target: &Target) -> bool {
        let idle_max = self.shared.config.idle_max;
        *self.target == *target && self.used.elapsed() <= idle_max && !self.sender.is_closed()
    }

    /// Sends `request` and reads the whole answer. `sent` tells whoever stops
    /// waiting whether it may have reached the server.
    pub(super) async fn send(
        &mut self,
        request: Request<Full<Bytes>>,
        sent: &AtomicBool,
    ) -> Result<Reply, Unanswered> {
        self.sender
            .ready()
            .await
            .map_err(|error| Unanswered::NotSent(broken(error)))?;
        let before = self.traffic.sent.get();
        sent.store(true, Ordering::Relaxed);
        self.shared.counters.requests.add(1);
        let response = self.sender.try_send_request(request).await;
        let response = response.map_err(|failed| {
            let error = broken(failed.into_error());
            if self.traffic.sent.get() > before {
                return Unanswered::Lost(Fault::unclear(error));
            }
            sent.store(false, Ordering::Relaxed);
            self.shared.counters.requests.take_back();
            Unanswered::NotSent(error)
        })?;
        let reply = Reply::read(response, self.shared.config.answer_bytes_max).await;
        self.used = Instant::now();
        reply.map_err(Unanswered::Lost)
    }
}

/// Ends with its socket.
#[derive(Debug)]
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// hyper's error: the socket failed, or what came is no HTTP.
pub(super) fn broken(error: hyper::Error) -> Error {
    Error::new(ErrorKind::Disconnected, "speaking HTTP with the server").with_source(error)
}
