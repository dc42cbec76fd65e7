use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;

use super::backend::Backends;
use super::clock::Clock;
use super::knobs::Knobs;
use super::port::Port;
use super::shared::Shared;
use super::{Action, Counts, Message, Tls, runtime};
use crate::Result;

/// Bytes that an in-memory connection holds each way before the writer waits.
const DUPLEX_BYTES: usize = 64 << 10;
/// How long accepting rests after it failed, for want of descriptors say.
const ACCEPT_PAUSE: Duration = Duration::from_millis(5);

/// What clients see of a [`Proxy`](super::Proxy) or a
/// [`Scripted`](super::Scripted) server, and what a test turns.
///
/// All of it can be changed while requests are under way; a change counts from
/// the next request or connection. When the front is dropped its connections
/// are cut and its port is free.
#[derive(Debug)]
pub struct Front {
    shared: Arc<Shared>,
    port: Port,
    accepting: Mutex<Option<JoinHandle<()>>>,
}

impl Front {
    pub(crate) fn start(knobs: Knobs, backends: Backends) -> Result<Self> {
        let front = Self {
            shared: Shared::new(knobs, backends),
            port: Port::free()?,
            accepting: Mutex::new(None),
        };
        front.accept()?;
        Ok(front)
    }

    /// Where it listens, on loopback.
    pub fn address(&self) -> SocketAddr {
        self.port.address()
    }

    /// What a client connects to: `http://127.0.0.1:PORT`, or `https` with
    /// [`set_tls`](Self::set_tls).
    pub fn url(&self) -> String {
        let secure = self.shared.knobs().tls.is_some();
        let scheme = if secure { "https" } else { "http" };
        format!("{scheme}://{}", self.address())
    }

    /// A connection in memory, served by the current runtime, under its clock.
    /// The handshake is simulated, and paid by the first request.
    ///
    /// # Panics
    ///
    /// Outside a runtime.
    pub fn connect(&self) -> DuplexStream {
        let (client, server) = tokio::io::duplex(DUPLEX_BYTES);
        self.shared
            .serve(&Handle::current(), Clock::Callers, server);
        client
    }

    /// What passed through since the start.
    pub fn counts(&self) -> Counts {
        *self.shared.counts().borrow()
    }

    /// Waits until the counts are so. Waits for ever if they never are.
    pub async fn until(&self, wanted: impl FnMut(&Counts) -> bool) {
        let mut counts = self.shared.counts().subscribe();
        // The sender is ours, so the wait ends well or not at all.
        let _ = counts.wait_for(wanted).await;
    }

    /// Simulates this round trip: half of it passes before a request is looked
    /// at and half before its answer leaves. Zero at first.
    pub fn set_round_trip(&self, time: Duration) {
        self.shared.knobs().round_trip = time;
    }

    /// Lets every new connection cost this much before anything is read from
    /// it. Zero at first. The kernel connects a TCP socket at once whatever is
    /// set here, so that without TLS it is the first request that pays.
    pub fn set_handshake(&self, time: Duration) {
        self.shared.knobs().handshake = time;
    }

    /// Speaks TLS, and only that, on the connections to come.
    pub fn set_tls(&self, tls: Option<&Tls>) {
        self.shared.knobs().tls = tls.cloned();
    }

    /// Asks every request for `authorization: Bearer TOKEN`; others are
    /// answered 401 and reach nobody.
    pub fn set_token(&self, token: Option<&str>) {
        self.shared.knobs().token = token.map(Into::into);
    }

    /// Lets the coming requests meet these, one each, after those that are
    /// queued already.
    pub fn queue(&self, actions: impl IntoIterator<Item = Action>) {
        self.shared.knobs().next.extend(actions);
    }

    /// Lets `script` say what a request meets when nothing is queued. It must
    /// not block.
    pub fn script(&self, script: impl FnMut(&Message) -> Action + Send + 'static) {
        self.shared.knobs().script = Some(Box::new(script));
    }

    /// Forgets queue and script: requests are forwarded again.
    pub fn clear(&self) {
        let mut knobs = self.shared.knobs();
        knobs.next.clear();
        knobs.script = None;
    }

    /// Keeps the requests from now on, the last 4,096 of them.
    pub fn keep_requests(&self) {
        self.shared.knobs().keep = true;
    }

    /// Takes the requests that were kept, in the order of their arrival.
    pub fn take_requests(&self) -> Vec<Message> {
        self.shared.knobs().kept.drain(..).collect()
    }

    /// Closes all connections, whatever they are doing; returns when they are
    /// closed.
    pub async fn cut(&self) {
        self.shared.cut(false).await;
    }

    /// Closes the connections that wait for a request, as a server does with
    /// those that were idle for long; returns when they are closed.
    pub async fn cut_idle(&self) {
        self.shared.cut(true).await;
    }

    /// Refuses new connections until [`accept`](Self::accept); returns when
    /// they are refused. The open ones live on.
    pub async fn refuse(&self) {
        let accepting = self.accepting().take();
        if let Some(task) = accepting {
            task.abort();
            // Ended is all that was wanted.
            let _ = task.await;
        }
    }

    /// Accepts connections, on the same port as before.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Io`](crate::ErrorKind::Io) when the port cannot be
    /// listened on.
    pub fn accept(&self) -> Result<()> {
        let mut accepting = self.accepting();
        if accepting.is_none() {
            let runtime = runtime::handle()?;
            let _entered = runtime.enter();
            let listener = self.port.listen()?;
            *accepting = Some(runtime.spawn(accept(Arc::clone(&self.shared), listener)));
        }
        Ok(())
    }

    fn accepting(&self) -> std::sync::MutexGuard<'_, Option<JoinHandle<()>>> {
        let accepting = self.accepting.lock();
        accepting.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        if let Some(task) = self.accepting().take() {
            task.abort();
        }
        self.shared.abandon();
    }
}

async fn accept(shared: Arc<Shared>, listener: TcpListener) {
    loop {
        match listener.accept().await {
            // The option is refused only by a socket that is closed already.
            Ok((stream, _)) => {
                let _ = stream.set_nodelay(true);
                shared.serve(&Handle::current(), Clock::Real, stream);
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}
